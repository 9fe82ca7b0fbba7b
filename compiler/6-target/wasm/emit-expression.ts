/**
 * Expressions to WebAssembly. `scalar` leaves one f32 or i32 on the stack, `vector` a v128 of four lanes; what doesn't
 * vary over the lanes is computed once and splatted. Keeps the locals, axes and pointers of the function being written.
 */

import { tensorOf } from '../../5-loop/address.ts';
import { coefficientOf, fromAffine, toAffine, without } from '../../5-loop/affine.ts';
import type { Tensor } from '../../5-loop/kernel.ts';
import { hasVectorForm, LANES } from '../../5-loop/lanes.ts';
import type { LoopTree, Section } from '../../5-loop/tree.ts';
import { children } from '../../5-loop/walk.ts';
import { dim } from '../../dim/dim.ts';
import type { Axis, Expr, ScalarType } from '../../ops/expr.ts';
import { scalarTable } from '../../ops/scalar.ts';
import { type Bindings, storageElement } from '../bindings.ts';
import { accessOf, firstLane } from './addresses.ts';
import { Assembler, type ValueType } from './assembler.ts';
import { routineIndex } from './library.ts';

const UNIFORMS = 2;
const LOCAL = 3;
const FIRST_BUFFER = 4;

interface Local {
  readonly index: number;
  readonly vector: boolean;
}

type Apply = Extract<Expr, { kind: 'apply' }>;
type Load = Extract<Expr, { kind: 'load' }>;

const LOAD = { f32: 'f32.load', i32: 'i32.load', u8: 'i32.load8_u' } as const;

/** A buffer's address is a parameter of the function; the thread's own memory has the number -1. */
const bufferParameter = (binding: number): number => (binding < 0 ? LOCAL : FIRST_BUFFER + binding);

export class ExpressionEmitter {
  protected readonly asm: Assembler;
  protected readonly tree: LoopTree;
  /** The one that is being printed. */
  protected section: Section;
  protected readonly bindings: Bindings;
  /** The variable of the innermost loop being written, whose pointers are stepped. */
  protected pointerAxis: Axis | undefined;
  private readonly tensors: ReadonlyMap<number, Tensor>;
  private readonly uniforms: readonly string[];
  private readonly locals = new Map<string, Local>();
  private readonly axes = new Map<string, number>();
  private pointers: Map<string, number>[] = [new Map()];
  /** Of addresses in the innermost loop that depend on what it reads: a pointer to the rest, and what is added to it. */
  protected readonly begun = new Map<string, { readonly pointer: number; readonly rest: Expr }>();
  /** A local with the lanes that may read memory; all of them where there is none. */
  private mask: number | undefined;

  constructor(
    name: string,
    tree: LoopTree,
    tensors: ReadonlyMap<number, Tensor>,
    bindings: Bindings,
    uniforms: readonly string[],
  ) {
    const parameters: ValueType[] = ['i32', 'i32', 'i32', 'i32', ...bindings.list.map((): ValueType => 'i32')];
    this.asm = new Assembler(name, parameters, []);
    this.tree = tree;
    [this.section] = tree.sections;
    this.tensors = tensors;
    this.bindings = bindings;
    this.uniforms = uniforms;
  }

  // ---- locals and pointers -----------------------------------------------------------------------------------------

  protected declareAxis(axis: Axis): number {
    const index = this.axes.get(axis.id) ?? this.asm.local('i32');
    this.axes.set(axis.id, index);
    return index;
  }

  /** In vector code every f32 that is only read later is kept splatted: a splat is part of its load. */
  protected isVector(name: string, type: ScalarType, constant: boolean): boolean {
    return this.section.vectors.has(name) || (constant && this.section.lane !== undefined && type === 'f32');
  }

  protected declareLocal(name: string, type: ScalarType, constant: boolean): void {
    const vector = this.isVector(name, type, constant);
    const index = this.asm.local(vector ? 'v128' : type === 'f32' ? 'f32' : 'i32');
    this.locals.set(name, { index, vector });
  }

