/**
 * Loop programs as JavaScript: the interpreter's numbers, bit for bit, several hundred times faster, so that whole networks
 * can be the oracle. Optionally every float result is moved by as much as float32 might (`rounding.ts` says how much). A
 * value is computed where its loop variables are known and no guard stands in between, once.
 */
import { tensorOf } from '../../compiler/5-loop/address.ts';
import type { Memory, RunInput } from '../../compiler/5-loop/interpret.ts';
import type { Kernel, LoopProgram } from '../../compiler/5-loop/kernel.ts';
import { axesOf } from '../../compiler/5-loop/walk.ts';
import { type Dim, dim } from '../../compiler/dim/dim.ts';
import type { Axis, Expr } from '../../compiler/ops/expr.ts';
import { type ScalarFunction, scalarTable } from '../../compiler/ops/scalar.ts';

/** How far off a result may be: `relative` to its magnitude, and at least `absolute`. */
export interface Inaccuracy {
  readonly relative: number;
  readonly absolute: number;
}

/** How far off float results are. */
export interface Noise {
  /** A scalar function's; undefined where they are exact. */
  readonly of: Readonly<Record<ScalarFunction, Inaccuracy | undefined>>;
  /** A sum's, relative to that of its summands' magnitudes: once, and for the square root of how many they are. */
  readonly sum: { readonly once: number; readonly root: number };
  /** Numbers that float32 does not hold. */
  readonly constant: number;
}

export interface Script {
  readonly kernel: Kernel;
  /** `random` gives numbers in -1..1; it is asked only where the script was made with noise. */
  readonly run: (memory: Memory, input: RunInput, random?: () => number) => void;
}

/** One script for each kernel, in the program's order. */
export function scripts(program: LoopProgram, noise?: Noise): Script[] {
  return program.kernels.map((kernel) => ({ kernel, run: compileKernel(kernel, program.tensors, noise) }));
}

/** A statement list: the kernel's body, a loop's or a guard's branch. */
interface Block {
  readonly lines: string[];
  readonly parent: Block | undefined;
  /** The variable of the loop whose body this is; undefined in a branch, which nothing may leave: it is lazy. */
  readonly axis: Axis | undefined;
  readonly known: Map<Expr, string>;
}

const block = (parent: Block | undefined, axis: Axis | undefined): Block => ({
  lines: [],
  parent,
  axis,
  known: new Map(),
});

/** By their text. */
const functions = new Map<string, Body>();

type Body = (...parameters: readonly unknown[]) => void;

const PARAMETERS = ['arrays', 'sizes', 'uniforms', 'scalar', 'inside', 'near', 'random'];

const variable = ({ id }: Axis): string => `$${id}`;

const INFIX: Partial<Record<ScalarFunction, string>> = { add: '+', sub: '-', mul: '*', div: '/' };

