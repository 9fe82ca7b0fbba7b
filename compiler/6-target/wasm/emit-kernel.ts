/** Prints a scheduled part as one WebAssembly function: (from, to, uniforms, local, ...buffers), work items `from <= i < to`. */
import type { Tensor } from '../../5-loop/kernel.ts';
import type { LoopTree, Section, Statement } from '../../5-loop/tree.ts';
import { children, intExpr } from '../../5-loop/walk.ts';
import type { Axis, Expr } from '../../ops/expr.ts';
import type { Bindings } from '../bindings.ts';
import { accessOf } from './addresses.ts';
import type { FunctionCode } from './assembler.ts';
import { ExpressionEmitter } from './emit-expression.ts';
import { partings } from './partings.ts';

const FROM = 0;
const TO = 1;
/** Engines repeat a loop's body with a counter that is known to be one more each time: so often at most. */
const MOST_UNROLLED = 16;

export function emitKernel(
  name: string,
  tree: LoopTree,
  tensors: ReadonlyMap<number, Tensor>,
  bindings: Bindings,
  uniforms: readonly string[],
): FunctionCode {
  return new KernelEmitter(name, tree, tensors, bindings, uniforms).emit();
}

class KernelEmitter extends ExpressionEmitter {
  emit(): FunctionCode {
    const { asm, tree } = this;
    asm.get(FROM);
    asm.get(TO);
    asm.op('i32.lt_s');
    asm.if();
    for (const section of tree.sections) {
      this.section = section;
      this.statements(section.prologue);
    }
    if (tree.outer) {
      const counter = this.declareAxis(tree.outer.axis);
      asm.i32(0);
      asm.set(counter);
      asm.loop();
      this.items();
      this.closeLoop(counter, tree.outer.extent);
    } else this.items();
    asm.op('end');
    return asm.finish(true);
  }

  /** The sections of a work item, those that are repeated in a loop of their own. */
  private sections(): void {
    const { repeat, sections } = this.tree;
    const print = (list: readonly Section[]): void => {
      for (const section of list) {
        this.section = section;
        this.statements(section.body);
      }
    };
    print(sections.slice(0, repeat?.from));
    if (!repeat) return;
    const counter = this.declareAxis(repeat.axis);
    this.asm.i32(0);
    this.asm.set(counter);
    this.asm.loop();
    this.withCache(() => print(sections.slice(repeat.from, repeat.to)));
    this.closeLoop(counter, repeat.extent);
    print(sections.slice(repeat.to));
  }

  private items(): void {
    const { asm } = this;
    const item = asm.local('i32');
    asm.get(FROM);
    asm.set(item);
    asm.loop();
    this.withCache(() => {
      this.decompose(item);
      this.sections();
    });
    asm.get(item);
    asm.i32(1);
    asm.op('i32.add');
    asm.tee(item);
    asm.get(TO);
    asm.op('i32.lt_s');
    asm.branchIf(0);
    asm.op('end');
  }

  /** The work item's number as grid variables, the last one fastest. */
  private decompose(item: number): void {
    const { asm } = this;
    const rest = asm.local('i32');
    asm.get(item);
    asm.set(rest);
    [...this.tree.grid].reverse().forEach(({ axis, extent }, i, all) => {
      const variable = this.declareAxis(axis);
      asm.get(rest);
      if (i < all.length - 1) {
        this.scalar(extent);
        asm.op('i32.rem_u');
      }
      asm.set(variable);
      if (i === all.length - 1) return;
      asm.get(rest);
      this.scalar(extent);
      asm.op('i32.div_u');
      asm.set(rest);
    });
  }

  private statements(list: readonly Statement[]): void {
    for (const statement of list) this.statement(statement);
  }

  private statement(statement: Statement): void {
    switch (statement.kind) {
      case 'loop':
        if (isInnermost(statement)) this.innermostLoop(statement);
        else this.plainLoop(statement);
        return;
      case 'let':
      case 'var':
        this.declareLocal(statement.name, statement.type, statement.kind === 'let');
        this.assign(statement.name, statement.value);
        return;
      case 'set':
        this.assign(statement.name, statement.value);
        return;
      case 'if':
        this.scalar(statement.condition);
        this.asm.if();
        this.withCache(() => this.statements(statement.then));
        if (statement.otherwise.length > 0) {
          this.asm.op('else');
          this.withCache(() => this.statements(statement.otherwise));
        }
        this.asm.op('end');
        return;
      case 'store':
        this.store(statement);
        return;
      case 'join':
        throw new Error('a thread shares its sums with nobody');
    }
  }

  private plainLoop(loop: Extract<Statement, { kind: 'loop' }>): void {
    const { asm } = this;
    const counter = this.declareAxis(loop.axis);
    this.scalar(loop.from ?? intExpr(0));
    asm.set(counter);
    asm.loop();
    this.withCache(() => this.statements(loop.body));
    this.closeLoop(counter, loop.extent);
  }

