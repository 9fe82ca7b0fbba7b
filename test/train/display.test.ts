/** What a person sees of a run: on a terminal one line drawn over and over, in a file plain lines. */
import { expect, test } from 'vitest';
import { Display, duration } from '../../runtime/train/display.ts';

/** A stream that keeps what is written. */
function stream(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, columns: 60, written, write: (text: string) => written.push(text) };
}

const figures = {
  epoch: 0,
  epochs: 30,
  done: 15_000,
  samples: 60_000,
  means: { loss: 1.23456, accuracy: 0.5 },
  rate: 2500,
};

test('on a terminal the line is drawn over, and never longer than the terminal is wide', () => {
  const out = stream(true);
  const display = new Display(out);
  display.progress(figures, 0);
  display.line('done');
  display.end();
  expect(out.written).toEqual([
    '\r\u001b[2Kepoch 1/30 [=====               ] 15000/60000  loss 1.2346 ',
    '\r\u001b[2Kdone\n',
    '\r\u001b[2K',
  ]);
});

test('the compilation of kernels is shown on a terminal alone', () => {
  const terminal = stream(true);
  const file = stream(false);
  for (const out of [terminal, file]) new Display(out).compiling(3, 12);
  expect(terminal.written).toEqual(['\r\u001b[2Kcompiling kernels: 3 of 12']);
  // Some terminals say that they have no columns.
  const unknown = { ...stream(true), columns: 0 };
  new Display(unknown).compiling(3, 12);
  expect(unknown.written).toEqual(terminal.written);
  expect(file.written).toEqual([]);
});

test('elsewhere there are plain lines, ten seconds apart, without control characters', () => {
  const out = stream(false);
  const display = new Display(out);
  for (const now of [10_000, 10_100, 15_000, 20_000]) display.progress(figures, now);
  display.passing('downloading');
  display.end();
  const line = 'epoch 1/30 15000/60000  loss 1.2346  accuracy 0.5000  2,500 samples/s, 18 s left\n';
  expect(out.written).toEqual([line, line]);
});

test('without a stream nothing happens', () => {
  expect(() => new Display(undefined).progress(figures, 0)).not.toThrow();
});

test.each([
  [0.4, '0 s'],
  [59, '59 s'],
  [123, '2:03'],
  [3909, '1:05:09'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