function compileKernel(kernel: Kernel, tensors: LoopProgram['tensors'], noise: Noise | undefined): Script['run'] {
  const sizes: Dim[] = [];
  const ids: number[] = [];
  let count = 0;

  // Sizes and strides are handed over, so that kernels which differ in nothing else have one text and one function.
  const sizeOf = (size: Dim): string => `n${sizes.push(size) - 1}`;
  const arrayOf = (id: number): string => `t${ids.includes(id) ? ids.indexOf(id) : ids.push(id) - 1}`;
  /** Adds nested loops to a block. */
  const loops = ([axis, ...inner]: readonly Axis[], home: Block, inside: (body: Block) => void): void => {
    if (!axis) {
      inside(home);
      return;
    }
    const body = block(home, axis);
    loops(inner, body, inside);
    const i = variable(axis);
    home.lines.push(`for (let ${i} = 0; ${i} < ${sizeOf(axis.extent)}; ${i}++) {`, ...body.lines, '}');
  };

  /** The name of a value that is computed in this block or in one around it. */
  function value(expr: Expr, inside: Block): string {
    if (expr.kind === 'const' && (noise === undefined || Math.fround(expr.value) === expr.value)) {
      return Object.is(expr.value, -0) || expr.value < 0 ? `(${expr.value})` : String(expr.value);
    }
    if (expr.kind === 'axis') return variable(expr.axis);
    let home = inside;
    const free = axesOf(expr);
    while (home.parent && home.axis && !free.has(home.axis.id)) home = home.parent;
    for (let at: Block | undefined = home; at; at = at.parent) {
      const known = at.known.get(expr);
      if (known !== undefined) return known;
    }
    const name = `v${count++}`;
    define(name, expr, home);
    home.known.set(expr, name);
    return name;
  }

  function define(name: string, expr: Exclude<Expr, { kind: 'axis' }>, home: Block): void {
    switch (expr.kind) {
      case 'const':
        home.lines.push(`const ${name} = ${noisy(String(expr.value), noise?.constant ?? 0, 0)};`);
        return;
      case 'size':
        home.lines.push(`const ${name} = ${sizeOf(expr.dim)};`);
        return;
      case 'uniform':
        home.lines.push(`const ${name} = uniforms[${JSON.stringify(expr.name)}];`);
        return;
      case 'local':
        throw new Error('locals belong to loop trees');
      case 'load':
        home.lines.push(`const ${name} = ${arrayOf(expr.tensor)}[${address(expr.tensor, expr.indices, home)}];`);
        return;
      case 'apply':
        home.lines.push(`const ${name} = ${rounded(expr, apply(expr, home))};`);
        return;
      case 'guard': {
        const condition = value(expr.condition, home);
        const branch = (from: Expr): string => {
          const inside = block(home, undefined);
          const result = value(from, inside);
          return `{ ${inside.lines.join('\n')} ${name} = ${result}; }`;
        };
        home.lines.push(`let ${name};`, `if (${condition} !== 0) ${branch(expr.value)} else ${branch(expr.otherwise)}`);
        return;
      }
      case 'reduce':
        if (expr.combine === 'sum') sum(name, expr, home);
        else extremum(name, expr, home);
    }
  }

  function apply({ fn, args }: Extract<Expr, { kind: 'apply' }>, home: Block): string {
    const values = args.map((arg) => value(arg, home));
    const infix = INFIX[fn];
    return infix ? `${values[0]} ${infix} ${values[1]}` : `scalar.${fn}.evaluate(${values.join(', ')})`;
  }

  function rounded({ fn, type }: Extract<Expr, { kind: 'apply' }>, result: string): string {
    const off = type === 'f32' ? noise?.of[fn] : undefined;
    return off ? noisy(result, off.relative, off.absolute) : result;
  }

  function sum(name: string, expr: Extract<Expr, { kind: 'reduce' }>, home: Block): void {
    const { axes, body } = expr;
    const measured = noise !== undefined && expr.type === 'f32';
    home.lines.push(`let ${name} = 0${measured ? `, m${name} = 0` : ''};`);
    loops(axes, home, (inside) => {
      // A product that is summed needs no rounding of its own: the sum's stands for it.
      const summand =
        measured && body.kind === 'apply' && body.fn === 'mul' ? apply(body, inside) : value(body, inside);
      inside.lines.push(`const s${name} = ${summand}; ${name} += s${name};`);
      if (measured) inside.lines.push(`m${name} += Math.abs(s${name});`);
    });
    if (!measured) return;
    const count = [1, ...axes.map(({ extent }) => sizeOf(extent))].join(' * ');
    const off = `(${noise.sum.once} + ${noise.sum.root} * Math.sqrt(${count}))`;
    home.lines.push(`${name} += m${name} * ${off} * random();`);
  }

  function extremum(name: string, expr: Extract<Expr, { kind: 'reduce' }>, home: Block): void {
    const { combine, axes, body } = expr;
    const sign = combine === 'min' ? '-' : '';
    const [x, best, at, position] = ['x', 'b', 'p', 'i'].map((letter) => letter + name);
    home.lines.push(`let ${best} = -Infinity, ${at} = 0, ${position} = 0;`);
    loops(axes, home, (inside) => {
      inside.lines.push(
        `const ${x} = ${sign}${value(body, inside)};`,
        `if (${x} > ${best} || (${x} !== ${x} && ${best} === ${best})) { ${best} = ${x}; ${at} = ${position}; }`,
        `${position}++;`,
      );
    });
    home.lines.push(`const ${name} = ${combine === 'argmax' ? at : sign + best};`);
  }

  function address(id: number, indices: readonly Expr[], home: Block): string {
    const { layout, shape } = tensorOf(tensors, id);
    const steps = indices.map((index, d) => {
      const name = value(index, home);
      const inside = index.kind === 'axis' && dim.equal(index.axis.extent, shape[d]);
      return `${sizeOf(dim.int(layout.strides[d]))} * ${inside ? name : `inside(${name}, ${sizeOf(shape[d])})`}`;
    });
    return [sizeOf(dim.int(layout.offset)), ...steps].join(' + ');
  }

  const root = block(undefined, undefined);
  loops(kernel.axes, root, (inner) => {
    // All values before any store: a kernel may update a tensor in place.
    const values = kernel.stores.map((store) => value(store.value, inner));
    kernel.stores.forEach((store, i) => {
      const target = `${arrayOf(store.tensor)}[${address(store.tensor, store.indices, inner)}]`;
      inner.lines.push(`${target} = ${values[i]};`);
    });
  });
  const text = [
    ...ids.map((_, i) => `const t${i} = arrays[${i}];`),
    ...sizes.map((_, i) => `const n${i} = sizes[${i}];`),
    ...root.lines,
  ].join('\n');
  const run = functions.get(text) ?? bodyOf(text);
  functions.set(text, run);
  const fixed = sizes.map((size) => dim.constant(size));
  return (memory, { dims, uniforms }, random) => {
    const arrays = ids.map((id) => {
      const array = memory.get(id);
      if (!array) throw new Error(`tensor ${id} has no memory`);
      return array;
    });
    const known = fixed.map((size, i) => size ?? dim.evaluate(sizes[i], dims));
    try {
      run(arrays, known, uniforms, scalarTable, inside, near, random);
    } catch (error) {
      throw new Error(`${kernel.label}: ${error instanceof Error ? error.message : error}`);
    }
  };
}

const bodyOf = (text: string): Body => {
  const made = new Function(...PARAMETERS, text);
  return (...given) => made(...given);
};

function inside(index: number, size: number): number {
  if (index >= 0 && index < size) return index;
  throw new Error(`element ${index} of ${size} is accessed`);
}

/** An expression with an error of its own. */
function noisy(expression: string, relative: number, absolute: number): string {
  if (relative === 0 && absolute === 0) return expression;
  return `near(${expression}, ${relative}, ${absolute}, random)`;
}

const near = (value: number, relative: number, absolute: number, random: () => number): number =>
  value + random() * Math.max(Math.abs(value) * relative, absolute);