  protected assign(name: string, value: Expr): void {
    const local = this.localNamed(name);
    const factors = local.vector ? factorsAddedTo(name, value) : undefined;
    if (factors) {
      for (const factor of factors) this.vector(factor);
      this.asm.multiplyAdd(local.index);
    } else if (local.vector) this.vector(value);
    else this.scalar(value);
    this.asm.set(local.index);
  }

  private localNamed(name: string): Local {
    const local = this.locals.get(name);
    if (!local) throw new Error(`the local ${name} is not declared`);
    return local;
  }

  /** Pointers computed inside are forgotten afterwards: they may not have been computed on every way. */
  protected withCache(body: () => void): void {
    this.pointers.push(new Map());
    body();
    this.pointers.pop();
  }

  protected pointerOf(family: string): number | undefined {
    for (const scope of this.pointers) {
      const pointer = scope.get(family);
      if (pointer !== undefined) return pointer;
    }
    return undefined;
  }

  protected remember(family: string, pointer: number): void {
    this.pointers[this.pointers.length - 1].set(family, pointer);
  }

  protected elementOf(tensor: number): 'f32' | 'i32' | 'u8' {
    return storageElement(tensorOf(this.tensors, tensor));
  }

  protected bytesOf(tensor: number): number {
    return this.elementOf(tensor) === 'u8' ? 1 : 4;
  }

  /** A new local that holds `buffer + base * bytes`. */
  protected pointerTo(binding: number, base: Expr, bytes: number): number {
    return this.pointerFrom(bufferParameter(binding), base, bytes);
  }

  /** A new local that holds `from + base * bytes`. */
  private pointerFrom(from: number, base: Expr, bytes: number): number {
    const pointer = this.asm.local('i32');
    this.asm.get(from);
    this.scalar(base);
    if (bytes !== 1) {
      this.asm.i32(bytes);
      this.asm.op('i32.mul');
    }
    this.asm.op('i32.add');
    this.asm.set(pointer);
    return pointer;
  }

  /** A pointer local and a constant byte offset for an element. */
  protected locate(tensor: number, address: Expr): { pointer: number; offset: number } {
    const binding = this.bindings.indexOf(tensor);
    const bytes = this.bytesOf(tensor);
    const access = accessOf(binding, address, this.section.lane, this.pointerAxis);
    const anew = (): { pointer: number; offset: number } => ({
      pointer: this.pointerTo(binding, firstLane(address, this.section.lane), bytes),
      offset: 0,
    });
    if (!access) return anew();
    let pointer = this.pointerOf(access.family);
    if (pointer === undefined) {
      // Depends on a value that the loop computes: not set up before it, but for a part of it.
      if (access.step !== 0) return anew();
      const begun = this.begun.get(access.family);
      pointer = begun
        ? this.pointerFrom(begun.pointer, begun.rest, bytes)
        : this.pointerTo(binding, access.base, bytes);
      this.remember(access.family, pointer);
    }
    return { pointer, offset: access.constant * bytes };
  }

  /** Sets up a pointer before a loop with what is known of an address: the rest is added inside. */
  protected begin(family: string, binding: number, base: Expr, bytes: number): void {
    const { terms, constant } = toAffine(base);
    const [known, open] = [true, false].map(
      (is) => new Map([...terms].filter(([, { atom }]) => this.isKnown(atom) === is)),
    );
    if (known.size === 0 || this.begun.has(family)) return;
    const pointer = this.pointerTo(binding, fromAffine({ terms: known, constant }), bytes);
    this.begun.set(family, { pointer, rest: fromAffine({ terms: open, constant: 0 }) });
  }

  /** True where a value can be computed here already: from what is declared, reading no memory (which may be guarded). */
  protected isKnown(expr: Expr): boolean {
    if (expr.kind === 'load') return false;
    if (expr.kind === 'local') return this.locals.has(expr.name);
    return children(expr).every((child) => this.isKnown(child));
  }

