/**
 * The library's augments: what each does to a picture, exactly, and that its random numbers are distributed as
 * torchvision's. The sampling that they share is compared with PyTorch in test/reference (sampling_cases.py).
 */
import { expect, test } from 'vitest';
import { compiledModel } from '../fuzz/compiled-model.ts';
import { augmentMany, pictureOf, problemsOf, type Size } from './augmented.ts';
import { expectEven, expectMean, expectSameMoments, expectUniform } from './moments.ts';
import { erasedWindow, fallbackWindow, resizedWindow, type Window } from './torchvision.ts';

/** Every pixel another number, none of them 0. */
const told = (size: Size): Float64Array => pictureOf(size, (c, y, x) => 1 + c * 10_000 + y * 100 + x);

test.each([
  ['RandomHorizontalFlip(0.3)', 0.3, (y: number, x: number): [number, number] => [y, 5 - x]],
  ['RandomHorizontalFlip', 0.5, (y: number, x: number): [number, number] => [y, 5 - x]],
  ['RandomVerticalFlip(0.3)', 0.3, (y: number, x: number): [number, number] => [4 - y, x]],
  ['RandomVerticalFlip(1)', 1, (y: number, x: number): [number, number] => [4 - y, x]],
  ['RandomVerticalFlip(0)', 0, (y: number, x: number): [number, number] => [4 - y, x]],
] as const)('%s: the picture or its mirror image', (augment, p, mirrored) => {
  const size: Size = [2, 5, 6];
  const mirror = pictureOf(size, (c, y, x) => {
    const [row, column] = mirrored(y, x);
    return 1 + c * 10_000 + row * 100 + column;
  });
  const flips = augmentMany(augment, told(size), size, 2000).map((result) => {
    const flipped = result[0] === mirror[0];
    expect(result).toEqual(flipped ? mirror : told(size));
    return flipped ? 1 : 0;
  });
  if (p === 0 || p === 1) expect(new Set(flips)).toEqual(new Set([p]));
  else expectMean(flips, p);
});

test('RandomCrop: every window of the padded picture is as likely', () => {
  const size: Size = [2, 6, 5];
  // A crop to the picture's own size, that the padding lets move by up to 2 rows and 1 column each way.
  const corners = augmentMany('RandomCrop((6, 5), padding=(2, 1))', told(size), size, 6000).map((result) => {
    const first = result.findIndex((v) => v > 0);
    const source = result[first] - 1;
    const [row, column] = [Math.floor(first / 5) % 6, first % 5];
    const [top, left] = [Math.floor(source / 100) - row, (source % 100) - column];
    const window = pictureOf(size, (c, y, x) => {
      const [i, j] = [y + top, x + left];
      return i < 0 || i >= 6 || j < 0 || j >= 5 ? 0 : 1 + c * 10_000 + i * 100 + j;
    });
    expect(result).toEqual(window);
    return { top, left };
  });
  expectEven(
    corners.map(({ top }) => top),
    -2,
    2,
  );
  expectEven(
    corners.map(({ left }) => left),
    -1,
    1,
  );
  expectEven(
    corners.map(({ top, left }) => 3 * (top + 2) + left + 1),
    0,
    14,
  );
});

test('RandomRotation: angles are even from -degrees to degrees', () => {
  // A wide row: where its far end comes from tells the angle, to a fortieth of a radian.
  const size: Size = [2, 41, 41];
  const picture = pictureOf(size, (c, y, x) => 1 + (c === 0 ? y : x));
  const angles = augmentMany('RandomRotation(30)', picture, size, 250).map((result) => {
    const [row, column] = [result[20 * 41 + 40], result[41 * 41 + 20 * 41 + 40]];
    return (Math.atan2(row - 21, column - 21) * 180) / Math.PI;
  });
  // Rounding to pixels adds a little variance and up to two degrees.
  expectMean(angles, 0);
  expectMean(
    angles.map((angle) => angle ** 2),
    30 ** 2 / 3,
  );
  expect(Math.min(...angles)).toBeGreaterThan(-32.5);
  expect(Math.min(...angles)).toBeLessThan(-27);
  expect(Math.max(...angles)).toBeLessThan(32.5);
  expect(Math.max(...angles)).toBeGreaterThan(27);
});

test('RandomRotation(0) changes nothing; Normalize does as it says', () => {
  const size: Size = [2, 5, 6];
  expect(augmentMany('RandomRotation(0)', told(size), size, 1)[0]).toEqual(told(size));
  const normal = augmentMany('Normalize(mean=0.5, std=0.25)', told(size), size, 1)[0];
  expect(normal).toEqual(told(size).map((v) => (v - 0.5) / 0.25));
});

