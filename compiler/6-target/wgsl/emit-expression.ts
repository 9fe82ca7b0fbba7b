/**
 * Prints scalar expressions and memory accesses, and what has to stand before them: guards, and names for addresses that
 * occur with several constants. An expression that depends on the section's lane variable is a vector of four.
 */
import { tensorOf } from '../../5-loop/address.ts';
import type { Tensor } from '../../5-loop/kernel.ts';
import { localsOf } from '../../5-loop/scope.ts';
import type { Section } from '../../5-loop/tree.ts';
import { children, keyOf } from '../../5-loop/walk.ts';
import { dim } from '../../dim/dim.ts';
import type { Expr } from '../../ops/expr.ts';
import type { ScalarFunction } from '../../ops/scalar.ts';
import { type Bindings, storageElement } from '../bindings.ts';
import { type Accesses, addressIn, inFours } from './accesses.ts';
import { literal, scalarCall, vectorCall, vectorType } from './spelling.ts';

const LANES = ['x', 'y', 'z', 'w'] as const;

export class ExpressionPrinter {
  /** The scalar functions that the kernel applies. */
  readonly functions = new Set<ScalarFunction>();
  protected readonly lines: string[] = [];
  protected depth = 1;
  protected section: Section = {
    prologue: [],
    spread: [],
    waits: false,
    body: [],
    lane: undefined,
    vectors: new Set(),
  };
  /** Names of addresses, by block: the innermost last. */
  private readonly named: Map<string, string>[] = [new Map()];
  /** Locals that are assigned to: no address that contains one gets a name. */
  private readonly changing = new Set<string>();
  private guards = 0;
  private addresses = 0;
  private readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly bindings: Bindings;
  private readonly accesses: Accesses;

  constructor(tensors: ReadonlyMap<number, Tensor>, bindings: Bindings, accesses: Accesses) {
    this.tensors = tensors;
    this.bindings = bindings;
    this.accesses = accesses;
  }

  protected line(text: string): void {
    this.lines.push(`${'  '.repeat(this.depth)}${text}`);
  }

  /** Prints what a block holds. */
  protected indented(print: () => void): void {
    this.depth++;
    this.block(print);
    this.depth--;
  }

  /** Prints with names of its own. */
  protected block(print: () => void): void {
    this.named.push(new Map());
    print();
    this.named.pop();
  }

  protected declareChanging(name: string): void {
    this.changing.add(name);
  }

  protected isVector(expr: Expr): boolean {
    const { lane, vectors } = this.section;
    if (lane === undefined) return false;
    if (expr.kind === 'local') return vectors.has(expr.name);
    if (expr.kind === 'axis') return expr.axis.id === lane.id;
    return children(expr).some((child) => this.isVector(child));
  }

  /** A value where nothing stands beside it: without parentheses around it. */
  protected bare(expr: Expr): string {
    return withoutParentheses(this.expression(expr));
  }

  /** A value as a vector of four, whether or not it depends on the lane. */
  protected asVector(expr: Expr): string {
    return this.isVector(expr) ? this.bare(expr) : `${vectorType(expr.type)}(${this.bare(expr)})`;
  }

  protected expression(expr: Expr): string {
    switch (expr.kind) {
      case 'const':
        return literal(expr.type, expr.value);
      case 'axis':
        return expr.axis.id === this.section.lane?.id ? 'vec4i(0, 1, 2, 3)' : expr.axis.id;
      case 'size':
        return dimension(expr);
      case 'uniform':
        return `uniforms.${expr.name}`;
      case 'local':
        return expr.name;
      case 'load':
        return this.load(expr);
      case 'apply':
        return this.apply(expr);
      case 'guard':
        return this.guard(expr);
      case 'reduce':
        throw new Error('a reduction was not turned into a loop');
    }
  }

  private apply(expr: Extract<Expr, { kind: 'apply' }>): string {
    const { fn, args } = expr;
    this.functions.add(fn);
    const printed = args.map((arg, i) => (bindsTighter(fn, arg, i) ? this.bare(arg) : this.expression(arg)));
    if (this.isVector(expr)) {
      return vectorCall(
        fn,
        printed,
        args.map((arg, i) => (this.isVector(arg) ? printed[i] : `${vectorType(arg.type)}(${printed[i]})`)),
      );
    }
    return scalarCall(fn, args[0].type, printed);
  }

  // ---- memory ------------------------------------------------------------------------------------------------------

  protected element(tensor: number): 'f32' | 'i32' | 'u8' {
    return storageElement(tensorOf(this.tensors, tensor));
  }

  private load(expr: Extract<Expr, { kind: 'load' }>): string {
    const { buffer, at } = this.place(expr.tensor, expr.indices[0]);
    const [first, ...others] = at;
    if (others.length > 0) return `${vectorType(expr.type)}(${at.map((index) => `${buffer}[${index}]`).join(', ')})`;
    if (expr.type === 'bool') return `(${buffer}[${first}] != 0)`;
    if (this.element(expr.tensor) !== 'u8') return `${buffer}[${first}]`;
    const name = /^\w+$/.test(first) ? first : this.name(first);
    return `i32((${buffer}[${name} / 4] >> u32((${name} % 4) * 8)) & 255u)`;
  }

