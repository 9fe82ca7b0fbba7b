/**
 * With given parameters the library's transforms are torchvision's (0.14, on tensors): the same pixels, but for the few whose
 * coordinates lie so near the middle between two pixels that another rounding takes the other one.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { Inliner, Scope } from '../../compiler/3-graph/inline.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { checkValid } from '../check/harness.ts';
import { type AugmentRow, augmentRows } from '../reference/fixtures.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, runGraph } from '../target/run-graph.ts';
import { augmentGraph, bindingsOf, type Size } from './augmented.ts';
import { garments, pixelsOf } from './garments.ts';

const pictures = garments();
const rows = augmentRows();
/** A grey level of a picture stored in bytes. */
const PIXEL = 1 / 255;
/** How near the middle between two pixels a coordinate of float32 may be taken for one on the other side. */
const NEAR_MIDDLE = 1e-4;

function wantedOf({ steps, low, high }: AugmentRow): number[] {
  const bytes = Buffer.from(steps, 'base64');
  return Array.from({ length: bytes.length / 2 }, (_, i) => low + ((high - low) * bytes.readUInt16LE(2 * i)) / 65535);
}

/** The expressions over one picture: input `image`, results by their numbers. */
function functionsGraph(expressions: readonly AugmentRow[], [c, h, w]: Size): Graph {
  const models = expressions.map(({ net, shape }, i) => {
    const value = net.replace(/\bimage\b/g, 'image[n]');
    return `model M${i}(image: f32[N, ${c}, ${h}, ${w}]) -> f32[N, ${shape.join(', ')}] {\n  for n in N { ${value} }\n}\n`;
  });
  const typed = checkValid(models.join('\n')).models;
  const g = new GraphBuilder('functions');
  const image = g.input('image', typed[0].inputs[0].type);
  for (const [i, { body, inputs }] of typed.entries()) {
    const scope = new Scope();
    scope.set(inputs[0].local, image);
    g.output('result', String(i), new Inliner(g).block(body, scope, { path: '', callee: '' }));
  }
  return runPasses(g.finish());
}

/** Whether a pixel of a turned picture comes from the middle between two pixels, as good as. */
function inTheMiddle(row: AugmentRow, element: number): boolean {
  const [, degrees] = /^rotated\(image, ([-\d.]+)/.exec(row.net) ?? [];
  if (degrees === undefined) return false;
  const [, h, w] = row.shape;
  const [y, x] = [(Math.floor(element / w) % h) - (h - 1) / 2, (element % w) - (w - 1) / 2];
  const turn = (Number(degrees) * Math.PI) / 180;
  const source = [
    Math.sin(turn) * x + Math.cos(turn) * y + (h - 1) / 2,
    Math.cos(turn) * x - Math.sin(turn) * y + (w - 1) / 2,
  ];
  return source.some((at) => Math.abs(at - Math.floor(at) - 0.5) < NEAR_MIDDLE);
}

function expectPixels(row: AugmentRow, actual: ArrayLike<number>): void {
  const wanted = wantedOf(row);
  expect([row.net, actual.length]).toEqual([row.net, wanted.length]);
  const errors = wanted.map((value, i) => Math.abs(actual[i] - value));
  const wrong = errors.flatMap((error, i) => (error <= PIXEL || inTheMiddle(row, i) ? [] : [`${i}: ${actual[i]}`]));
  expect(wrong, row.net).toEqual([]);
  // Not one in a hundred is farther than what both roundings of float32 and the fixture's steps make.
  const exact = 2e-5 * Math.max(1, row.high - row.low);
  expect(errors.filter((error) => !(error <= exact)).length, row.net).toBeLessThanOrEqual(wanted.length / 100);
}

test('every transform is compared, on every picture that it is for', () => {
  const names = new Set(rows.map(({ net }) => /^\w+/.exec(net)?.[0]));
  const functions = [
    'hflip',
    'vflip',
    'rotated',
    'adjust_brightness',
    'adjust_contrast',
    'erase',
    'resized_crop',
    'crop',
  ];
  expect([...names].sort()).toEqual([...functions, 'Normalize'].sort());
  for (const name of functions)
    expect(
      rows.some(({ net, picture }) => net.startsWith(`${name}(`) && picture === 2),
      name,
    ).toBe(true);
});

describe.each([0, 1, 2])('picture %i', (number) => {
  const { size } = pictures[number];
  const of = (kind: AugmentRow['kind']): AugmentRow[] =>
    rows.filter((row) => row.kind === kind && row.picture === number);
  const bindings = bindingsOf([pixelsOf(pictures[number])], size);
  const functions = of('function');
  const graph = functionsGraph(functions, size);

  test('interpreted', () => {
    const results = interpret(graph, bindings);
    for (const [i, row] of functions.entries()) expectPixels(row, results[i].data);
    for (const row of of('augment')) expectPixels(row, interpret(augmentGraph(row.net, size), bindings)[0].data);
  });

  const devices: Device[] = [];
  afterAll(async () => {
    for (const device of devices) await device.destroy();
  });
  describe.each(['cpu', 'webgpu'] as const)('on the device %s', (kind) => {
    const skip = kind === 'webgpu' && missingSwiftShader() !== undefined;
    test.skipIf(skip)('every transform', async () => {
      const device = await openDevice(kind);
      devices.push(device);
      const results = await runGraph(device, compileGraph(graph), 1, { image: bindings.inputs.image.data });
      for (const [i, row] of functions.entries()) expectPixels(row, results[i]);
    });
  });
});
