/** The library's `Dropout` in the programs of a training: what it keeps, how it scales, and that the gradient has its mask. */
import { describe, expect, test } from 'vitest';
import { buildGraphs } from '../../compiler/3-graph/from-typed.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { checkText, checkValid } from '../check/harness.ts';

const size = 4000;

/** The loss is the sum of the dropped products, so that the gradient of `w`, for one sample, is x times what is kept. */
const source = (layer: string): string => `dataset Rows {
  sample { x: f32[${size}] }
  train { x = idx("x") }
}

model Net(x: f32[N, ${size}]) -> f32[N, ${size}] {
  param w: f32[${size}] = ones()
  x * w |> ${layer}
}

train Net on Rows {
  loss      = sum(output)
  optimizer = SGD(lr=0.1)
}
`;

const x = Float64Array.from({ length: size }, (_, i) => 1 + (i % 7));
const w = Float64Array.from({ length: size }, (_, i) => 0.5 + (i % 5));

function run(layer: string, program: 'train' | 'evaluate', key = 5): Record<string, number[]> {
  const [training] = checkValid(source(layer)).trainings;
  const graph = runPasses(buildGraphs(training)[program]);
  const results = interpret(graph, {
    dims: { N: 1 },
    inputs: { x: { shape: [1, size], data: x } },
    parameters: { w: { shape: [size], data: w } },
    uniforms: { key0: key, key1: 9 },
  });
  return Object.fromEntries(graph.outputs.map(({ role, name }, i) => [`${role} ${name}`, [...results[i].data]]));
}

const total = x.reduce((sum, v, i) => sum + v * w[i], 0);

test.each([0.1, 0.5, 0.75])('p = %d', (p) => {
  const { 'record loss': [loss] = [], 'gradient w': gradient = [] } = run(`Dropout(${p})`, 'train');
  const kept = gradient.filter((g) => g !== 0).length / size;
  expect(Math.abs(kept - (1 - p))).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / size));
  for (const [i, g] of gradient.entries()) if (g !== 0) expect(g).toBeCloseTo(x[i] / (1 - p), 9);
  // The forward pass dropped the same elements.
  expect(loss).toBeCloseTo(
    gradient.reduce((sum, g, i) => sum + g * w[i], 0),
    6,
  );
  // The mean stays, within what chance allows; other keys drop others.
  expect(Math.abs(loss / total - 1)).toBeLessThan(0.15);
  expect(run(`Dropout(${p})`, 'train')['gradient w']).toEqual(gradient);
  expect(run(`Dropout(${p})`, 'train', 6)['gradient w']).not.toEqual(gradient);
});

test.each(['Dropout', 'Dropout(0.9)', 'Dropout(1)'])('%s does nothing where nothing is trained', (layer) => {
  const { 'result output': output } = run(layer, 'evaluate');
  expect(output).toEqual([...x].map((v, i) => v * w[i]));
});

describe('the ends', () => {
  test('p = 0 keeps everything', () => {
    const { 'record loss': loss, 'gradient w': gradient } = run('Dropout(0)', 'train');
    expect(loss[0]).toBeCloseTo(total, 6);
    expect(gradient).toEqual([...x]);
  });

  test('p = 1 drops everything, and its gradient is 0, not NaN', () => {
    const { 'record loss': loss, 'gradient w': gradient } = run('Dropout(1)', 'train');
    expect(loss).toEqual([0]);
    expect(gradient.every((g) => g === 0)).toBe(true);
  });

  test.each(['-0.1', '1.5'])('p = %s is refused', (p) => {
    expect(checkText(source(`Dropout(${p})`)).diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `E0304: a probability lies between 0 and 1, unlike ${p}`,
    ]);
  });
});
