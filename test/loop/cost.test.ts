/**
 * What nests are said to cost: multiply-adds as the summary counts them, elements as an instrumented run touches them,
 * arithmetic as counted by hand.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Cost, costOf } from '../../compiler/5-loop/cost.ts';
import { interpret, type Memory } from '../../compiler/5-loop/interpret.ts';
import type { Kernel, LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { repeatsOf } from '../../compiler/5-loop/repeats.ts';
import { valueAt } from '../../compiler/5-loop/typical.ts';
import { axisExpr, intExpr } from '../../compiler/5-loop/walk.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import { summarize } from '../../compiler/cli/summarize.ts';
import type { Compilation } from '../../compiler/compilation.ts';
import type { SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { compile } from '../../compiler/index.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { programFile } from '../programs/networks.ts';

const BATCH = 3;

/** The state after the pass `loops`: nests as they are lowered, before anything is chosen for a target. */
function lowered(entry: SourceFile): Compilation {
  let state: Compilation | undefined;
  compile(entry, fileHost, {
    printAfter: 'loops',
    inspect: (_pass, now) => {
      state = now;
    },
  });
  if (!state) throw new Error('nothing was compiled');
  return state;
}

const model = (path: string): SourceFile => ({ path, text: readFileSync(path, 'utf8') });

/** What is not computed, because the pooling behind it leaves it out: a row and a column of conv2's 11 x 11. */
const UNREAD = (11 * 11 - 10 * 10) * 64 * 32 * 9;

test.each([
  { ...model('models/fashion_cnn.net'), unread: UNREAD },
  { ...model('models/fashion_cnn_logits.net'), unread: UNREAD },
  ...['lenet5', 'vgg16', 'resnet18'].map((name) => ({ ...programFile(name), unread: 0 })),
])('multiply-adds of convolutions and linear layers are the summary’s: $path', ({ unread, ...entry }) => {
  for (const unit of lowered(entry).units) {
    const counted = unit.loops
      .filter(({ program }) => program === 'infer')
      .flatMap(({ value }) => value.kernels.map((kernel) => costOf([kernel], value.tensors, BATCH).macs));
    const expected = summarize(unit.model).layers.reduce((sum, { macs }) => sum + macs, 0);
    expect(expected).toBeGreaterThan(100_000);
    expect(counted.reduce((sum, macs) => sum + macs, 0)).toBe(BATCH * (expected - unread));
  }
});

/** Memory that notes which elements are read. */
function watched(program: LoopProgram, batch: number): { memory: Memory; reads: Map<number, Set<string>> } {
  const reads = new Map<number, Set<string>>();
  const memory: Memory = new Map();
  for (const tensor of program.tensors.values()) {
    const { layout, shape } = tensor;
    const last = shape.reduce((sum, size, d) => sum + (valueAt(size, batch) - 1) * layout.strides[d], layout.offset);
    const seen = new Set<string>();
    reads.set(tensor.id, seen);
    memory.set(
      tensor.id,
      new Proxy(new Float64Array(last + 1), {
        get: (array, key) => {
          if (typeof key === 'string') seen.add(key);
          return Reflect.get(array, key, array);
        },
        set: (array, key, value) => Reflect.set(array, key, value, array),
      }),
    );
  }
  return { memory, reads };
}

const SMALL = `dataset Digits {
  sample { image: u8[1, 9, 9], label: class(4) }
  train { image = idx("a.gz"), label = idx("b.gz") }
}
model Small(image: f32[N, 1, 9, 9]) -> f32[N, 4] {
  image |> conv1: Conv2d(3, kernel=3) |> relu |> MaxPool2d(2) |> conv2: Conv2d(4, kernel=3, padding=1) |> relu
    |> flatten |> fc: Linear(4)
}
train Small on Digits {
  input = to_float(image)
  loss = cross_entropy(output, label)
  metrics = [accuracy(output, label)]
  optimizer = Adam(lr=0.001)
}
`;