  // ---- scalars -----------------------------------------------------------------------------------------------------

  protected scalar(expr: Expr): void {
    const { asm } = this;
    switch (expr.kind) {
      case 'const':
        if (expr.type === 'f32') asm.f32(expr.value);
        else asm.i32(expr.value);
        return;
      case 'axis':
        asm.get(this.axisLocal(expr.axis));
        return;
      case 'size':
        this.dimension(expr);
        return;
      case 'uniform':
        asm.get(UNIFORMS);
        asm.memory('f32.load', this.uniformOffset(expr.name));
        return;
      case 'local': {
        const local = this.localNamed(expr.name);
        asm.get(local.index);
        if (local.vector && expr.type === 'f32') asm.extractF32Lane(0);
        else if (local.vector) asm.extractI32Lane(0);
        return;
      }
      case 'load': {
        const { pointer, offset } = this.locate(expr.tensor, expr.indices[0]);
        asm.get(pointer);
        const element = this.elementOf(expr.tensor);
        asm.memory(LOAD[element], offset);
        return;
      }
      case 'guard':
        this.guard(expr, expr.type === 'f32' ? 'f32' : 'i32', (e) => this.scalar(e));
        return;
      case 'apply':
        this.applyScalar(expr);
        return;
      case 'reduce':
        throw new Error('a reduction was not turned into a loop');
    }
  }

  private applyScalar(expr: Apply): void {
    const { asm } = this;
    const { wasm } = scalarTable[expr.fn];
    if (expr.fn === 'select') {
      // WebAssembly's select takes the condition last.
      const [condition, a, b] = expr.args;
      for (const arg of [a, b, condition]) this.scalar(arg);
      asm.op('select');
      return;
    }
    for (const arg of expr.args) this.scalar(arg);
    const spelling = wasm[expr.args[0].type];
    if (spelling === 'nop') return;
    if (spelling !== undefined) asm.op(spelling);
    else if (wasm.call === 'relu') {
      asm.f32(0);
      asm.op('f32.max');
    } else if (wasm.call !== undefined) asm.call(routineIndex(wasm.call));
    else if (expr.fn === 'neg') {
      asm.i32(-1);
      asm.op('i32.mul');
    } else throw new Error(`${expr.fn} has no WebAssembly spelling for ${expr.args[0].type}`);
  }

  private guard(expr: Extract<Expr, { kind: 'guard' }>, result: ValueType, emit: (e: Expr) => void): void {
    this.scalar(expr.condition);
    this.asm.if(result);
    this.withCache(() => emit(expr.value));
    this.asm.op('else');
    this.withCache(() => emit(expr.otherwise));
    this.asm.op('end');
  }

  private axisLocal(axis: Axis): number {
    const index = this.axes.get(axis.id);
    if (index === undefined) throw new Error(`the variable ${axis.id} has no value here`);
    return index;
  }

  protected batch(): void {
    this.asm.get(UNIFORMS);
    this.asm.memory('i32.load', 0);
  }

  /** `fixed + perSample * N`, with N from the uniform block. */
  private dimension(expr: Extract<Expr, { kind: 'size' }>): void {
    const { asm } = this;
    const value = dim.constant(expr.dim);
    if (value !== undefined) {
      asm.i32(value);
      return;
    }
    const [symbol] = dim.symbols(expr.dim);
    const linear = dim.linear(expr.dim, symbol);
    if (!linear) throw new Error(`the dimension ${dim.show(expr.dim)} is not linear in the batch`);
    this.batch();
    if (linear.perSample !== 1) {
      asm.i32(linear.perSample);
      asm.op('i32.mul');
    }
    if (linear.fixed !== 0) {
      asm.i32(linear.fixed);
      asm.op('i32.add');
    }
  }

  private uniformOffset(name: string): number {
    const index = this.uniforms.indexOf(name);
    if (index < 0) throw new Error(`the uniform ${name} is unknown`);
    return 4 + 4 * index;
  }

