/**
 * What Winograd's transforms cost in accuracy, beside the same convolution summed directly in float32 and both against
 * float64: stated here, as the largest and the mean error in the outputs' own scale. Tiles of 5x5 products are off by half as
 * much again in the mean, at most by no more.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { Draw } from '../fuzz/draw.ts';
import { compileGraph, lowerGraph, runGraph } from './run-graph.ts';

const U = 2 ** -24;
const SIZE = 14;
const OUTPUTS = 16;
const SAMPLES = 8;

let device: Device;
beforeAll(async () => {
  device = await openDevice('cpu', { threads: 1 });
});
afterAll(() => device.destroy());

function convolution(channels: number) {
  const g = new GraphBuilder('convolution');
  const x = g.input('x', { element: 'f32', shape: [dim.symbol('N'), ...[channels, SIZE, SIZE].map(dim.int)] });
  const w = g.input('w', { element: 'f32', shape: [OUTPUTS, channels, 3, 3].map(dim.int) });
  g.output('result', 'y', g.op('conv2d', [x, w], { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 }));
  return g.finish();
}

interface Case {
  readonly x: Float64Array;
  readonly w: Float64Array;
  readonly channels: number;
}

/** The convolution, each product and sum rounded. */
function direct({ x, w, channels }: Case, round: (value: number) => number): Float64Array {
  const y = new Float64Array(SAMPLES * OUTPUTS * SIZE * SIZE);
  const inside = (at: number): boolean => at >= 0 && at < SIZE;
  for (let i = 0; i < y.length; i++) {
    const [column, row] = [i % SIZE, Math.floor(i / SIZE) % SIZE];
    const [output, n] = [Math.floor(i / SIZE ** 2) % OUTPUTS, Math.floor(i / SIZE ** 2 / OUTPUTS)];
    for (let tap = 0; tap < 9 * channels; tap++) {
      const [c, dy, dx] = [tap % channels, Math.floor(tap / channels / 3) - 1, (Math.floor(tap / channels) % 3) - 1];
      if (!inside(row + dy) || !inside(column + dx)) continue;
      const pixel = x[((n * channels + c) * SIZE + row + dy) * SIZE + column + dx];
      y[i] = round(y[i] + round(pixel * w[((output * channels + c) * 3 + dy + 1) * 3 + dx + 1]));
    }
  }
  return y;
}

/** Errors in units of the last place of the outputs' root mean square. */
function errors(exact: Float64Array, actual: ArrayLike<number>): { largest: number; mean: number } {
  const scale = Math.sqrt(exact.reduce((sum, value) => sum + value * value, 0) / exact.length) * 2 * U;
  const off = exact.map((value, i) => Math.abs(value - actual[i]) / scale);
  return {
    largest: off.reduce((most, value) => Math.max(most, value), 0),
    mean: off.reduce((sum, value) => sum + value, 0) / off.length,
  };
}

describe.each([16, 64, 128])('%d channels', (channels) => {
  const { next } = new Draw(channels);
  const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => Math.fround(2 * next() - 1));
  const of: Case = { channels, x: draw(SAMPLES * channels * SIZE ** 2), w: draw(OUTPUTS * channels * 9) };

  test('Winograd is off by about as much as a direct sum in the order of the taps is', async () => {
    const graph = convolution(channels);
    const { dispatches } = formDispatches(lowerGraph(graph));
    const nests = dispatches.flatMap(({ parts }) => parts.flatMap(({ cpu }) => cpu?.nests ?? []));
    expect(nests.length, 'the CPU has a form of its own').toBeGreaterThan(3);
    const exact = direct(of, (value) => value);
    const { y } = await runGraph(device, compileGraph(graph), SAMPLES, { x: of.x, w: of.w });
    const [winograd, plain] = [errors(exact, y), errors(exact, direct(of, Math.fround))];
    process.stdout.write(
      `${channels} channels, units in the last place: Winograd ${winograd.largest.toFixed(1)} at most, ` +
        `${winograd.mean.toFixed(2)} in the mean; direct ${plain.largest.toFixed(1)}, ${plain.mean.toFixed(2)}\n`,
    );
    expect(winograd.largest).toBeGreaterThan(0);
    expect(winograd.largest).toBeLessThan(1.5 * plain.largest);
    expect(winograd.mean).toBeLessThan(1.5 * plain.mean);
  });
});