test('elements read are those that a run reads, where no guard and no number from memory decides it', () => {
  const { units } = lowered({ path: 'small.net', text: SMALL });
  let exact = 0;
  for (const { value: program } of units.flatMap(({ loops }) => loops)) {
    for (const kernel of program.kernels) {
      const { memory, reads } = watched(program, BATCH);
      const dims = Object.fromEntries(['N', 'B'].map((name) => [name, BATCH]));
      interpret({ ...program, kernels: [kernel] }, memory, { dims, uniforms: { step: 1, lr: 0.1, key0: 1, key1: 2 } });
      const { reads: predicted } = costOf([kernel], program.tensors, BATCH);
      for (const [tensor, count] of predicted) {
        const touched = reads.get(tensor)?.size ?? 0;
        const where = `${kernel.label} reads ${program.tensors.get(tensor)?.name}`;
        expect(count, where).toBeGreaterThanOrEqual(touched);
        // Without samples that won, a gradient's mask hides some.
        if (count === touched) exact++;
        else expect(kernel.label, where).toMatch(/backward/);
      }
    }
  }
  expect(exact).toBeGreaterThan(60);
});

const axis = (id: string, extent: number): Axis => ({ id, extent: dim.int(extent) });
const f32 = (fn: 'add' | 'mul' | 'sub' | 'exp', ...args: Expr[]): Expr => ({ kind: 'apply', type: 'f32', fn, args });
const i32 = (fn: 'add' | 'mul' | 'idiv', a: Expr, b: Expr): Expr => ({ kind: 'apply', type: 'i32', fn, args: [a, b] });
const load = (tensor: number, ...indices: Expr[]): Expr => ({ kind: 'load', type: 'f32', tensor, indices });
const sum = (axes: Axis[], body: Expr): Expr => ({ kind: 'reduce', type: 'f32', combine: 'sum', axes, body });

/** The cost of `out[i] = value` over tensors of the given shapes, numbered from 1. */
function cost(nest: Axis[], value: Expr, shapes: number[][]): Cost {
  const tensors = new Map<number, Tensor>(
    [nest.map(({ extent }) => dim.constant(extent) ?? 0), ...shapes].map((sizes, id) => {
      const shape = sizes.map(dim.int);
      return [
        id,
        { id, name: `t${id}`, element: 'f32', shape, layout: { offset: 0, strides: [] }, place: { kind: 'scratch' } },
      ];
    }),
  );
  const kernel: Kernel = { label: 'test', axes: nest, stores: [{ tensor: 0, indices: nest.map(axisExpr), value }] };
  return costOf([kernel], tensors, 1);
}

test('arithmetic: once for each element, and for each summand of what changes in a sum', () => {
  const [i, r] = [axis('i', 5), axis('r', 7)];
  const [x, y] = [load(1, axisExpr(i), axisExpr(r)), load(2, axisExpr(i))];
  const scaled = f32('mul', f32('exp', y), f32('sub', x, f32('exp', y)));
  const { flops, macs, loads } = cost([i], f32('add', sum([r], scaled), f32('exp', y)), [[5, 7], [5]]);
  // exp(y) is the same everywhere: 5. A difference, a product and a sum for each summand; the last sum.
  expect(flops).toBe(5 + 3 * 35 + 5);
  expect(macs).toBe(35);
  expect(Object.fromEntries(loads)).toEqual({ 1: 35, 2: 5 });
});

test('a sum whose guard asks for loop variables: arithmetic where it holds, multiply-adds everywhere', () => {
  const [i, r] = [axis('i', 5), axis('r', 3)];
  const place = i32('add', axisExpr(i), axisExpr(r));
  const inside = (most: number): Expr => ({ kind: 'apply', type: 'bool', fn: 'lt', args: [place, intExpr(most)] });
  const product = f32('mul', load(1, place), load(2, axisExpr(r)));
  const guarded = (condition: Expr): Expr => ({
    kind: 'guard',
    type: 'f32',
    condition,
    value: product,
    otherwise: { kind: 'const', type: 'f32', value: 0 },
  });
  // i + r < 3 for 3 + 2 + 1 of 15 pairs.
  expect(cost([i], sum([r], guarded(inside(3))), [[7], [3]])).toMatchObject({ flops: 12, macs: 15 });
  // What memory decides counts as true.
  const asked: Expr = { kind: 'apply', type: 'bool', fn: 'lt', args: [load(2, axisExpr(r)), load(1, axisExpr(i))] };
  expect(cost([i], sum([r], guarded(asked)), [[7], [3]])).toMatchObject({ flops: 30, macs: 15 });
});

