/**
 * Loop IR: a kernel is a perfect nest of parallel axes with stores inside; a store's value may contain reductions.
 * The nest says what is computed. How (which loops, registers, lanes) is the schedule's (`schedule.ts`).
 */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import type { ElementType } from '../ops/types.ts';
import { axesOf, forEachNode, intExpr, keyOf } from './walk.ts';

/** Where an element lies in its buffer: at `offset + sum(index[d] * strides[d])`, in elements. */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * What a tensor lives in: a buffer that the host fills or reads (a model's `input`; a `sample`'s field, which may have
 * the same name and another type), one of the flat arenas, or scratch memory whose place
 * the memory plan finds.
 */
export type Place =
  | { readonly kind: 'input' | 'sample' | 'output' | 'record' | 'state'; readonly name: string }
  | { readonly kind: 'parameters' | 'gradients' | 'scratch' }
  /** What the nests of a stack hand on: one buffer of so many elements, a row for each work item. */
  | { readonly kind: 'stack'; readonly id: number; readonly elements: Dim }
  /** What is computed from the parameters alone, before a program runs: a buffer of so many elements that stays. */
  | { readonly kind: 'prepared'; readonly name: string; readonly elements: Dim }
  /** CPU only: memory of the thread's own, for what one work item's nests hand on. */
  | { readonly kind: 'local' };

/** A tensor in memory as kernels see it. `id` is unique in a program. */
export interface Tensor {
  readonly place: Place;
  readonly id: number;
  readonly name: string;
  readonly element: ElementType;
  readonly shape: readonly Dim[];
  readonly layout: Layout;
}

export interface Store {
  readonly tensor: number;
  readonly indices: readonly Expr[];
  readonly value: Expr;
}

export interface Kernel {
  /** What it does in the source's terms. */
  readonly label: string;
  readonly axes: readonly Axis[];
  readonly stores: readonly Store[];
  /** In CPU forms alone: elements for which this does not hold are left as they are, and nothing is read for them. */
  readonly where?: Expr;
  /** With `where`: adds to what it stores to instead. Loops in the order of the axes after the shared ones, not in parallel. */
  readonly adding?: true;
  /**
   * Stores append to lists instead: a tensor has one for each of a store's indices, along a dimension more. Loops in the order
   * of the axes.
   */
  readonly appending?: Appending;
}

export interface Appending {
  /** An i32 for each list, how long it is: all are empty where a work item, or what repeats the nest in it, begins. */
  readonly counts: number;
  /** Where this does not hold nothing is appended, though values are computed: without a branch. */
  readonly when: Expr;
}

/** A program's kernels in execution order, with the tensors that they share. */
export interface LoopProgram {
  readonly name: string;
  readonly kernels: readonly Kernel[];
  readonly tensors: ReadonlyMap<number, Tensor>;
}

/** What a tensor lies in: `parameters`, `state m`, `scratch 12`. Tensors of one arena have the same. */
export function bufferKey({ place, id }: Tensor): string {
  if (place.kind === 'scratch' || place.kind === 'local') return `${place.kind} ${id}`;
  if (place.kind === 'stack') return `${place.kind} ${place.id}`;
  return 'name' in place ? `${place.kind} ${place.name}` : place.kind;
}

/** An id that none of these tensors has, and no stack that they lie in: the next ones are free too. */
export function freshId(tensors: ReadonlyMap<number, Tensor>): number {
  const stacks = [...tensors.values()].map(({ place }) => (place.kind === 'stack' ? place.id : 0));
  return Math.max(0, ...tensors.keys(), ...stacks) + 1;
}

/** Tensors that a kernel reads and writes, each once, in order of first use. */
export function tensorsOf(kernel: Kernel): { reads: number[]; writes: number[] } {
  const reads = new Set<number>();
  const { stores, where, adding, appending } = kernel;
  const exprs = stores.flatMap((store) => [store.value, ...store.indices]);
  forEachNode([...exprs, ...(where ? [where] : []), ...(appending ? [appending.when] : [])], (expr) => {
    if (expr.kind === 'load') reads.add(expr.tensor);
  });
  if (adding) for (const { tensor } of stores) reads.add(tensor);
  const counts = appending ? [appending.counts] : [];
  return { reads: [...reads, ...counts], writes: [...new Set([...stores.map((store) => store.tensor), ...counts])] };
}

