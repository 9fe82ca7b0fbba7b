/**
 * models/resnet18.net with the data of resnet.py, compiled with a training, and its steps against PyTorch's. `resnet-*.test.ts`
 * say which steps on which device.
 */
import { expect } from 'vitest';
import { OUTPUT } from '../../compiler/3-graph/from-typed.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import type { CompilationUnit } from '../../compiler/compilation.ts';
import type { Device } from '../../runtime/device.ts';
import { boundsOf } from '../programs/networks.ts';
import { type CompiledTraining, compileTraining, DeviceTraining, type Values } from './compiled-training.ts';
import { digestError, expectDigests } from './digests.ts';
import type { ResnetRun, ResnetStep, ResnetTraining } from './fixtures.ts';
import { images, labels, uniform } from './formula.ts';

/** The step of training a network of this run's size. It also stores the output. */
export function compileResnet({ classes, channels, size }: ResnetRun): CompiledTraining {
  const source = `
    import { ResNet18 } from "./models/resnet18.net"

    dataset Pictures {
      sample { picture: f32[${channels}, ${size}, ${size}], label: class(${classes}) }
      train { picture = idx("pictures"), label = idx("labels") }
    }

    train Resnet: ResNet18(classes=${classes}, channels=${channels}, size=${size}) on Pictures {
      input     = picture
      loss      = cross_entropy(output, label)
      optimizer = Adam(lr=0.001)
    }
  `;
  return compileTraining(source, stepWithOutput);
}

/** Nothing but the step, to save time; what the layer `fc` computes is a result of it as well. */
function stepWithOutput(unit: CompilationUnit): CompilationUnit {
  const graphs = unit.graphs.filter(({ program }) => program === 'train');
  const extended = ({ name, nodes, outputs }: Graph): Graph => {
    const output = nodes.findLast(({ origin }) => origin.path === 'fc' && origin.backward !== true);
    if (!output) throw new Error('the network has no layer fc');
    return { name, nodes, outputs: [...outputs, { name: OUTPUT, node: output.id, role: 'result' }] };
  };
  return {
    ...unit,
    graphs: graphs.map((part) => (part.value.name === 'train' ? { ...part, value: extended(part.value) } : part)),
  };
}

/** Weights by formula. Tensor i in the order of the state dictionary, which the program has too, has the seed `weights + i`. */
function startOf({ unit, spec }: CompiledTraining, { weights }: ResnetRun, scale: number): Values {
  const values = unit.model.parameters.map(({ path }, position) => {
    const shape = spec.parameters.find(({ name }) => name === path)?.shape ?? [];
    const [low, high] = boundsOf(path, shape).map((bound) => bound * (shape.length === 4 ? scale : 1));
    const count = shape.reduce((product, size) => product * size, 1);
    return [path, uniform(weights + position, count, low, high)] as const;
  });
  return Object.fromEntries(values);
}

/** The batch of a step, counted from 0. */
function batchOf({ channels, size, batch, pictures, classes }: ResnetRun, step: number): Values {
  if (size === 28) {
    const picture = Float32Array.from(images(pictures, step * batch, batch), (byte) => byte / 255);
    return { picture, label: labels(step * batch, batch) };
  }
  const picture = uniform(pictures + step, batch * channels * size * size, -1, 1);
  return { picture, label: uniform(pictures + 100 + step, batch, 0, classes).map(Math.floor) };
}

/** The model's output in training mode, the loss, every gradient, and what the step makes of the running statistics. */
export async function compareStep(device: Device, compiled: CompiledTraining, run: ResnetStep): Promise<void> {
  const training = await DeviceTraining.start(device, compiled, run.batch, startOf(compiled, run, 1));
  const loss = await training.step(run.batch, batchOf(run, 0));
  expect(Math.abs(loss / run.losses[0] - 1), 'loss').toBeLessThan(1e-5);
  const output = await training.output(run.batch * run.classes);
  expect(digestError(output, run.output), 'output').toBeLessThan(5e-5);
  expectDigests('gradients', await training.gradients(), run.gradients, 2e-4);
  expectDigests('running statistics', await statisticsOf(training), run.statistics, 1e-5);
  training.dispose();
}

/** The losses of the first `steps`; if that is all, what they make of the running statistics. */
export async function compareTraining(
  device: Device,
  compiled: CompiledTraining,
  run: ResnetTraining,
  steps: number,
): Promise<void> {
  const training = await DeviceTraining.start(device, compiled, run.batch, startOf(compiled, run, run.scale));
  for (const [step, wanted] of run.losses.slice(0, steps).entries()) {
    const loss = await training.step(run.batch, batchOf(run, step));
    expect(Math.abs(loss / wanted - 1), `loss of step ${step + 1}`).toBeLessThan(1e-4);
  }
  if (steps === run.losses.length) {
    expectDigests('running statistics', await statisticsOf(training), run.statistics, 1e-5);
  }
  training.dispose();
}

async function statisticsOf(training: DeviceTraining): Promise<Record<string, Float32Array>> {
  return Object.fromEntries(Object.entries(await training.values()).filter(([name]) => name.includes('.running_')));
}
