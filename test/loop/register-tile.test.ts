/** How large the register tiles of sums of products are, and where a tile's rows end when the axis does not divide. */
import { expect, test } from 'vitest';
import type { Kernel, Tensor } from '../../compiler/5-loop/kernel.ts';
import { rowMajor } from '../../compiler/5-loop/layout.ts';
import { chooseRegister } from '../../compiler/5-loop/register-tile.ts';
import { axisExpr } from '../../compiler/5-loop/walk.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';
import { agreesEverywhere, graphOf, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

const load = (tensor: number, ...axes: Axis[]): Expr => ({
  kind: 'load',
  type: 'f32',
  tensor,
  indices: axes.map(axisExpr),
});

/** y[m, n] = sum over k of a[m, k] * b[k, n], added to y where `update`. */
function product(m: Dim, n: number, update = false): { kernel: Kernel; tensors: Map<number, Tensor>; lane: Axis } {
  const [row, lane, k]: Axis[] = [
    { id: 'm', extent: m },
    { id: 'n', extent: dim.int(n) },
    { id: 'k', extent: dim.int(7) },
  ];
  const tensor = (id: number, ...axes: Axis[]): [number, Tensor] => {
    const shape = axes.map(({ extent }) => extent);
    return [id, { id, name: `t${id}`, element: 'f32', shape, layout: rowMajor(shape), place: { kind: 'scratch' } }];
  };
  const body = apply('mul', load(0, row, k), load(1, k, lane));
  const sum: Expr = { kind: 'reduce', type: 'f32', combine: 'sum', axes: [k], body };
  const value = update ? apply('add', load(2, row, lane), sum) : sum;
  return {
    kernel: {
      label: 'product',
      axes: [row, lane],
      stores: [{ tensor: 2, indices: [row, lane].map(axisExpr), value }],
    },
    tensors: new Map([tensor(0, row, k), tensor(1, k, lane), tensor(2, row, lane)]),
    lane,
  };
}

function tileOf(m: Dim | number, width: number, update = false, cpu = true): string {
  const { kernel, tensors, lane } = product(typeof m === 'number' ? dim.int(m) : m, 16, update);
  const found = chooseRegister(kernel, kernel.axes, tensors, { lane: { axis: lane, width }, cpu });
  return found ? `${found.axis} ${found.tile}${found.overlap ? ' overlapping' : ''}` : 'none';
}

test('no more than twelve vectors, as many rows as waste least', () => {
  // A batch of 64 is thirteen times five and one over.
  expect(tileOf(dim.symbol('N'), 8)).toBe('m 5 overlapping');
  expect(tileOf(32, 8)).toBe('m 4 overlapping');
  expect(tileOf(96, 8)).toBe('m 6 overlapping');
  expect(tileOf(3, 8)).toBe('m 3 overlapping');
  expect(tileOf(64, 4)).toBe('m 8 overlapping');
  expect(tileOf(1, 8)).toBe('none');
});

test('what is added to in memory is computed once', () => {
  expect(tileOf(96, 8, true)).toBe('m 6');
  expect(tileOf(64, 8, true)).toBe('m 4');
});

test('several elements a sample are counted by samples', () => {
  expect(tileOf(dim.mul(dim.symbol('N'), dim.int(9)), 8)).toBe('m 3 overlapping');
  expect(tileOf(dim.mul(dim.symbol('N'), dim.int(7)), 8)).toBe('none');
});

test('on a GPU tiles are all of a short axis, or divide it, or end early', () => {
  expect(tileOf(96, 8, false, false)).toBe('m 4');
  expect(tileOf(10, 8, false, false)).toBe('m 10');
  expect(tileOf(14, 8, false, false)).toBe('m 2');
  expect(tileOf(13, 8, false, false)).toBe('m 4');
});

test('batches shorter than a tile, of every length', async () => {
  const graph = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 12) });
    const w = g.parameter('w', { element: 'f32', shape: sizes(12, 16) });
    g.output('result', 'y', g.scalar('relu', g.op('matmul', [x, w])));
  });
  await agreesEverywhere(devices, graph, [1, 2, 3, 4, 5, 6]);
});