  // ---- vectors -----------------------------------------------------------------------------------------------------

  /** True where a value is computed in lanes: because they differ, or because its locals are splatted already. */
  private inLanes(expr: Expr): boolean {
    if (this.differs(expr)) return true;
    if (expr.kind === 'apply' && !hasVectorForm(expr)) return false;
    return this.reads(expr, ({ name }) => this.localNamed(name).vector);
  }

  /** True where the lanes' values differ. */
  protected differs(expr: Expr): boolean {
    return this.reads(expr, ({ name }) => this.section.vectors.has(name));
  }

  /** True for an expression of the lane variable or of a local that a test finds. */
  private reads(expr: Expr, found: (local: Extract<Expr, { kind: 'local' }>) => boolean): boolean {
    if (expr.kind === 'axis') return expr.axis.id === this.section.lane?.id;
    if (expr.kind === 'local') return found(expr);
    return children(expr).some((child) => this.reads(child, found));
  }

  protected vector(expr: Expr): void {
    const { asm } = this;
    if (expr.kind === 'const') {
      asm.v128(
        expr.type === 'f32'
          ? new Float32Array(4).fill(expr.value)
          : new Int32Array(4).fill(expr.type === 'bool' ? -expr.value : expr.value),
      );
      return;
    }
    if (expr.kind === 'load' && this.isGathered(expr)) {
      this.gather(expr);
      return;
    }
    // A condition in memory is 0 or 1, not a mask: it is splatted below.
    if (expr.kind === 'load' && expr.type !== 'bool' && this.elementOf(expr.tensor) !== 'u8') {
      // Not where only a local of its address is kept splatted.
      const lanes = this.differs(expr);
      const { pointer, offset } = this.locate(expr.tensor, expr.indices[0]);
      asm.get(pointer);
      asm.memory(lanes ? 'v128.load' : 'v128.load32_splat', offset);
      return;
    }
    if (!this.inLanes(expr)) {
      this.splat(expr);
      return;
    }
    if (expr.kind === 'local') asm.get(this.localNamed(expr.name).index);
    else if (expr.kind === 'axis') asm.v128(Int32Array.of(0, 1, 2, 3));
    else if (expr.kind === 'guard' && this.differs(expr.condition)) this.maskedGuard(expr);
    else if (expr.kind === 'guard') this.guard(expr, 'v128', (e) => this.vector(e));
    else if (expr.kind === 'apply') this.applyVector(expr);
    else throw new Error(`${expr.kind} has no vector form`);
  }

  /** True where the lanes read elements that do not lie side by side in vectors, or not all lanes may read. */
  private isGathered({ tensor, indices: [address] }: Load): boolean {
    const { lane } = this.section;
    if (!lane || !this.differs(address)) return false;
    if (this.mask !== undefined || this.elementOf(tensor) === 'u8') return true;
    const affine = toAffine(address);
    return coefficientOf(affine, lane.id) !== 1 || this.differs(fromAffine(without(affine, lane.id)));
  }

  /** Each lane's element by a load of its own; lanes that may not read take the buffer's first. */
  private gather({ tensor, indices: [address] }: Load): void {
    const { asm } = this;
    const element = this.elementOf(tensor);
    const places = asm.local('v128');
    this.vector(address);
    if (this.mask !== undefined) {
      asm.get(this.mask);
      asm.op('v128.and');
    }
    if (element !== 'u8') {
      asm.i32(2);
      asm.op('i32x4.shl');
    }
    asm.get(bufferParameter(this.bindings.indexOf(tensor)));
    asm.op('i32x4.splat', 'i32x4.add');
    asm.set(places);
    for (let lane = 0; lane < LANES; lane++) {
      asm.get(places);
      asm.extractI32Lane(lane);
      asm.memory(LOAD[element], 0);
      if (lane === 0) asm.op(element === 'f32' ? 'f32x4.splat' : 'i32x4.splat');
      else if (element === 'f32') asm.replaceF32Lane(lane);
      else asm.replaceI32Lane(lane);
    }
  }

