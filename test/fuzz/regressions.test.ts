/** The smallest graphs that once came out wrong or did not compile, each on every way that random graphs go. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import type { ElementType } from '../../compiler/ops/types.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { checkGraphs } from './check.ts';

const N = dim.symbol('N');

class Maker extends GraphBuilder {
  #names = 0;

  tensor(sizes: readonly (number | Dim)[], element: ElementType = 'f32'): Value {
    const shape = sizes.map((size) => (typeof size === 'number' ? dim.int(size) : size));
    return this.input(`x${this.#names++}`, { element, shape });
  }

  /** A parameter; its layout is not the caller's. */
  weight(sizes: readonly number[]): Value {
    return this.parameter(`w${this.#names++}`, { element: 'f32', shape: sizes.map(dim.int) });
  }

  result(value: Value): void {
    this.output('result', `y${this.#names++}`, value);
  }
}

/** By what went wrong. */
const graphs: Readonly<Record<string, (g: Maker) => void>> = {
  // The copy for the vector lanes read the padding's elements too.
  'an operand behind a guard is not staged': (g) => {
    const attributes = { stride: [3, 2], padding: [2, 0], dilation: [1, 1], groups: 1 };
    g.result(g.op('conv2d', [g.tensor([N, 1, 10, 3]), g.tensor([3, 1, 3, 2])], attributes));
  },
  // 1.7 was chosen where the condition held: 0 and 1 in memory are no masks.
  'a condition of the samples selects vectors': (g) => {
    g.result(g.op('select', [g.tensor([3, 1], 'bool'), g.tensor([8]), g.constant(1.7)]));
  },
  // (h - r) / 2 for h < r rounded towards zero.
  'a divided index is not negative': (g) => {
    const weight = g.weight([3, 2, 2, 1, 2]);
    const dy = g.broadcastTo(g.reshape(weight, [1, 1, 6, 4].map(dim.int)), [N, ...[1, 6, 4].map(dim.int)]);
    const attributes = { stride: [1, 1], padding: [2, 1], dilation: [1, 1], groups: 1, size: [3, 4].map(dim.int) };
    g.result(g.op('conv2d_input_grad', [dy, g.tensor([1, 4, 2, 3])], attributes));
  },
  'a flipped axis in another radix': (g) => {
    const flat = g.reshape(g.weight([4, 3]), [dim.int(12)]);
    g.result(g.reshape(g.op('flip', [flat], { axes: [0] }), [2, 6].map(dim.int)));
  },
  // A tile of four rows cannot be counted in samples of two.
  'rows of two a sample': (g) => {
    const rows = g.reshape(g.tensor([N, 2, 3]), [dim.mul(N, dim.int(2)), dim.int(3)]);
    g.result(g.op('matmul', [rows, g.tensor([3, 8])]));
  },
  'rows of four a sample': (g) => {
    const rows = g.reshape(g.tensor([N, 4, 3]), [dim.mul(N, dim.int(4)), dim.int(3)]);
    g.result(g.op('matmul', [rows, g.tensor([3, 8])]));
  },
  // WGSL read `c % n * 2` as `(c % n) * 2`.
  'rows of two a sample behind another axis': (g) => {
    const rows = g.permute(g.reshape(g.tensor([N, 2, 3]), [dim.mul(N, dim.int(2)), dim.int(3)]), [1, 0]);
    const read = g.op('exp', [rows]);
    g.result(g.op('amax', [read], { axes: [0], keepdim: false }));
    g.result(g.op('mean', [read], { axes: [0], keepdim: false }));
  },
  // The second kernel read the new m.
  'an update waits for the readers of the old value': (g) => {
    const x = g.tensor([3, 3]);
    const m = g.state('m', { element: 'f32', shape: [dim.int(3), dim.int(1)] });
    const v = g.state('v', { element: 'f32', shape: [dim.int(3), dim.int(1)] });
    g.output('update', 'm', g.add(m, g.op('matmul', [x, v])));
    g.output('update', 'v', g.add(v, g.op('matmul', [x, m])));
  },
  'an update reads its old value at other elements': (g) => {
    const m = g.state('m', { element: 'f32', shape: [dim.int(8)] });
    g.output('update', 'm', g.op('flip', [m], { axes: [0] }));
  },
  'two states change places': (g) => {
    const [m, v] = ['m', 'v'].map((name) => g.state(name, { element: 'f32', shape: [dim.int(5)] }));
    g.output('update', 'm', v);
    g.output('update', 'v', m);
  },
  // Eleven buffers, of which WebGPU binds eight.
  'a sum of many tensors': (g) => {
    const terms = Array.from({ length: 11 }, () => g.tensor([N, 4]));
    g.result(terms.reduce((sum, term) => g.add(sum, term)));
    g.result(
      g.sum(
        terms.reduceRight((sum, term) => g.mul(sum, term)),
        [0, 1],
      ),
    );
  },
  'a matrix product with a long epilogue': (g) => {
    const y = g.op('matmul', [g.tensor([N, 3]), g.tensor([3, 4])]);
    const terms = Array.from({ length: 6 }, () => g.tensor([N, 4]));
    g.result(terms.reduce((sum, term) => g.add(sum, term), y));
  },
  // WGSL kernels could not write bytes.
  'bytes as results': (g) => {
    const x = g.tensor([N, 5], 'u8');
    g.result(g.op('flip', [x], { axes: [1] }));
    g.result(g.op('select', [g.tensor([N, 5], 'bool'), x, g.tensor([5], 'u8')]));
  },
  // No vector form, and the same in all lanes.
  'a logarithm of one number beside vectors': (g) => {
    const [x, y] = [g.tensor([1]), g.tensor([8])];
    const log = g.op('log', [g.op('max', [x, g.constant(0.1)])]);
    g.result(g.where(g.op('gt', [x, g.constant(0)]), g.mul(y, log), g.constant(0)));
  },
  // The address that no pointer steps along had the lane variable in it.
  'lanes over a reshaped operand': (g) => {
    const x = g.op('abs', [g.tensor([N, 4])]);
    const repeated = g.reshape(g.broadcastTo(x, [dim.int(3), N, dim.int(4)]), [N, dim.int(12)]);
    g.result(g.op('matmul', [g.permute(x, [1, 0]), repeated]));
  },
};

const devices: Device[] = [];
beforeAll(async () => {
  devices.push(await openDevice('cpu', { threads: 2 }));
  if (missingSwiftShader() === undefined) devices.push(await openDevice('webgpu'));
});
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

test.each(Object.entries(graphs))('%s', async (name, build) => {
  const g = new Maker(name);
  build(g);
  const outcome = await checkGraphs([{ seed: 1, graph: g.finish() }], {
    devices,
    batches: [1, 2, 5],
    interpreted: [1, 2],
  });
  expect(outcome.failures).toEqual([]);
  expect(outcome).toMatchObject({ skipped: 0 });
  expect(outcome.compared).toBeGreaterThan(0);
});
