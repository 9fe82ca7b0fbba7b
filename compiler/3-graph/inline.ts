/**
 * Typed expressions to graph nodes: calls are inlined, locals become the values they stand for. Each node remembers the
 * layer and the source place it comes from.
 */
import type { TypedBlock, TypedExpr } from '../2-check/typed.ts';
import { sameType, showType } from '../ops/infer.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { Value } from '../ops/primitive.ts';
import type { GraphBuilder } from './builder.ts';

/** What is being inlined: the layer's path, and the layer or function that the user wrote. */
export interface Place {
  readonly path: string;
  /** Empty outside of any call. */
  readonly callee: string;
}

/** Values of locals; what is not found here is looked for in the scope around it. */
export class Scope {
  readonly #values = new Map<number, Value>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  set(local: number, value: Value): void {
    this.#values.set(local, value);
  }

  get(local: number): Value {
    const value = this.#values.get(local) ?? this.#outer?.get(local);
    if (!value) throw new InternalError(`the local ${local} is used before it has a value`);
    return value;
  }
}

/** Inlines expressions into one graph; collects the buffers' next values on the way. */
export class Inliner {
  readonly #g: GraphBuilder;
  /** Next values of buffers, by path; the last one holds. */
  readonly updates = new Map<string, Value>();

  constructor(g: GraphBuilder) {
    this.#g = g;
  }

  /** One of a block's values. */
  block(block: TypedBlock, scope: Scope, place: Place, result = 0): Value {
    for (const { local, value } of block.lets) scope.set(local, this.expression(value, scope, place));
    for (const { path: buffer, value } of block.updates) {
      this.updates.set(buffer, this.expression(value, scope, place));
    }
    return this.expression(block.results[result], scope, place);
  }

  expression(expr: TypedExpr, scope: Scope, place: Place): Value {
    const value = this.#build(expr, scope, place);
    if (sameType({ ...value.type, classes: expr.type.classes }, expr.type)) return value;
    const what = expr.kind === 'op' ? expr.op : expr.kind;
    const types = `${showType(value.type)}, but ${showType(expr.type)} was inferred`;
    throw new InternalError(`${what}${place.path && ` in ${place.path}`} is ${types}`);
  }

  #build(expr: TypedExpr, scope: Scope, place: Place): Value {
    const g = this.#g;
    switch (expr.kind) {
      case 'local':
        return scope.get(expr.local);
      case 'parameter':
        return g.parameter(expr.path, expr.type);
      case 'literal':
        return g.constant(expr.value, expr.type.shape, expr.type.element);
      case 'size':
        return g.sizeOf(expr.dim, expr.type.element === 'i32' ? 'i32' : 'f32');
      case 'uniform':
        return g.uniform(expr.name);
      case 'op': {
        const inputs = expr.args.map((arg) => this.expression(arg, scope, place));
        g.origin = { path: place.path, what: place.callee || expr.op, span: expr.span };
        return g.op(expr.op, inputs, expr.attributes);
      }
      case 'call': {
        const { instance } = expr;
        const inner = new Scope(scope);
        for (const [i, { local }] of instance.inputs.entries()) {
          inner.set(local, this.expression(expr.args[i], scope, place));
        }
        // A function's inner calls belong to it; a layer's inner layers have names of their own.
        const inside = instance.path
          ? { path: instance.path, callee: instance.callee }
          : { path: place.path, callee: place.callee || instance.callee };
        return this.block(instance.body, inner, inside, expr.result);
      }
    }
  }
}