/** The window that a resized crop took, from a picture that holds each pixel's row and column. */
function windowOf(result: Float64Array, [, height, width]: Size): Window {
  const at = (c: number, y: number, x: number): number => result[(c * height + y) * width + x];
  const [y, x] = [height >> 1, width >> 1];
  const [down, right] = [at(0, y + 1, x) - at(0, y, x), at(1, y, x + 1) - at(1, y, x)];
  const top = at(0, y, x) - (y + 0.5) * down + 0.5;
  const left = at(1, y, x) - (x + 0.5) * right + 0.5;
  return { top, left, height: down * height, width: right * width };
}

const rowsAndColumns = (size: Size): Float64Array => pictureOf(size, (c, y, x) => (c === 0 ? y : x));

test.each([
  ['', [0.08, 1], [0.75, 1.3333333]],
  [', scale=0.5..0.6, ratio=0.5..3.0', [0.5, 0.6], [0.5, 3]],
] as const)("RandomResizedCrop((10, 13)%s): torchvision's windows", (options, scale, ratio) => {
  const size: Size = [2, 10, 13];
  const windows = augmentMany(`RandomResizedCrop((10, 13)${options})`, rowsAndColumns(size), size, 1500).map((result) =>
    windowOf(result, size),
  );
  const wanted = Array.from({ length: 20_000 }, (_, i) => resizedWindow(10, 13, scale, ratio, i));
  for (const key of ['top', 'left', 'height', 'width'] as const) {
    const values = windows.map((window) => window[key]);
    for (const value of values) expect(Math.abs(value - Math.round(value))).toBeLessThan(1e-6);
    expectSameMoments(
      values,
      wanted.map((window) => window[key]),
    );
  }
  const areas = windows.map(({ height, width }) => height * width);
  expectSameMoments(
    areas,
    wanted.map(({ height, width }) => height * width),
  );
  for (const { top, left, height, width } of windows) {
    expect(Math.min(top, left)).toBeGreaterThan(-1e-6);
    expect(top + height).toBeLessThan(10 + 1e-6);
    expect(left + width).toBeLessThan(13 + 1e-6);
  }
});

test.each([
  ['scale=1.0..1.0, ratio=3.0..3.0', 3],
  ['scale=1.0..1.0, ratio=0.5..0.5', 0.5],
] as const)('RandomResizedCrop where nothing fits (%s): the middle', (options, ratio) => {
  const size: Size = [2, 20, 26];
  const [result] = augmentMany(`RandomResizedCrop((20, 26), ${options})`, rowsAndColumns(size), size, 3);
  const window = windowOf(result, size);
  const wanted = fallbackWindow(20, 26, [ratio, ratio]);
  for (const key of ['top', 'left', 'height', 'width'] as const) expect(window[key]).toBeCloseTo(wanted[key], 6);
});

test("RandomErasing: torchvision's windows, for a share p of the pictures", () => {
  const size: Size = [2, 18, 24];
  const erased: Window[] = [];
  const results = augmentMany('RandomErasing(0.7, value=-3)', told(size), size, 1500).map((result) => {
    const gone = [...result.keys()].filter((i) => result[i] === -3 && i < 18 * 24);
    if (gone.length === 0) {
      expect(result).toEqual(told(size));
      return 0;
    }
    const rows = gone.map((i) => Math.floor(i / 24));
    const columns = gone.map((i) => i % 24);
    const [top, left] = [Math.min(...rows), Math.min(...columns)];
    const window = { top, left, height: Math.max(...rows) - top + 1, width: Math.max(...columns) - left + 1 };
    const inside = (y: number, x: number): boolean =>
      y >= top && y < top + window.height && x >= left && x < left + window.width;
    expect(result).toEqual(pictureOf(size, (c, y, x) => (inside(y, x) ? -3 : 1 + c * 10_000 + y * 100 + x)));
    erased.push(window);
    return 1;
  });
  expectMean(results, 0.7);
  const wanted = Array.from({ length: 20_000 }, (_, i) => erasedWindow(18, 24, [0.02, 0.33], [0.3, 3.3], i));
  for (const key of ['top', 'left', 'height', 'width'] as const) {
    expectSameMoments(
      erased.map((window) => window[key]),
      wanted.map((window) => window[key]),
    );
  }
});

