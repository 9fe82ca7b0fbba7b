/** The check that no kernel reads a value after it was updated in place; and what defers updates that come too early. */
import { expect, test } from 'vitest';
import type { Kernel, LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { deferUpdates, verifyUpdates } from '../../compiler/5-loop/updates.ts';
import { axisExpr } from '../../compiler/5-loop/walk.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Expr } from '../../compiler/ops/expr.ts';

const extent = dim.int(4);
const i: Expr = axisExpr({ id: 'i', extent });
const reversed: Expr = { kind: 'apply', type: 'i32', fn: 'sub', args: [{ kind: 'const', type: 'i32', value: 3 }, i] };

function tensor(id: number, place: Tensor['place'], offset = 0): Tensor {
  return { id, name: `t${id}`, place, element: 'f32', shape: [extent], layout: { offset, strides: [1] } };
}

function copy(label: string, from: number, to: number, at: Expr = i): Kernel {
  const value: Expr = { kind: 'load', type: 'f32', tensor: from, indices: [at] };
  return { label, axes: [{ id: 'i', extent }], stores: [{ tensor: to, indices: [i], value }] };
}

function program(kernels: readonly Kernel[], list: readonly Tensor[]): LoopProgram {
  return { name: 'program', kernels, tensors: new Map(list.map((t) => [t.id, t])) };
}

const m = { kind: 'state', name: 'm' } as const;
const old = tensor(0, m);
const next = tensor(1, m);
const x = tensor(2, { kind: 'input', name: 'x' });
const result = tensor(3, { kind: 'output', name: 'y' });
const tensors = [old, next, x, result];

test('reading the old value first, or at the element that is written, is fine', () => {
  for (const kernels of [
    [copy('read', 0, 3), copy('update', 2, 1)],
    [copy('update', 0, 1)],
    [copy('update', 2, 1), copy('read', 1, 3)],
  ]) {
    verifyUpdates(program(kernels, tensors));
    expect(deferUpdates(program(kernels, tensors)).kernels).toBe(kernels);
  }
});

test('a kernel that reads the old value too late is an internal error', () => {
  const late = program([copy('update', 2, 1), copy('read', 0, 3)], tensors);
  expect(() => verifyUpdates(late)).toThrow('"update" updates t1 before "read" has read its old value');
  const elsewhere = program([copy('update', 0, 1, reversed)], tensors);
  expect(() => verifyUpdates(elsewhere)).toThrow('"update" updates t1 before "update" has read its old value');
});

test('in an arena only what overlaps is in danger', () => {
  const arena = { kind: 'parameters' } as const;
  const at = (offset: number): LoopProgram =>
    program([copy('update', 2, 1), copy('read', 0, 3)], [tensor(0, arena, 8), tensor(1, arena, offset), x, result]);
  for (const offset of [0, 4, 12]) verifyUpdates(at(offset));
  for (const offset of [5, 8, 11]) expect(() => verifyUpdates(at(offset))).toThrow('updates t1');
});

test('an update that comes too early goes through scratch memory, and what reads the new value with it', () => {
  const kernels = [copy('update', 2, 1), copy('read', 0, 3)];
  const deferred = deferUpdates(program(kernels, tensors));
  verifyUpdates(deferred);
  expect(deferred.kernels.map(({ label }) => label)).toEqual(['update', 'read', 'copy to t1']);
  expect(deferred.tensors.get(1)?.place).toEqual({ kind: 'scratch' });
  const last = deferred.kernels[2].stores[0];
  expect(deferred.tensors.get(last.tensor)?.place).toEqual(m);
});
