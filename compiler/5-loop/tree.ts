/**
 * A scheduled kernel: loops, locals and stores in order, addresses resolved. What both targets print. Types only;
 * `build-tree.ts` makes it. Loads in a tree have one index: the element offset in the tensor's buffer.
 */
import type { Axis, Expr, ScalarType } from '../ops/expr.ts';
import type { TaskCount } from './tasks.ts';

export type Statement =
  /** `for axis in from .. extent`, from 0 and by 1 where it does not say. */
  | {
      readonly kind: 'loop';
      readonly axis: Axis;
      readonly from?: Expr;
      readonly by?: Expr;
      readonly extent: Expr;
      readonly body: readonly Statement[];
    }
  /** A value that does not change. */
  | { readonly kind: 'let'; readonly name: string; readonly type: ScalarType; readonly value: Expr }
  /** An accumulator. */
  | { readonly kind: 'var'; readonly name: string; readonly type: ScalarType; readonly value: Expr }
  | { readonly kind: 'set'; readonly name: string; readonly type: ScalarType; readonly value: Expr }
  | {
      readonly kind: 'if';
      readonly condition: Expr;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | { readonly kind: 'store'; readonly tensor: number; readonly address: Expr; readonly value: Expr }
  /** WGSL: a team's members add up what they have in these accumulators; then each has the sums. */
  | { readonly kind: 'join'; readonly sums: readonly string[] };

export interface GridAxis {
  readonly axis: Axis;
  /** How many values it takes, at run time. */
  readonly extent: Expr;
}

/** One nest inside a work item. */
export interface Section {
  /** Computed once, before any work item. */
  readonly prologue: readonly Statement[];
  /** Where a work item is a workgroup's: what its invocations divide among them. */
  readonly spread: readonly GridAxis[];
  /** Where a work item is a workgroup's: it reads what other invocations stored since the last barrier. */
  readonly waits: boolean;
  readonly body: readonly Statement[];
  /** WASM: the variable that runs over the lanes of a vector; absent in scalar code. */
  readonly lane: Axis | undefined;
  /** Names of locals that hold a vector. */
  readonly vectors: ReadonlySet<string>;
}

/** A part: each work item runs all sections in order. Locals' names are unique in the whole tree. */
export interface LoopTree {
  /** Runs in order around all work items of a thread; absent in most kernels. */
  readonly outer: GridAxis | undefined;
  /** Work items, slowest axis first. */
  readonly grid: readonly GridAxis[];
  readonly sections: readonly Section[];
  /** The sections from the number `from` up to `to` run in order for each value of this axis. */
  readonly repeat: (GridAxis & { readonly from: number; readonly to: number }) | undefined;
  readonly tasks: TaskCount;
  /** WGSL: a work item is a whole workgroup's, not an invocation's. */
  readonly workgroup: boolean;
  /** WGSL: how many invocations compute a work item together at most (`teams.ts`); the first of them stores. */
  readonly team: number;
  /** WGSL: invocations that keep a large GPU busy with a typical batch, where there are teams. */
  readonly spread: number;
}
