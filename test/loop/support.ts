/** What tests of compiled graphs share: building one, its kernels' texts, its values on every way that random graphs go. */
import { afterAll, beforeAll, expect } from 'vitest';
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { type Kernel, printKernel, type Tensor } from '../../compiler/5-loop/kernel.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { arenaOf, buildModule, lowerVerified } from '../fuzz/build.ts';
import { checkGraphs } from '../fuzz/check.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';

export const N = dim.symbol('N');
export const sizes = (...list: (number | Dim)[]): Dim[] =>
  list.map((size) => (typeof size === 'number' ? dim.int(size) : size));

/** The devices that `agreesEverywhere` uses, for the tests of one file. `gpus`: what stands in for a GPU. */
export function withDevices(gpus: readonly (() => Promise<Device>)[] = [() => openDevice('webgpu')]): Device[] {
  const devices: Device[] = [];
  beforeAll(async () => {
    devices.push(await openDevice('cpu', { threads: 2 }));
    if (missingSwiftShader() === undefined) for (const open of gpus) devices.push(await open());
  });
  afterAll(async () => {
    for (const device of devices) await device.destroy();
  });
  return devices;
}

export class Maker extends GraphBuilder {
  /** A number for each element: how far along an axis it is. */
  count(shape: readonly Dim[], axis: number): Value {
    return this.op('iota', [], { shape, axis });
  }

  int(value: number): Value {
    return this.constant(value, [], 'i32');
  }

  /** One value a sample, for every element of images of this shape. */
  perSample(value: Value, shape: readonly Dim[]): Value {
    const ones = shape.map((size, axis) => (axis === 0 ? size : dim.int(1)));
    return this.broadcastTo(this.reshape(value, ones), shape);
  }

  /** The gradient of a sum weighted by an input. */
  gradientOf(y: Value, x: Value): Value {
    const weights = this.input('dy', y.type);
    const axes = y.type.shape.map((_, axis) => axis);
    return gradients(this, this.sum(this.mul(y, weights), axes), [x])[0];
  }
}

export function graphOf(build: (g: Maker) => void): Graph {
  const g = new Maker('test');
  build(g);
  return g.finish();
}

export interface Compiled {
  readonly kernels: readonly Kernel[];
  readonly tensors: ReadonlyMap<number, Tensor>;
  /** The kernels without their labels. */
  readonly text: readonly string[];
  readonly wgsl: readonly string[];
}

export function compile(graph: Graph): Compiled {
  const arena = arenaOf([graph]);
  const lowered = lowerVerified(graph, arena);
  const { kernels, tensors } = lowered.loops;
  const text = kernels.map((kernel) => printKernel(kernel, tensors).split('\n').slice(1).join('\n'));
  return { kernels, tensors, text, wgsl: buildModule([lowered], arena).spec.kernels.map(({ wgsl }) => wgsl) };
}

export async function agreesEverywhere(
  devices: readonly Device[],
  graph: Graph,
  batches: readonly number[] = [1, 2, 5],
): Promise<void> {
  const outcome = await checkGraphs([{ seed: 1, graph }], { devices, batches, interpreted: [1, 2] });
  expect(outcome.failures).toEqual([]);
  expect(outcome).toMatchObject({ skipped: 0 });
  expect(outcome.compared).toBeGreaterThan(0);
}