/** The stores with every expression in them changed: where they go and what they hold. */
export function mapStores(stores: readonly Store[], change: (expr: Expr) => Expr): Store[] {
  return stores.map(({ tensor, indices, value }) => ({ tensor, indices: indices.map(change), value: change(value) }));
}

/** Readable text: `for n in N, c in 32 { t12[n, c] = … }`. */
export function printKernel(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): string {
  const name = (id: number): string => tensors.get(id)?.name ?? `t${id}`;
  const axes = kernel.axes.map((axis) => `${axis.id} in ${dim.show(axis.extent)}`).join(', ');
  const sign = kernel.adding ? '+=' : kernel.appending ? 'appends' : '=';
  const stores = kernel.stores.map(
    (store) =>
      `  ${name(store.tensor)}[${store.indices.map((e) => show(e, name)).join(', ')}] ${sign} ${show(store.value, name)}`,
  );
  const conditions = [kernel.where, kernel.appending?.when].flatMap((each) => (each ? [show(each, name)] : []));
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  return [`// ${kernel.label}`, `for ${axes || '()'}${where} {`, ...stores, '}'].join('\n');
}

const INFIX: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  idiv: '/',
  imod: '%',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  eq: '==',
  ne: '!=',
  and: 'and',
  or: 'or',
};

function show(expr: Expr, name: (id: number) => string): string {
  switch (expr.kind) {
    case 'const':
      return String(expr.value);
    case 'axis':
      return expr.axis.id;
    case 'size':
      return dim.show(expr.dim);
    case 'uniform':
    case 'local':
      return expr.name;
    case 'load':
      return `${name(expr.tensor)}[${expr.indices.map((e) => show(e, name)).join(', ')}]`;
    case 'apply': {
      const infix = INFIX[expr.fn];
      const args = expr.args.map((e) => show(e, name));
      return infix && args.length === 2 ? `(${args[0]} ${infix} ${args[1]})` : `${expr.fn}(${args.join(', ')})`;
    }
    case 'guard':
      return `(${show(expr.condition, name)} ? ${show(expr.value, name)} : ${show(expr.otherwise, name)})`;
    case 'reduce':
      return `${expr.combine}(${expr.axes.map((a) => `${a.id} in ${dim.show(a.extent)}`).join(', ')}: ${show(expr.body, name)})`;
  }
}

/** Throws when a kernel is malformed: a free variable, a wrong rank, two stores to one tensor. */
export function verifyKernel(kernel: Kernel, tensors: ReadonlyMap<number, Tensor>): void {
  const bound = new Set(kernel.axes.map((axis) => axis.id));
  const fail = (what: string): never => {
    throw new Error(`malformed kernel "${kernel.label}": ${what}\n${printKernel(kernel, tensors)}`);
  };
  if (bound.size !== kernel.axes.length) fail('an axis occurs twice');
  if (new Set(kernel.stores.map((store) => store.tensor)).size !== kernel.stores.length)
    fail('two stores to one tensor');
  for (const store of kernel.stores) {
    for (const expr of [store.value, ...store.indices]) {
      for (const id of axesOf(expr)) if (!bound.has(id)) fail(`the variable ${id} is not bound in ${keyOf(expr)}`);
    }
    const indices = [...store.indices, ...(kernel.appending ? [intExpr(0)] : [])];
    forEachNode([store.value, { kind: 'load', type: 'f32', tensor: store.tensor, indices }], (expr) => {
      if (expr.kind !== 'load') return;
      const tensor = tensors.get(expr.tensor);
      if (!tensor) return fail(`the tensor ${expr.tensor} is unknown`);
      if (tensor.shape.length !== expr.indices.length)
        fail(`${tensor.name} is read with ${expr.indices.length} indices`);
    });
  }
}