  /** Pointers are computed before the loop and stepped at its end. */
  private innermostLoop(loop: Extract<Statement, { kind: 'loop' }>): void {
    const { asm } = this;
    const counter = this.declareAxis(loop.axis);
    this.scalar(loop.from ?? intExpr(0));
    asm.set(counter);
    this.withCache(() => {
      const stepped = this.openPointers(loop.axis, loop.body);
      if (loop.from) for (const { pointer, bytes } of stepped) this.advance(pointer, counter, bytes);
      const parted = partings(loop.body, ({ name, type, kind }) => this.isVector(name, type, kind === 'let'));
      if (parted.size > 0) asm.block();
      asm.loop();
      loop.body.forEach((statement, i) => {
        if (parted.has(i)) this.neverLeave(counter, i);
        this.statement(statement);
      });
      for (const { pointer, bytes } of stepped) {
        asm.get(pointer);
        asm.i32(bytes);
        asm.op('i32.add');
        asm.set(pointer);
      }
      this.closeLoop(counter, loop.extent);
      if (parted.size > 0) asm.op('end');
      this.closePointers();
    });
  }

  /** Moves a pointer by so many bytes for each step that a counter is past 0. */
  private advance(pointer: number, counter: number, bytes: number): void {
    const { asm } = this;
    asm.get(pointer);
    asm.get(counter);
    asm.i32(bytes);
    asm.op('i32.mul');
    asm.op('i32.add');
    asm.set(pointer);
  }

  /** A way out of the innermost loop on a condition that is never true, and not one that an engine knows already. */
  private neverLeave(counter: number, unique: number): void {
    const { asm } = this;
    asm.get(counter);
    asm.i32(-MOST_UNROLLED * unique);
    asm.op('i32.eq');
    asm.branchIf(1);
  }

  private closeLoop(counter: number, extent: Expr): void {
    const { asm } = this;
    asm.get(counter);
    asm.i32(1);
    asm.op('i32.add');
    asm.tee(counter);
    this.scalar(extent);
    asm.op('i32.lt_s');
    asm.branchIf(0);
    asm.op('end');
  }

  private openPointers(axis: Axis, body: readonly Statement[]): { pointer: number; bytes: number }[] {
    const stepped: { pointer: number; bytes: number }[] = [];
    for (const { tensor, address } of memoryAccesses(body)) {
      const binding = this.bindings.indexOf(tensor);
      const access = accessOf(binding, address, this.section.lane, axis);
      if (!access || this.differs(access.base) || this.pointerOf(access.family) !== undefined) continue;
      const bytes = this.bytesOf(tensor);
      if (!this.isKnown(access.base)) {
        if (access.step === 0) this.begin(access.family, binding, access.base, bytes);
        continue;
      }
      const pointer = this.pointerTo(binding, access.base, bytes);
      this.remember(access.family, pointer);
      if (access.step !== 0) stepped.push({ pointer, bytes: access.step * bytes });
    }
    this.pointerAxis = axis;
    return stepped;
  }

  private closePointers(): void {
    this.pointerAxis = undefined;
    this.begun.clear();
  }

  private store(statement: Extract<Statement, { kind: 'store' }>): void {
    const { asm } = this;
    const vector = this.section.lane !== undefined;
    const { pointer, offset } = this.locate(statement.tensor, statement.address);
    asm.get(pointer);
    if (vector) this.vector(statement.value);
    else this.scalar(statement.value);
    const element = this.elementOf(statement.tensor);
    if (vector) asm.memory('v128.store', offset);
    else asm.memory(element === 'f32' ? 'f32.store' : element === 'u8' ? 'i32.store8' : 'i32.store', offset);
  }
}

function isInnermost(loop: Extract<Statement, { kind: 'loop' }>): boolean {
  const hasLoop = (list: readonly Statement[]): boolean =>
    list.some((s) => s.kind === 'loop' || (s.kind === 'if' && (hasLoop(s.then) || hasLoop(s.otherwise))));
  return !hasLoop(loop.body);
}

/** Every load and store of a list of statements. */
function memoryAccesses(list: readonly Statement[]): { tensor: number; address: Expr }[] {
  const found: { tensor: number; address: Expr }[] = [];
  const visit = (expr: Expr): void => {
    if (expr.kind === 'load') found.push({ tensor: expr.tensor, address: expr.indices[0] ?? intExpr(0) });
    children(expr).forEach(visit);
  };
  const walk = (statement: Statement): void => {
    switch (statement.kind) {
      case 'store':
        found.push({ tensor: statement.tensor, address: statement.address });
        visit(statement.value);
        return;
      case 'if':
        visit(statement.condition);
        statement.then.forEach(walk);
        statement.otherwise.forEach(walk);
        return;
      case 'loop':
        statement.body.forEach(walk);
        return;
      case 'join':
        return;
      default:
        visit(statement.value);
    }
  };
  list.forEach(walk);
  return found;
}
