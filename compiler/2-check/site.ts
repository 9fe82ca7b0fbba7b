/**
 * Where an expression is being evaluated: its names, the body it stands in, the model that is being elaborated, and the
 * checker's parts, which call each other through here.
 */
import type { Block, ConstDeclaration, Declaration, Expression, Identifier, TypeNode } from '../1-parse/ast.ts';
import type { SourceFile, Span } from '../diagnostics/diagnostic.ts';
import type { TensorType } from '../ops/types.ts';
import type { BodyMemo } from './memo.ts';
import type { ModuleScope } from './modules.ts';
import type { Observer } from './observer.ts';
import type { Problem, Reporter } from './report.ts';
import type { Scope } from './scope.ts';
import type { TypedBlock, TypedParameter } from './typed.ts';
import { type Lead, poison, type Value } from './values.ts';

/** One body under elaboration: a model's, a layer's, a function's. Its `let`s and updates collect here. */
export interface Frame {
  /** The declaration's name, for messages. */
  readonly callee: string;
  readonly kind: 'model' | 'layer' | 'fn' | 'augment' | 'sequence' | 'training' | 'optimizer';
  /** The body that this one is used in, and where there. */
  readonly caller?: { readonly frame: Frame; readonly span: Span };
  /** The parameters' prefix: `layer1.0`. */
  readonly path: string;
  /** False for a layer that neither has a name nor stands in a list. */
  readonly named: boolean;
  readonly lets: TypedBlock['lets'][number][];
  readonly updates: TypedBlock['updates'][number][];
  /** Paths of the parameters declared in this very body. */
  readonly parameters: string[];
  /** Optimizers only: what is updated, and the states beside it. */
  readonly optimizes?: { readonly name: string; readonly type: TensorType };
  readonly states: { readonly name: string; readonly local: number; readonly initial: number }[];
}

/** What is shared by everything that is elaborated into one model (or one training). */
export interface Unit {
  /** The value of `training`. */
  readonly training: boolean;
  /** Set when `training` was asked for, so that the training program differs from inference. */
  asksTraining: boolean;
  nextLocal: number;
  /** The number of the next random draw; draws of one program have different ones. */
  nextDraw: number;
  /** Uses of layers and functions so far. */
  instances: number;
  readonly parameters: TypedParameter[];
  /** Layer paths that were given a name, with the place. */
  readonly layers: Map<string, Span>;
}

/** How a stage of a pipeline is called within its parent's parameter names. */
export interface Naming {
  readonly segment?: Identifier;
}

/** The checker's parts; `elaborator.ts` puts them together. */
export interface Checker {
  readonly reporter: Reporter;
  readonly observer: Observer | undefined;
  readonly memo: BodyMemo | undefined;
  readonly constants: Map<ConstDeclaration, Value | 'running'>;
  /** Declarations that were elaborated for a use. */
  readonly used: Set<Declaration>;
  isLibrary(file: SourceFile): boolean;
  evaluate(expression: Expression, site: Site): Value;
  evaluateBlock(block: Block, site: Site): Value;
  /** Applies what stands right of `|>` (or in a list) to the inputs. */
  applyStage(stage: Expression, inputs: readonly Value[], site: Site, naming: Naming): Value;
  evaluateCall(call: Extract<Expression, { kind: 'call' }>, site: Site): Value;
  /** An elementwise operator over tensors or numbers, broadcast as NumPy does. */
  elementwise(op: string, args: readonly Value[], span: Span, site: Site): Value;
  /** Any operator of the registry with its options; its shape rule gives the result's type or the error. */
  intrinsic(
    op: string,
    args: readonly Value[],
    options: Readonly<Record<string, Value>>,
    span: Span,
    site: Site,
  ): Value;
  evaluateType(type: TypeNode, site: Site): TensorType | undefined;
}

export interface Site {
  readonly checker: Checker;
  readonly scope: Scope<Value>;
  readonly module: ModuleScope;
  readonly frame: Frame;
  readonly unit: Unit;
  /** The variables of the comprehensions around, outermost first. */
  readonly leads: readonly Lead[];
}

/** Tells the observer, if there is one, what an expression of a user's file is here. */
export function observe(expression: Expression, value: Value, site: Site): void {
  const { observer } = site.checker;
  if (observer && !site.checker.isLibrary(expression.span.file)) observer.value(expression, value, site);
}

/** The place itself, or, where it is in the standard library, the call in the user's file that led there. */
export function userPlace(site: Site, place: Span): { readonly span: Span; readonly frame: Frame } {
  let { frame } = site;
  let span = place;
  while (site.checker.isLibrary(span.file) && frame.caller) ({ span, frame } = frame.caller);
  return { span, frame };
}

/**
 * Reports a problem and returns the poison that stands for the value. What goes wrong inside the standard library is
 * reported at the user's call; what goes wrong in a user's layer says where that layer was used.
 */
export function fail(site: Site, problem: Problem): Value {
  const { checker } = site;
  const { span, frame } = userPlace(site, problem.span);
  const moved = span !== problem.span;
  const user = (place: Span): boolean => !checker.isLibrary(place.file);
  let use = frame;
  while (use.kind === 'sequence' && use.caller) use = use.caller.frame;
  const uses = use.caller && user(use.caller.span) && use.caller.span !== span ? [use.caller.span] : [];
  checker.reporter.report({
    ...problem,
    span,
    label: moved ? undefined : problem.label,
    notes: [
      ...(problem.notes ?? []).filter((note) => user(note.span)),
      ...uses.map((place) => ({ span: place, message: `in this use of ${use.callee}` })),
    ],
    fixes: moved ? [] : problem.fixes,
  });
  return poison;
}

export function newFrame(parts: Pick<Frame, 'callee' | 'kind' | 'path'> & Partial<Frame>): Frame {
  return { named: true, lets: [], updates: [], parameters: [], states: [], ...parts };
}

export const newUnit = (training: boolean): Unit => ({
  training,
  asksTraining: false,
  instances: 0,
  nextLocal: 0,
  nextDraw: 0,
  parameters: [],
  layers: new Map(),
});

/** Whether a body is an augment's, or one that an augment uses. */
export function inAugment(frame: Frame): boolean {
  for (let at: Frame | undefined = frame; at; at = at.caller?.frame) if (at.kind === 'augment') return true;
  return false;
}
