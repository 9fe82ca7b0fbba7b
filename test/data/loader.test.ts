/** Batches: every sample once an epoch, in an order that seed and epoch decide, from any place on. */
import { expect, test } from 'vitest';
import type { Split } from '../../runtime/data/dataset.ts';
import { dataFingerprint } from '../../runtime/data/fingerprint.ts';
import { Loader, UserError } from '../../runtime/index.ts';

/** Sample i is the picture [i, i + 100] with the label i % 10. */
function split(samples: number): Split {
  const image = { name: 'image', element: 'u8', shape: [2] } as const;
  const label = { name: 'label', element: 'i32', shape: [], classes: 10 } as const;
  return {
    dataset: { name: 'Numbers', sample: [image, label], classes: [], urls: [], splits: [] },
    name: 'train',
    drawn: false,
    samples,
    columns: [
      {
        field: image,
        data: Uint8Array.from({ length: 2 * samples }, (_, i) => (i % 2) * 100 + Math.floor(i / 2)),
        size: 2,
      },
      { field: label, data: Uint8Array.from({ length: samples }, (_, i) => i % 10), size: 1 },
    ],
  };
}

/** The samples' numbers, batch by batch. */
function epoch(loader: Loader, index: number, from = 0): number[][] {
  const batches: number[][] = [];
  // Not `[...]`: a batch's arrays are overwritten by the next.
  for (const batch of loader.epoch(index, from)) {
    const [image, label] = batch.fields;
    if (!image || !label) throw new Error('a batch lacks its fields');
    expect(label).toBeInstanceOf(Int32Array);
    expect(image.length).toBe(2 * batch.size);
    expect(label.length).toBe(batch.size);
    const samples = Array.from({ length: batch.size }, (_, i) => image[2 * i] ?? -1);
    for (const [i, sample] of samples.entries())
      expect([image[2 * i + 1], label[i]]).toEqual([sample + 100, sample % 10]);
    batches.push(samples);
  }
  return batches;
}

const all = Array.from({ length: 50 }, (_, i) => i);
const shuffled = { batch: 16, shuffle: true, seed: 1 };

test('without shuffling: in order, the last batch as short as it comes', () => {
  const batches = epoch(new Loader(split(50), { batch: 16, shuffle: false, seed: 1 }), 0);
  expect(batches.map((batch) => batch.length)).toEqual([16, 16, 16, 2]);
  expect(batches.flat()).toEqual(all);
});

test('shuffled: each sample once, otherwise in every epoch and for every seed', () => {
  const loader = new Loader(split(50), shuffled);
  const first = epoch(loader, 0).flat();
  expect(first).not.toEqual(all);
  expect(first.toSorted((a, b) => a - b)).toEqual(all);
  expect(epoch(loader, 1).flat()).not.toEqual(first);
  expect(epoch(loader, 0).flat()).toEqual(first);
  expect(epoch(new Loader(split(50), { ...shuffled, seed: 2 }), 0).flat()).not.toEqual(first);
});

test('from the middle of an epoch on', () => {
  const whole = epoch(new Loader(split(50), shuffled), 3);
  expect(epoch(new Loader(split(50), shuffled), 3, 2)).toEqual(whole.slice(2));
  expect(epoch(new Loader(split(50), shuffled), 3, 4)).toEqual([]);
});

test('only the first samples', () => {
  const loader = new Loader(split(50), { ...shuffled, limit: 20 });
  expect(loader.batches).toBe(2);
  expect(
    epoch(loader, 0)
      .flat()
      .toSorted((a, b) => a - b),
  ).toEqual(all.slice(0, 20));
  expect(new Loader(split(50), { ...shuffled, limit: 1000 }).samples).toBe(50);
});

test('a batch that is larger than the split', () => {
  expect(epoch(new Loader(split(5), { batch: 64, shuffle: false, seed: 0 }), 0)).toEqual([[0, 1, 2, 3, 4]]);
});

test('the batches share their arrays', () => {
  const loader = new Loader(split(50), shuffled);
  const [a, b] = [loader.batch(0, 0), loader.batch(0, 1)];
  expect(a.fields[0]).toBe(b.fields[0]);
  expect(loader.batch(0, 3).fields[0]?.buffer).toBe(a.fields[0]?.buffer);
});

test.each([0, -1, 1.5, Number.NaN])('a batch or a limit of %d samples is refused', (batch) => {
  expect(() => new Loader(split(5), { batch, shuffle: false, seed: 0 })).toThrow(UserError);
  expect(() => new Loader(split(5), { batch: 1, shuffle: false, seed: 0, limit: batch })).toThrow(UserError);
});

test('the fingerprint tells data apart', () => {
  const other = split(50);
  const first = other.columns[0];
  if (first) first.data[7] = 1;
  expect(dataFingerprint(split(50))).toBe(dataFingerprint(split(50)));
  expect(dataFingerprint(other)).not.toBe(dataFingerprint(split(50)));
  expect(dataFingerprint(split(49))).not.toBe(dataFingerprint(split(50)));
});
