/**
 * First-order matching of an input's written type against the argument's: names bind the argument's dimensions, what is
 * bound already must agree. No solving; a formula over names is computed once all of them are bound.
 */
import type { DimensionNode, ElementNode, Expression, Parameter } from '../1-parse/ast.ts';
import { type Dim, dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import { lookup } from './modules.ts';
import type { Site } from './site.ts';
import { asDim, intValue, type Provenance, type TensorValue, type Value } from './values.ts';

/** How an argument does not fit its parameter. */
export type Mismatch =
  | { readonly kind: 'element' }
  | { readonly kind: 'rank' }
  | { readonly kind: 'classes'; readonly expected: Dim; readonly actual: Dim }
  | {
      readonly kind: 'dimension';
      readonly axis: number;
      readonly expected: Dim;
      readonly actual: Dim;
      /** The name in the pattern, where it is one. */
      readonly name?: string;
    };

/** Where a dimension's name got its value. */
export interface Bound {
  /** For each dimension the name stands for: one, or several for a spread. */
  readonly axes: readonly (Provenance | undefined)[];
  /** What bound it, in words: "`x`". Absent for configuration. */
  readonly by?: string;
}

/** Whether a tensor's elements are of the written type. Class indices are i32, but not the other way round. */
export const fitsElement = (element: ElementNode, actual: TensorType): boolean =>
  element.kind === 'class' ? actual.classes !== undefined : actual.element === element.name;

/** The dimensions' names of one signature: values go into the callee's scope, their origins here. */
export class Matching {
  readonly bound = new Map<string, Bound>();
  readonly #site: Site;
  readonly #anyElement: boolean;
  readonly #later: (() => Mismatch | undefined)[] = [];

  /** `anyElement`: element types are left to someone else, as an intrinsic leaves them to its operator. */
  constructor(site: Site, anyElement = false) {
    this.#site = site;
    this.#anyElement = anyElement;
  }

  /** Matches one argument; formulas wait for `finish`. */
  match(parameter: Parameter, argument: TensorValue): Mismatch | undefined {
    const { type } = parameter;
    if (type.kind !== 'tensor') return undefined;
    const actual = argument.type;
    if (!this.#anyElement && !fitsElement(type.element, actual)) return { kind: 'element' };
    const problem = this.#matchShape(type.dims ?? [], argument, parameter.name.name);
    if (problem) return problem;
    if (type.element.kind === 'class' && actual.classes) {
      return this.#matchClasses(type.element.count, actual.classes, parameter.name.name);
    }
    return undefined;
  }

  /** Computes the formulas in the inputs' types now that every name is bound. */
  finish(): Mismatch | undefined {
    for (const check of this.#later) {
      const problem = check();
      if (problem) return problem;
    }
    return undefined;
  }

  #matchClasses(count: Expression, actual: Dim, by: string): Mismatch | undefined {
    if (count.kind === 'name' && this.#isFree(count.name)) {
      this.#bind(count.name, intValue(actual), [undefined], by);
      return undefined;
    }
    const expected = asDim(this.#site.checker.evaluate(count, this.#site));
    return !expected || dim.equal(expected, actual) ? undefined : { kind: 'classes', expected, actual };
  }

  #matchShape(nodes: readonly DimensionNode[], argument: TensorValue, by: string): Mismatch | undefined {
    const { shape } = argument.type;
    const spread = nodes.findIndex((node) => node.kind === 'spread');
    const fits = spread < 0 ? shape.length === nodes.length : shape.length >= nodes.length - 1;
    if (!fits) return { kind: 'rank' };
    const extra = shape.length - nodes.length + 1;
    let axis = 0;
    for (const node of nodes) {
      const problem =
        node.kind === 'spread'
          ? this.#matchSpread(node.name.name, argument, axis, extra, by)
          : this.#matchSize(node.value, argument, axis, by);
      if (problem) return problem;
      axis += node.kind === 'spread' ? extra : 1;
    }
    return undefined;
  }

  #matchSpread(name: string, argument: TensorValue, from: number, count: number, by: string): Mismatch | undefined {
    const actual = argument.type.shape.slice(from, from + count);
    const before = this.#site.scope.own(name);
    if (!before) {
      const items = actual.map((size) => intValue(size));
      this.#bind(name, { kind: 'tuple', items }, argument.axes.slice(from, from + count), by);
      return undefined;
    }
    if (before.kind !== 'tuple') return undefined;
    if (before.items.length !== count) return { kind: 'rank' };
    for (const [i, item] of before.items.entries()) {
      const expected = asDim(item);
      if (expected && !dim.equal(expected, actual[i])) {
        return { kind: 'dimension', axis: from + i, expected, actual: actual[i], name };
      }
    }
    return undefined;
  }

  #matchSize(expression: Expression, argument: TensorValue, axis: number, by: string): Mismatch | undefined {
    const actual = argument.type.shape[axis];
    const name = expression.kind === 'name' ? expression.name : undefined;
    if (name !== undefined && this.#isFree(name)) {
      this.#bind(name, intValue(actual), [argument.axes[axis]], by);
      return undefined;
    }
    const check = (): Mismatch | undefined => {
      const expected = asDim(this.#site.checker.evaluate(expression, this.#site));
      if (!expected || dim.equal(expected, actual)) return undefined;
      return { kind: 'dimension', axis, expected, actual, name };
    };
    if (name !== undefined || expression.kind === 'number') return check();
    this.#later.push(check);
    return undefined;
  }

  #isFree(name: string): boolean {
    const { scope, module } = this.#site;
    if (scope.lookup(name)) return false;
    return lookup(module, name)?.declarations[0]?.kind !== 'const';
  }

  #bind(name: string, value: Value, axes: Bound['axes'], by: string): void {
    this.#site.scope.bind(name, value);
    this.bound.set(name, { axes, by });
  }

  /** Binds a name to a size that a call states itself: the `1152` of `Linear(1152 -> 64)`. */
  state(name: string, value: Value): void {
    this.#site.scope.bind(name, value);
    this.bound.set(name, { axes: [undefined] });
  }
}