  /** Both sides in all lanes, of which the condition takes one each; memory is read where the condition lets it. */
  private maskedGuard({ condition, value, otherwise }: Extract<Expr, { kind: 'guard' }>): void {
    const { asm, mask: outer } = this;
    const holds = asm.local('v128');
    const within = (lanes: number, side: Expr): void => {
      this.mask = lanes;
      this.withCache(() => this.vector(side));
      this.mask = outer;
    };
    this.vector(condition);
    asm.set(holds);
    within(this.both(holds, outer), value);
    if (isZero(otherwise)) {
      asm.get(holds);
      asm.op('v128.and');
      return;
    }
    within(this.both(this.inverse(holds), outer), otherwise);
    asm.get(holds);
    asm.op('v128.bitselect');
  }

  private both(lanes: number, outer: number | undefined): number {
    if (outer === undefined) return lanes;
    const both = this.asm.local('v128');
    this.asm.get(lanes);
    this.asm.get(outer);
    this.asm.op('v128.and');
    this.asm.set(both);
    return both;
  }

  private inverse(lanes: number): number {
    const inverse = this.asm.local('v128');
    this.asm.get(lanes);
    this.asm.op('v128.not');
    this.asm.set(inverse);
    return inverse;
  }

  private splat(expr: Expr): void {
    if (expr.type === 'bool') {
      // A condition becomes a mask: all bits of a lane.
      this.asm.i32(0);
      this.scalar(expr);
      this.asm.op('i32.sub', 'i32x4.splat');
      return;
    }
    this.scalar(expr);
    this.asm.op(expr.type === 'f32' ? 'f32x4.splat' : 'i32x4.splat');
  }

  private applyVector(expr: Apply): void {
    const { asm } = this;
    const { wasm } = scalarTable[expr.fn];
    const [first] = expr.args;
    if (expr.fn === 'select') {
      const [condition, a, b] = expr.args;
      // Against zero the mask alone does, in one instruction where x86 takes three to select.
      const kept = isZero(b) ? a : isZero(a) ? b : undefined;
      for (const arg of kept ? [kept, condition] : [a, b, condition]) this.vector(arg);
      asm.op(kept === undefined ? 'v128.bitselect' : kept === a ? 'v128.and' : 'v128.andnot');
      return;
    }
    for (const arg of expr.args) this.vector(arg);
    if (expr.fn === 'to_f32') {
      if (first.type === 'i32') asm.op('f32x4.convert_i32x4_s');
      else if (first.type === 'bool') {
        asm.v128(new Float32Array(4).fill(1));
        asm.op('v128.and');
      }
    } else if (wasm.f32x4 === 'relu') {
      // pmax(x, 0) is x < 0 ? 0 : x: NaN passes.
      asm.v128(new Float32Array(4));
      asm.op('f32x4.pmax');
    } else if (wasm.call4 !== undefined) asm.call(routineIndex(wasm.call4));
    else if (first.type === 'i32' && wasm.i32 !== undefined) asm.op(wasm.i32.replace('i32.', 'i32x4.'));
    else if (wasm.f32x4 !== undefined) asm.op(wasm.f32x4);
    else throw new Error(`${expr.fn} has no vector form`);
  }
}

/** The factors of a product that is added to a local, as sums of products are accumulated. */
function factorsAddedTo(name: string, value: Expr): readonly Expr[] | undefined {
  if (value.kind !== 'apply' || value.fn !== 'add' || value.type !== 'f32') return undefined;
  const [sum, product] = value.args;
  if (sum.kind !== 'local' || sum.name !== name || product.kind !== 'apply' || product.fn !== 'mul') return undefined;
  return product.args;
}

/** A zero of which every bit is. */
const isZero = (expr: Expr): boolean => expr.kind === 'const' && Object.is(expr.value, 0);