test('RandomErasing leaves a picture alone that no window is smaller than', () => {
  const size: Size = [1, 4, 4];
  const results = augmentMany('RandomErasing(1, scale=1.0..1.0, ratio=1.0..1.0)', told(size), size, 20);
  for (const result of results) expect(result).toEqual(told(size));
});

test('ColorJitter: factors are even, the mean grey is of the channels', () => {
  const size: Size = [3, 3, 4];
  const picture = pictureOf(size, (c, y, x) => 0.4 + 0.01 * c + 0.02 * y - 0.01 * x);
  const grey = Array.from(
    { length: 12 },
    (_, i) => 0.2989 * picture[i] + 0.587 * picture[12 + i] + 0.114 * picture[24 + i],
  );
  const mean = grey.reduce((sum, v) => sum + v, 0) / 12;
  const light: number[] = [];
  const contrast: number[] = [];
  for (const result of augmentMany('ColorJitter(brightness=0.3, contrast=0.5)', picture, size, 1500)) {
    // Without clamping the order does not matter: light * (factor * picture + (1 - factor) * mean).
    const spread = (result[1] - result[0]) / (picture[1] - picture[0]);
    const factor = (result[0] - spread * picture[0]) / mean + spread;
    light.push(factor);
    contrast.push(spread / factor);
    expect(result[35]).toBeCloseTo(spread * picture[35] + (factor - spread) * mean, 9);
  }
  expectUniform(light, 0.7, 1.3);
  expectUniform(contrast, 0.5, 1.5);
});

test('ColorJitter: light and contrast come in either order, and results stay within 0..1', () => {
  const size: Size = [1, 1, 2];
  const picture = Float64Array.of(0.5, 0.9);
  const orders = augmentMany('ColorJitter(0.9, 0.9)', picture, size, 1500).map((result) => {
    for (const v of result) expect(v >= 0 && v <= 1).toBe(true);
    // The sum keeps light * 1.4 where nothing was clamped.
    return result[0] + result[1];
  });
  expect(Math.max(...orders)).toBeLessThanOrEqual(2);
  const lit = augmentMany('ColorJitter(0.9)', picture, size, 1500).map(([a, b]) => [a, b]);
  for (const [a, b] of lit) expect(b).toBeCloseTo(Math.min(1, (a / 0.5) * 0.9), 9);
});

test('wrong settings, and sizes that do not fit', () => {
  const size: Size = [1, 8, 8];
  expect(problemsOf('RandomHorizontalFlip(1.5)', size)).toEqual([
    'E0304: a probability lies between 0 and 1, unlike 1.5',
  ]);
  expect(problemsOf('RandomRotation(-3)', size)).toEqual(['E0304: the largest angle is not negative, as -3 is']);
  expect(problemsOf('RandomCrop(10)', size)).toEqual([
    'E0304: a crop of 10x10 does not fit the 8x8 picture with its padding',
  ]);
  expect(problemsOf('RandomResizedCrop(8, scale=0..1)', size)).toEqual([
    'E0304: a share of the area is above 0, unlike 0',
  ]);
  expect(problemsOf('RandomResizedCrop(8, ratio=0..1)', size)).toEqual([
    'E0304: a ratio of width to height is above 0, unlike 0',
  ]);
  expect(problemsOf('RandomErasing(scale=0.1..1.5)', size)).toEqual([
    'E0304: a share of the area lies between 0 and 1, unlike 0.1..1.5',
  ]);
  expect(problemsOf('ColorJitter(contrast=-1)', size)).toEqual(['E0304: contrast is not negative, as -1 is']);
  expect(problemsOf('RandomResizedCrop((4, 6))', size)).toEqual([
    'E0506: Net takes samples of f32[1, 8, 8], but the augment gives f32[1, 4, 6]',
  ]);
  expect(problemsOf('RandomResizedCrop(8, scale=1.0..0.5)', size)).toEqual([
    'E0404: a range goes from a number to one that is not smaller',
  ]);
  // A chain through another size.
  expect(problemsOf('RandomResizedCrop((9, 12)) |> RandomCrop(8)', size)).toEqual([]);
});

test('no gradient flows into an augment: backward begins behind it', () => {
  const { parts } = compiledModel('models/fashion_small.net', 'FashionSmallAugmented');
  const nodes = parts('train').flatMap(({ graph }) => graph.nodes);
  const origins = nodes.filter(({ origin }) => origin.what === 'Garments' || origin.path === 'Garments');
  expect(origins.length).toBeGreaterThan(50);
  expect(origins.filter(({ origin }) => origin.backward)).toEqual([]);
  expect(nodes.filter(({ op }) => op === 'gather_grad')).toEqual([]);
});
