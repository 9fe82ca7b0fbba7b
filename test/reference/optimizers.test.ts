/**
 * The optimizers against PyTorch's: ten steps with given gradients, interpreted in float64 and on the devices. The loss is
 * the product of the parameters and a sample, so that the sample is the gradient. Both are called as something of the
 * optimizer's, which must make no difference.
 */
import { afterAll, describe, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { buildOptimizer } from '../../compiler/3-graph/optimizer.ts';
import { openOneThread } from '../support/one-thread.ts';
import { type CompiledTraining, compileTraining, DeviceTraining } from './compiled-training.ts';
import { type OptimizerCase, optimizerCases } from './fixtures.ts';
import { uniform } from './formula.ts';
import { expectClose } from './tolerance.ts';

const cases = optimizerCases();
const compiled = new Map<OptimizerCase, CompiledTraining>();

function compilation(fixture: OptimizerCase): CompiledTraining {
  const known = compiled.get(fixture) ?? compileTraining(source(fixture));
  compiled.set(fixture, known);
  return known;
}

const source = ({ net, settings, size }: OptimizerCase): string => `
dataset Gradients {
  sample { gradients: f32[${size}] }
  train { gradients = idx("gradients") }
}

model Product(x: f32[N, ${size}]) -> f32[N] {
  param m: f32[${size}] = zeros()
  sum(x * m, axis=1)
}

train Product on Gradients {
  input     = gradients
  loss      = sum(output)
  optimizer = ${net}
  ${settings ?? ''}
}
`;

const start = ({ seed, size }: OptimizerCase): Float32Array => uniform(seed, size, -1, 1);

function gradient({ seed, size }: OptimizerCase, step: number): Float32Array {
  const values = uniform(seed + step, size, -1, 1);
  values[step % size] = 0;
  return values;
}

describe('interpreted in float64', () => {
  test.each(cases)('$net $settings', (fixture) => {
    const { optimizer } = compilation(fixture).unit.training ?? {};
    if (!optimizer) throw new Error('no optimizer');
    const graph = buildOptimizer(optimizer);
    const tensor = (data: ArrayLike<number>) => ({ shape: [fixture.size], data: Float64Array.from(data) });
    let p = tensor(start(fixture));
    let states = Object.fromEntries(
      optimizer.state.map(({ name, initial }) => [name, tensor(new Float64Array(fixture.size).fill(initial))]),
    );
    fixture.steps.forEach((wanted, i) => {
      const results = interpret(graph, {
        dims: { P: fixture.size },
        parameters: { '*': p },
        inputs: { gradients: tensor(gradient(fixture, i + 1)), loss: { shape: [], data: Float64Array.of(1) } },
        states,
        uniforms: { step: i + 1, steps: fixture.steps.length },
      });
      const next = Object.fromEntries(graph.outputs.map(({ name }, k) => [name, tensor(results[k].data)]));
      p = next['*'];
      states = Object.fromEntries(optimizer.state.map(({ name }) => [name, next[name]]));
      expectClose(`after step ${i + 1}`, p.data, wanted, 1e-9);
    });
  });
});

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openOneThread(choice);
  afterAll(() => device.destroy());

  test.each(cases)('$net $settings', async (fixture) => {
    const training = await DeviceTraining.start(
      device,
      compilation(fixture),
      1,
      { m: start(fixture) },
      fixture.steps.length,
    );
    for (const [i, wanted] of fixture.steps.entries()) {
      await training.step(1, { gradients: gradient(fixture, i + 1) });
      expectClose(`after step ${i + 1}`, (await training.values()).m ?? [], wanted, 1e-6);
    }
    training.dispose();
  });
});
