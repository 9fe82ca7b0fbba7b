/**
 * How many different values index expressions have within a tile: what can be loaded, or chosen, once for several of its
 * elements. Counted in numbers rather than by comparing expressions, which is faster and knows what divisions do.
 */
import { evaluate } from '../ops/evaluate.ts';
import type { Expr } from '../ops/expr.ts';
import { type Affine, coefficientOf, toAffine } from './affine.ts';
import { typicalValue } from './typical.ts';
import { axesOf, intExpr, rewriter } from './walk.ts';

/** A variable of which a tile covers several values; `whole`: all that it has. */
export interface Span {
  readonly id: string;
  readonly size: number;
  readonly whole: boolean;
}

/** Tiles somewhere inside. What is equal in a tile whatever its place is equal in each of them. */
const TILES: readonly { readonly number: number; readonly others: number }[] = [
  { number: 4, others: 0 },
  { number: 5, others: 0 },
  { number: 4, others: 1 },
];

/** Expressions that are needed together, at one or more constant distances. */
export class Places {
  readonly axes: ReadonlySet<string>;
  private readonly exprs: readonly Expr[];
  private readonly affine: readonly Affine[];
  private readonly constants = new Set<number>();
  private readonly counted = new Map<string, number>();

  constructor(exprs: readonly Expr[]) {
    this.exprs = exprs.map(withTypicalSizes);
    this.affine = this.exprs.map(toAffine);
    this.axes = new Set(exprs.flatMap((expr) => [...axesOf(expr)]));
  }

  /** Before the first count. */
  addAt(constant: number): void {
    this.constants.add(constant);
  }

  count(spans: readonly Span[]): number {
    const varying = spans.filter(({ id, size }) => size > 1 && this.axes.has(id));
    const key = varying.map(({ id, size }) => `${id} ${size}`).join();
    const known = this.counted.get(key);
    if (known !== undefined) return known;
    const steps = varying.map(({ id }) => this.affine.flatMap((each) => coefficientOf(each, id) ?? []));
    const affine = steps.every((each) => each.length === this.exprs.length);
    const count = affine ? this.countSums(varying, steps) : this.countTried(varying);
    this.counted.set(key, count);
    return count;
  }

  /** Values of `constant + sum of step * i` of each expression, together; i below the sizes. */
  private countSums(varying: readonly Span[], steps: readonly (readonly number[])[]): number {
    let offsets = new Map(
      [...this.constants].map((at): [string, number[]] => {
        const values = this.exprs.map(() => at);
        return [values.join(), values];
      }),
    );
    varying.forEach(({ size }, d) => {
      if (steps[d].every((step) => step === 0)) return;
      const next = new Map<string, number[]>();
      for (const at of offsets.values()) {
        for (let i = 0; i < size; i++) {
          const values = at.map((value, e) => value + i * steps[d][e]);
          next.set(values.join(), values);
        }
      }
      offsets = next;
    });
    return offsets.size;
  }

  private countTried(varying: readonly Span[]): number {
    const found = new Set<string>();
    const tiles = TILES.map(({ number, others }) => ({
      number,
      axes: new Map([...this.axes].map((id) => [id, others])),
    }));
    const visit = (depth: number): void => {
      if (depth === varying.length) {
        const values = tiles.flatMap(({ axes }) => this.exprs.map((expr) => typicalOf(expr, axes)));
        for (const constant of this.constants) found.add(values.map((value) => value + constant).join());
        return;
      }
      const { id, size, whole } = varying[depth];
      for (let i = 0; i < size; i++) {
        for (const { number, axes } of tiles) axes.set(id, whole ? i : number * size + i);
        visit(depth + 1);
      }
    };
    visit(0);
    return found.size;
  }
}

const withTypicalSizes = (expr: Expr): Expr =>
  rewriter((e) => (e.kind === 'size' ? intExpr(typicalValue(e.dim)) : e))(expr);

/** What memory says is taken to differ wherever it is asked. */
function typicalOf(expr: Expr, axes: ReadonlyMap<string, number>): number {
  const load = (tensor: number, indices: readonly number[]): number =>
    indices.reduce((sum, index) => 61 * sum + index, tensor);
  return evaluate(expr, { axes, dims: {}, uniforms: {}, load });
}