test('what a maximum and its position are made of is computed once', () => {
  const [i, r, q] = [axis('i', 5), axis('r', 4), axis('q', 4)];
  const over = (a: Axis, combine: 'max' | 'argmax'): Expr => {
    const k = axis(`k${a.id}`, 3);
    const body = sum([k], f32('mul', load(1, axisExpr(i), axisExpr(a)), load(2, axisExpr(k))));
    return { kind: 'reduce', type: combine === 'max' ? 'f32' : 'i32', combine, axes: [a], body };
  };
  const index: Expr = { kind: 'apply', type: 'f32', fn: 'to_f32', args: [over(q, 'argmax')] };
  const { flops, macs } = cost([i], f32('add', over(r, 'max'), index), [[5, 4], [3]]);
  // 20 sums of three products; two folds of them; the last sum.
  expect([flops, macs]).toEqual([2 * 60 + 2 * 20 + 5, 60]);
});

test('indices, conditions, choices and conversions are no arithmetic', () => {
  const i = axis('i', 6);
  const condition: Expr = { kind: 'apply', type: 'bool', fn: 'lt', args: [axisExpr(i), intExpr(3)] };
  const number: Expr = { kind: 'apply', type: 'f32', fn: 'to_f32', args: [axisExpr(i)] };
  const chosen: Expr = { kind: 'apply', type: 'f32', fn: 'select', args: [condition, number, load(1, axisExpr(i))] };
  expect(cost([i], chosen, [[6]])).toMatchObject({ flops: 0, macs: 0 });
});

test('elements: windows overlap, strides leave gaps, several loads share, memory may say anything', () => {
  const [i, r] = [axis('i', 5), axis('r', 3)];
  const read = (value: Expr, shape: number[]): unknown => cost([i], value, [shape]).reads.get(1);
  const at = (index: Expr): Expr => sum([r], load(1, index));
  expect(read(at(i32('add', axisExpr(i), axisExpr(r))), [20])).toBe(7);
  expect(read(at(i32('add', i32('mul', axisExpr(i), intExpr(4)), axisExpr(r))), [40])).toBe(15);
  expect(read(load(1, i32('mul', axisExpr(i), intExpr(4))), [40])).toBe(5);
  expect(read(load(1, i32('idiv', axisExpr(i), intExpr(2))), [40])).toBe(3);
  expect(read(load(1, axisExpr(i), axisExpr(i)), [5, 5])).toBe(5);
  const shifted = load(1, i32('add', axisExpr(i), intExpr(2)));
  expect(read(f32('add', load(1, axisExpr(i)), shifted), [20])).toBe(7);
  const away = load(1, i32('add', axisExpr(i), intExpr(12)));
  expect(read(f32('add', load(1, axisExpr(i)), away), [20])).toBe(10);
  const anywhere: Expr = { kind: 'load', type: 'i32', tensor: 2, indices: [axisExpr(i)] };
  expect(cost([i], load(1, anywhere), [[40], [5]]).reads.get(1)).toBe(5);
  expect(cost([i], load(1, anywhere), [[4], [5]]).reads.get(1)).toBe(4);
});

test('work that is done again: on what a sum reads many times, without what only changes with the nest', () => {
  const [i, r] = [axis('i', 5), axis('r', 3)];
  const nest = (value: Expr): Kernel => ({
    label: 'test',
    axes: [i],
    stores: [{ tensor: 0, indices: [axisExpr(i)], value }],
  });
  const place = i32('add', axisExpr(i), axisExpr(r));
  const scaled = f32('mul', f32('exp', load(1, place)), load(2, axisExpr(r)));
  // Seven values of exp, of which fifteen are computed; each product is one of fifteen.
  expect(repeatsOf(nest(sum([r], scaled)), 1)).toEqual([{ fn: 'exp', times: 15, values: 7, flops: 8 }]);
  // Two functions of one place are repeated together, whatever they are made of.
  const both = f32('mul', f32('exp', load(1, place)), load(1, place));
  expect(repeatsOf(nest(sum([r], both)), 1)).toEqual([{ fn: 'mul', times: 15, values: 7, flops: 2 * 8 }]);
  expect(repeatsOf(nest(sum([r], f32('mul', load(1, place), f32('exp', load(2, axisExpr(i)))))), 1)).toEqual([]);
});
