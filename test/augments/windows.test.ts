/**
 * What augments draw is distributed as what torchvision (0.14) draws: windows as its `get_params` does, of which the fixture
 * holds how often each came up in 100,000 draws; angles, factors, flips and their order as it says, exactly.
 */
import { expect, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { philoxUniform } from '../../compiler/ops/philox.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { windowRows } from '../reference/fixtures.ts';
import { compileGraph, runGraph } from '../target/run-graph.ts';
import { augmentGraph, augmentMany, bindingsOf, pictureOf, type Size } from './augmented.ts';
import { expectDistributed, expectEvenly, expectSameCounts } from './distribution.ts';

const DRAWS = 10_000;

/** An augment that returns what a function of the library draws for a picture of another size. */
function drawnWindows(net: string, size: readonly number[], scale: readonly number[], ratio: readonly number[]) {
  const range = (numbers: readonly number[]): string => numbers.map((v) => v.toFixed(7)).join('..');
  const probe = `augment Probe(image: f32[C, H, W]) -> f32[C, H, W] {
  let (top, left, height, width) = ${net}((${size.join(', ')}), ${range(scale)}, ${range(ratio)})
  for c in C, y in H, x in W { if x == 0 { top } else { if x == 1 { left } else { if x == 2 { height } else { width } } } }
}`;
  const pictures = augmentMany('Probe', new Float64Array(4), [1, 1, 4], DRAWS, probe);
  return pictures.map(([top, left, height, width]) => ({ top, left, height, width }));
}

test.each(windowRows().map((row) => [`${row.net} of ${row.size.join('x')}, ${row.scale}, ${row.ratio}`, row] as const))(
  '%s',
  (_title, row) => {
    const windows = drawnWindows(row.net, row.size, row.scale, row.ratio);
    const counted = (values: readonly number[], length: number): number[] => {
      const counts = new Array<number>(length).fill(0);
      for (const value of values) counts[value] += 1;
      expect(counts.length).toBe(length);
      return counts;
    };
    for (const key of ['top', 'left', 'height', 'width'] as const) {
      // Where nothing was found there is no window, wherever it is.
      const values = windows.map((window) => (window.height === 0 || window.width === 0 ? 0 : window[key]));
      expectSameCounts(key, counted(values, row[key].length), row[key]);
    }
    const columns = row.size[1] + 1;
    const sides = windows.map(({ height, width }) => (height === 0 ? 0 : height * columns + width));
    expectSameCounts('height and width', counted(sides, row.sides.length), row.sides);
    // Shares of the area, which none of the above orders.
    const areas = (counts: readonly number[]): number[] => {
      const sums = new Array<number>(row.size[0] * row.size[1] + 1).fill(0);
      for (const [i, count] of counts.entries()) sums[Math.floor(i / columns) * (i % columns)] += count;
      return sums;
    };
    expectSameCounts('area', areas(counted(sides, row.sides.length)), areas(row.sides));
  },
);

test('RandomRotation: angles from -degrees to degrees, evenly', async () => {
  // Where the far end of the middle row comes from tells the angle, to a part in forty.
  const size: Size = [2, 81, 81];
  const picture = pictureOf(size, (c, y, x) => 1 + (c === 0 ? y : x));
  const count = 1000;
  const device = await openDevice('cpu', { threads: 1 });
  const { inputs, uniforms } = bindingsOf(new Array(count).fill(picture), size);
  const keys = [uniforms.epochKey0, uniforms.epochKey1, uniforms.first];
  const module = compileGraph(augmentGraph('RandomRotation(60)', size));
  const { output } = await runGraph(device, module, count, { image: inputs.image.data }, keys);
  await device.destroy();
  const angles = Array.from({ length: count }, (_, i) => {
    const at = (c: number): number => output[((2 * i + c) * 81 + 40) * 81 + 80] - 41;
    return (Math.atan2(at(0), at(1)) * 180) / Math.PI;
  });
  expectDistributed('angle', angles, (v) => Math.min(1, Math.max(0, (v + 60) / 120)));
});

test('flips: for a share p of the pictures, and as torchvision chooses one, of their own', () => {
  const size: Size = [1, 2, 2];
  const picture = Float64Array.of(1, 2, 3, 4);
  const places = augmentMany('RandomHorizontalFlip(0.3) |> RandomVerticalFlip(0.6)', picture, size, DRAWS).map(
    ([corner]) => corner - 1,
  );
  // Neither, left to right, upside down, both.
  const shares = [0.7 * 0.4, 0.3 * 0.4, 0.7 * 0.6, 0.3 * 0.6];
  const counts = [0, 1, 2, 3].map((place) => places.filter((each) => each === place).length);
  expectSameCounts(
    'flips',
    counts,
    shares.map((share) => Math.round(1e9 * share)),
  );
});

test('RandomErasing erases a share p of the pictures', () => {
  const size: Size = [1, 8, 8];
  const erased = augmentMany('RandomErasing(0.3, scale=0.1..0.3, value=5)', new Float64Array(64), size, DRAWS);
  const share = erased.filter((picture) => picture.includes(5)).length / DRAWS;
  expect(Math.abs(share - 0.3)).toBeLessThan(5 * Math.sqrt((0.3 * 0.7) / DRAWS));
});

test('RandomCrop: every row and column that fits, evenly', () => {
  const size: Size = [2, 5, 6];
  const picture = pictureOf(size, (c, y, x) => (c === 0 ? y : x) + 1);
  const corners = augmentMany(
    'RandomCrop((5, 6), padding=(3, 0)) |> RandomCrop((5, 6), padding=(0, 2))',
    picture,
    size,
    DRAWS,
  );
  // The middle pixel is always of the picture, or beyond it by no more than the padding.
  const rows = new Array<number>(7).fill(0);
  for (const result of corners) {
    const found = [0, 1, 2, 3, 4].map((y) => Math.max(...result.slice(6 * y, 6 * y + 6)));
    const first = found.findIndex((v) => v > 0);
    rows[found[first] - 1 - first + 3] += 1;
  }
  expectSameCounts('top', rows, new Array<number>(7).fill(1e9));
});

test('ColorJitter: factors evenly about 1, cut at 0; brightness first for half of the pictures', () => {
  const size: Size = [1, 1, 4];
  const picture = Float64Array.of(0.1, 0.4, 0.7, 1);
  const [brightness, contrast] = [0.9, 1.5];
  const graph = augmentGraph(`ColorJitter(${brightness}, ${contrast})`, size);
  const bindings = bindingsOf(new Array(DRAWS).fill(picture), size);
  const [{ data }] = interpret(graph, bindings);
  const { epochKey0, epochKey1 } = bindings.uniforms;
  const draws = Array.from({ length: DRAWS }, (_, i) =>
    [0, 1, 2].map((site) => philoxUniform(i, site, epochKey0, epochKey1)),
  );
  // torchvision's adjust_brightness and adjust_contrast for one channel.
  const clamp = (v: number): number => Math.min(1, Math.max(0, v));
  const light = (x: readonly number[], factor: number): number[] => x.map((v) => clamp(factor * v));
  const sharp = (x: readonly number[], factor: number): number[] => {
    const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
    return x.map((v) => clamp(factor * v + (1 - factor) * mean));
  };
  let first = 0;
  let told = 0;
  for (const [i, [b, order, c]] of draws.entries()) {
    const [f, g] = [1 - brightness + 2 * brightness * b, c * (1 + contrast)];
    const ways = [sharp(light([...picture], f), g), light(sharp([...picture], g), f)];
    const isBrightnessFirst = order < 0.5;
    const wanted = ways[isBrightnessFirst ? 0 : 1];
    for (const [k, v] of wanted.entries()) expect(Math.abs(data[4 * i + k] - v)).toBeLessThan(1e-9);
    first += isBrightnessFirst ? 1 : 0;
    told += ways[0].some((v, k) => Math.abs(v - ways[1][k]) > 1e-3) ? 1 : 0;
  }
  // In most pictures the order makes a difference that was seen.
  expect(told).toBeGreaterThan(DRAWS / 2);
  expect(Math.abs(first / DRAWS - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / DRAWS));
  // A brightness alone shows its factor.
  const lit = augmentMany('ColorJitter(0.4)', Float64Array.of(0.5), [1, 1, 1], DRAWS);
  expectEvenly(
    'brightness',
    lit.map(([v]) => v / 0.5),
    0.6,
    1.4,
  );
  const cut = augmentMany('ColorJitter(1.8)', Float64Array.of(0.25), [1, 1, 1], DRAWS);
  expectEvenly(
    'brightness cut at 0',
    cut.map(([v]) => v / 0.25),
    0,
    2.8,
  );
});