  protected store(tensor: number, address: Expr, value: Expr): void {
    if (this.element(tensor) === 'u8') throw new Error('WGSL kernels do not write u8 tensors');
    const { buffer, at, vector } = this.place(tensor, address);
    const printed = vector ? this.asVector(value) : this.bare(value);
    if (at.length === 1) {
      this.line(`${buffer}[${at[0]}] = ${value.type === 'bool' ? `select(0, 1, ${printed})` : printed};`);
      return;
    }
    const name = this.name(printed);
    at.forEach((index, i) => {
      this.line(`${buffer}[${index}] = ${name}.${LANES[i]};`);
    });
  }

  /** A buffer and the indices of an access in it: one, or those of four consecutive elements. */
  private place(tensor: number, element: Expr): { buffer: string; at: string[]; vector: boolean } {
    const binding = this.bindings.indexOf(tensor);
    const buffer = this.bindings.list[binding].name;
    const address = addressIn(this.section, element);
    const whole = this.accesses.fours.has(binding) ? inFours(address) : undefined;
    const { base, constant, vector } = whole ?? address;
    const count = vector && !whole ? LANES.length : 1;
    return { buffer, at: Array.from({ length: count }, (_, i) => this.offset(base, constant + i)), vector };
  }

  private offset(base: Expr, constant: number): string {
    if (base.kind === 'const') return String(constant);
    const text = this.baseName(base);
    return constant === 0 ? text : constant < 0 ? `${text} - ${-constant}` : `${text} + ${constant}`;
  }

  /** A base's name in this block; the base itself where that is short, or used once. */
  private baseName(base: Expr): string {
    const key = keyOf(base);
    const known = this.named.findLast((names) => names.has(key))?.get(key);
    if (known !== undefined) return known;
    const text = this.bare(base);
    if (base.kind !== 'apply' || (this.accesses.bases.get(key) ?? 0) < 2 || this.mayChange(base)) return text;
    const name = this.name(text);
    this.named[this.named.length - 1].set(key, name);
    return name;
  }

  private mayChange(expr: Expr): boolean {
    return [...localsOf(expr)].some((name) => this.changing.has(name));
  }

  /** A name for a value that is used several times. */
  private name(value: string): string {
    const name = `a${this.addresses++}`;
    this.line(`let ${name} = ${value};`);
    return name;
  }

  /** Evaluates each side only where it may be: the other may read outside of its tensor. */
  private guard(expr: Extract<Expr, { kind: 'guard' }>): string {
    const name = `g${this.guards++}`;
    const vector = this.isVector(expr);
    const print = (value: Expr): string => (vector ? this.asVector(value) : this.bare(value));
    const condition = this.bare(expr.condition);
    const assign = (value: Expr): void => this.indented(() => this.line(`${name} = ${print(value)};`));
    const fixed = expr.otherwise.kind === 'const';
    const type = vector ? vectorType(expr.type) : expr.type;
    this.line(`var ${name}${fixed ? ` = ${print(expr.otherwise)}` : `: ${type}`};`);
    this.line(`if (${condition}) {`);
    assign(expr.value);
    if (!fixed) {
      this.line('} else {');
      assign(expr.otherwise);
    }
    this.line('}');
    return name;
  }
}

/** True where an argument of `+`, `-` or `*` needs no parentheses. The order of additions stays as it is. */
function bindsTighter(fn: ScalarFunction, arg: Expr, i: number): boolean {
  if (arg.kind !== 'apply') return false;
  if (fn === 'add' || fn === 'sub') return arg.fn === 'mul' || (i === 0 && (arg.fn === 'add' || arg.fn === 'sub'));
  return fn === 'mul' && i === 0 && arg.fn === 'mul';
}

/** `(a + b)` as `a + b`; `(a) + (b)` stays. */
function withoutParentheses(text: string): string {
  if (!text.startsWith('(')) return text;
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') open++;
    if (text[i] === ')') open--;
    if (open === 0) return i === text.length - 1 ? text.slice(1, -1) : text;
  }
  return text;
}

function dimension(expr: Extract<Expr, { kind: 'size' }>): string {
  const value = dim.constant(expr.dim);
  if (value !== undefined) return String(value);
  const [symbol] = dim.symbols(expr.dim);
  const linear = dim.linear(expr.dim, symbol);
  if (!linear) throw new Error(`the dimension ${dim.show(expr.dim)} is not linear in the batch`);
  const scaled = linear.perSample === 1 ? 'i32(uniforms.n)' : `(i32(uniforms.n) * ${linear.perSample})`;
  return linear.fixed === 0 ? scaled : `(${scaled} + ${linear.fixed})`;
}
