/**
 * Convolution and pooling over a grid of sizes, kernels, strides, paddings, dilations and groups: the checker gives
 * PyTorch's sizes and refuses what PyTorch refuses (E0304); a sample of the grid has PyTorch's values and gradients.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { checkText } from '../check/harness.ts';
import { openOneThread } from '../support/one-thread.ts';
import { type CompiledCase, compileCase, UPSTREAM } from './compiled-case.ts';
import {
  type Digest,
  type GridCase,
  type GroupRow,
  gridCases,
  gridShapes,
  inputShape,
  inputValues,
  type ShapeRow,
} from './fixtures.ts';
import { uniform } from './formula.ts';
import { runCase } from './run-case.ts';
import { expectClose } from './tolerance.ts';

/** E0304 at just the sizes where PyTorch's output has no rows; where it has some, the declared type is the right one. */
function expectSizes({ layer, kernel, stride, padding, dilation, ceil, rows }: ShapeRow): void {
  const options = [
    `(${kernel}, 1), stride=(${stride}, 1), padding=(${padding}, 0)`,
    ...(dilation === undefined ? [] : [`dilation=(${dilation}, 1)`]),
    ...(ceil === undefined ? [] : [`ceil=${ceil}`]),
  ];
  const stage = layer === 'Conv2d' ? `Conv2d(1, ${options.join(', ')})` : `${layer}(${options.join(', ')})`;
  const inputs = rows.map((_, i) => `x${i + 1}: f32[N, 1, ${i + 1}, 12]`);
  const lets = rows.map((size, i) => {
    const type = size === 0 ? '' : `: f32[N, 1, ${size}, 12]`;
    return `  let _y${i + 1}${type} = x${i + 1} |> l${i + 1}: ${stage}\n`;
  });
  const { diagnostics } = checkText(`model Grid(${inputs.join(', ')}) {\n${lets.join('')}  x1\n}\n`);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const found = errors.map(({ code, span }) => `${code} at ${textOf(span)}`);
  const wanted = rows.flatMap((size, i) => (size === 0 ? [`E0304 at l${i + 1}: ${stage}`] : []));
  expect(found, stage).toEqual(wanted);
}

/** The line's part from the layer's name on. */
function textOf({ file, start, end }: { file: { text: string }; start: number; end: number }): string {
  const before = file.text.lastIndexOf(' ', file.text.lastIndexOf(':', start)) + 1;
  return file.text.slice(before, end);
}

test.each(['Conv2d', 'MaxPool2d', 'AvgPool2d'])('sizes of %s', (layer) => {
  const rows = gridShapes().filter((row): row is ShapeRow => 'layer' in row && row.layer === layer);
  expect(rows.length).toBeGreaterThan(100);
  for (const row of rows) expectSizes(row);
});

test('groups of Conv2d', () => {
  for (const { groups, allowed } of gridShapes().filter((row): row is GroupRow => 'groups' in row)) {
    const inputs = allowed.map((_, i) => `x${i + 1}: f32[N, ${i + 1}, 3, 3]`);
    const uses = allowed.flatMap((line, c) => {
      return [...line].map(
        (_, o) => `  let _y${c}_${o} = x${c + 1} |> c${c}_${o}: Conv2d(${o + 1}, 1, groups=${groups})\n`,
      );
    });
    const { diagnostics } = checkText(`model Grid(${inputs.join(', ')}) {\n${uses.join('')}  x1\n}\n`);
    expect(new Set(diagnostics.map(({ code }) => code)).size).toBe(groups === 1 ? 0 : 1);
    expect(diagnostics.length).toBe(allowed.join('').replaceAll('1', '').length);
    const refused = diagnostics.map(({ span }) => textOf(span).split(':')[0]);
    const wanted = allowed.flatMap((line, c) => [...line].flatMap((ok, o) => (ok === '1' ? [] : [`c${c}_${o}`])));
    expect(refused).toEqual(wanted);
  }
});

const cases = gridCases();
const compiled = new Map<GridCase, CompiledCase>();

function compilation(fixture: GridCase): CompiledCase {
  const gradients = Object.fromEntries(Object.keys(fixture.gradients).map((name) => [name, []]));
  const known = compiled.get(fixture) ?? compileCase({ ...fixture, value: [], gradients });
  compiled.set(fixture, known);
  return known;
}

const upstream = ({ upstream: seed, value }: GridCase): Float32Array => uniform(seed, value.count, -1, 1);
const digestOf = (fixture: GridCase, output: string): Digest => fixture.gradients[output] ?? fixture.value;

function expectDigest(
  what: string,
  actual: ArrayLike<number>,
  { count, stride, values, weighted }: Digest,
  tolerance: number,
) {
  expect(actual.length, what).toBe(count);
  const taken = values.map((_, i) => actual[i * stride] ?? Number.NaN);
  expectClose(what, taken, values, tolerance);
  const weights = uniform(1, count, -1, 1);
  const total = weights.reduce((sum, weight, i) => sum + weight * (actual[i] ?? Number.NaN), 0);
  const size = weights.reduce((sum, weight, i) => sum + Math.abs(weight * (actual[i] ?? Number.NaN)), 0);
  expect(Math.abs(total - weighted), `${what}: weighted sum`).toBeLessThanOrEqual(tolerance * size);
}

test.each(cases)('interpreted: $torch', (fixture) => {
  const { graph } = compilation(fixture);
  const tensors = fixture.inputs.map((input) => [
    input.name,
    { shape: inputShape(input, fixture.n), data: Float64Array.from(inputValues(input, fixture.n)) },
  ]);
  const leaves = Object.fromEntries([
    ...tensors,
    [UPSTREAM, { shape: fixture.shape, data: Float64Array.from(upstream(fixture)) }],
  ]);
  const results = interpret(graph, { dims: { N: fixture.n }, inputs: leaves, parameters: leaves });
  expect(results[0].shape).toEqual(fixture.shape);
  graph.outputs.forEach(({ name }, i) => {
    expectDigest(name, results[i].data, digestOf(fixture, name), 1e-6);
  });
});

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openOneThread(choice);
  afterAll(() => device.destroy());

  test.each(cases.filter((_, i) => i % 3 === 0))('$torch', async (fixture) => {
    const { graph, spec } = compilation(fixture);
    const values = new Map(fixture.inputs.map((input) => [input.name, inputValues(input, fixture.n)]));
    values.set(UPSTREAM, upstream(fixture));
    const results = await runCase(device, spec, fixture.n, values);
    for (const { name } of graph.outputs) {
      expectDigest(name, results.get(name) ?? [], digestOf(fixture, name), 1e-5);
    }
  });
});
