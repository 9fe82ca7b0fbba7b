/** The drawn garments: always the same, well-formed, and the fill behind them exact. That they look right was judged by eye. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Canvas } from '../../runtime/data/raster.ts';
import { syntheticSplit } from '../../runtime/data/synthetic.ts';
import { garments } from '../train/softmax-regression.ts';

function column(split: ReturnType<typeof syntheticSplit>, index: number): Uint8Array {
  return Uint8Array.from(split.columns[index]?.data ?? []);
}

test('the same pictures on every machine', () => {
  const split = syntheticSplit(garments, 'train', 500);
  const hash = createHash('sha256').update(column(split, 0)).digest('hex');
  expect(hash).toMatchInlineSnapshot(`"42a5ebf6bf64b53ed187d9cd6a594a10d3909fab2b378de6d97eb6299e4c2179"`);
  expect(split.columns[0]?.size).toBe(784);
});

test('all classes, as often as each other', () => {
  const labels = column(syntheticSplit(garments, 'test'), 1);
  expect(labels.length).toBe(1000);
  for (let k = 0; k < 10; k++) expect(labels.filter((label) => label === k).length).toBe(100);
});

test('training and test have different pictures; a limit takes the first ones', () => {
  const train = column(syntheticSplit(garments, 'train', 20), 0);
  expect(column(syntheticSplit(garments, 'test', 20), 0)).not.toEqual(train);
  expect(column(syntheticSplit(garments, 'train', 10), 0)).toEqual(train.slice(0, 7840));
});

test('each picture shows something, in the middle, that does not fill it', () => {
  const pictures = column(syntheticSplit(garments, 'train', 1000), 0);
  for (let i = 0; i < 1000; i++) {
    const picture = pictures.subarray(i * 784, (i + 1) * 784);
    const covered = picture.filter((value) => value > 20).length / 784;
    expect(covered).toBeGreaterThan(0.04);
    expect(covered).toBeLessThan(0.8);
  }
});

test('a data set of something else is refused', () => {
  const colour = { ...garments, sample: [{ name: 'image', element: 'u8', shape: [3, 32, 32] } as const] };
  expect(() => syntheticSplit(colour, 'train')).toThrow(
    '--data synthetic draws u8[1, 28, 28] pictures of class(10), but a sample of Garments is image: u8[3, 32, 32]',
  );
});

/** What the fill makes of a white polygon. */
function filled(...polygon: number[]): number[] {
  const canvas = new Canvas(4, 3);
  canvas.fill(polygon, 1);
  return [...canvas.pixels].map((value) => Math.round(value * 1000) / 1000);
}

test('a pixel gets the share of it that is covered', () => {
  expect(filled(1, 1, 3, 1, 3, 2, 1, 2)).toEqual([0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]);
  // A quarter pixel in, whichever way round.
  expect(filled(0.5, 0.5, 0.5, 2, 2.25, 2, 2.25, 0.5)).toEqual([0.25, 0.5, 0.125, 0, 0.5, 1, 0.25, 0, 0, 0, 0, 0]);
  // A triangle over a row: its area is that of the pixels' sum.
  expect(filled(0, 0, 4, 0, 0, 1).slice(0, 4)).toEqual([0.875, 0.625, 0.375, 0.125]);
  expect(filled(0, 1, 4, 0, 4, 1).slice(0, 4)).toEqual([0.125, 0.375, 0.625, 0.875]);
});

test('what reaches beyond the picture is cut off', () => {
  expect(filled(-5, -5, 9, -5, 9, 9, -5, 9)).toEqual(new Array(12).fill(1));
  expect(filled(3, -5, 9, -5, 9, 9, 3, 9)).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
  expect(filled(-9, 5, -5, 5, -5, 9)).toEqual(new Array(12).fill(0));
  expect(filled(-4, 0, 4, 0, 4, 1, -4, 1).slice(0, 4)).toEqual([1, 1, 1, 1]);
});

test('a translucent colour mixes', () => {
  const canvas = new Canvas(1, 1);
  canvas.fill([0, 0, 1, 0, 1, 1, 0, 1], 0.8);
  canvas.fill([0, 0, 1, 0, 1, 1, 0, 1], 0.4, 0.25);
  expect(canvas.pixels[0]).toBeCloseTo(0.7, 6);
});
