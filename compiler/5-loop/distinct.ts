/**
 * How many different values index expressions have within a tile: what can be loaded, or chosen, once for several of its
 * elements. Counted in numbers rather than by comparing expressions, which is faster and knows what divisions do.
 */
import { evaluate } from '../ops/evaluate.ts';
import type { Expr } from '../ops/expr.ts';
import { type Affine, coefficientOf, toAffine } from './affine.ts';
import { typicalValue } from './typical.ts';
import { axesOf, intExpr, keyOf, rewriter } from './walk.ts';

/** A variable of which a tile covers several values; `whole`: all that it has. */
export interface Span {
  readonly id: string;
  readonly size: number;
  readonly whole: boolean;
}

interface Tile {
  readonly number: number;
  /** The values of all other variables. */
  readonly others: number;
}

/** Tiles somewhere inside. What is equal in a tile whatever its place is equal in each of them. */
const TILES: readonly Tile[] = [
  { number: 4, others: 0 },
  { number: 5, others: 0 },
  { number: 4, others: 1 },
];

/** What has been counted, by the places and their variables' sizes: tiles of a nest, and of its slices, ask for the same. */
export type Counts = Map<string, Map<string, number>>;

/** Expressions that are needed together, at one or more constant distances. */
export class Places {
  readonly axes: ReadonlySet<string>;
  private readonly exprs: readonly Expr[];
  private readonly affine: readonly Affine[];
  private readonly constants = new Set<number>();
  private readonly counts: Counts;
  private known: Map<string, number> | undefined;
  /** Values of terms, by the sizes of the variables that they ask for: most tiles differ in others. */
  private readonly tables = new Map<string, readonly number[]>();

  constructor(exprs: readonly Expr[], counts: Counts) {
    this.exprs = exprs.map(withTypicalSizes);
    this.affine = this.exprs.map(toAffine);
    this.axes = new Set(exprs.flatMap((expr) => [...axesOf(expr)]));
    this.counts = counts;
  }

  /** Before the first count. */
  addAt(constant: number): void {
    this.constants.add(constant);
  }

  count(spans: readonly Span[]): number {
    const varying = spans.filter(({ id, size }) => size > 1 && this.axes.has(id));
    const counted = this.known ?? this.counted();
    this.known = counted;
    const key = varying.map(({ id, size }) => `${id} ${size}`).join();
    const known = counted.get(key);
    if (known !== undefined) return known;
    const steps = varying.map(({ id }) => this.affine.flatMap((each) => coefficientOf(each, id) ?? []));
    const affine = steps.every((each) => each.length === this.exprs.length);
    const count = affine ? this.countSums(varying, steps) : this.countTried(varying);
    counted.set(key, count);
    return count;
  }

  /** What is known of these places, by the variables' sizes. */
  private counted(): Map<string, number> {
    const key = `${this.exprs.map(keyOf).join()} at ${[...this.constants].join()}`;
    const counted = this.counts.get(key) ?? new Map<string, number>();
    this.counts.set(key, counted);
    return counted;
  }

  /** Values of `constant + sum of step * i` of each expression, together; i below the sizes. */
  private countSums(varying: readonly Span[], steps: readonly (readonly number[])[]): number {
    const moving = varying.flatMap(({ size }, d) =>
      steps[d].some((step) => step !== 0) ? [{ size, step: steps[d] }] : [],
    );
    if (
      this.constants.size === 1 &&
      this.exprs.some((_, e) => isNested(moving.map(({ size, step }) => [size, step[e]])))
    )
      return moving.reduce((product, { size }) => product * size, 1);
    let offsets = new Map<number | string, readonly number[]>();
    const add = (to: typeof offsets, values: readonly number[]): unknown =>
      to.set(values.length === 1 ? values[0] : values.join(), values);
    for (const at of this.constants) {
      add(
        offsets,
        this.exprs.map(() => at),
      );
    }
    for (const { size, step } of moving) {
      const next: typeof offsets = new Map();
      for (const at of offsets.values()) {
        for (let i = 0; i < size; i++) {
          add(
            next,
            at.map((value, e) => value + i * step[e]),
          );
        }
      }
      offsets = next;
    }
    return offsets.size;
  }

  /** The values themselves, tuple by tuple. What an expression adds up is computed once for the variables that it asks for. */
  private countTried(varying: readonly Span[]): number {
    const parts = TILES.flatMap((tile) =>
      this.affine.map(({ terms, constant }) => ({
        constant,
        tables: [...terms.values()].map(({ coefficient, atom }) => this.table(coefficient, atom, tile, varying)),
      })),
    );
    const found = new Set<string>();
    const at = varying.map(() => 0);
    const visit = (depth: number): void => {
      if (depth === varying.length) {
        const values = parts.map(({ constant, tables }) =>
          tables.reduce(
            (sum, { steps, values }) => sum + values[steps.reduce((n, step, d) => n + step * at[d], 0)],
            constant,
          ),
        );
        for (const constant of this.constants) found.add(values.map((value) => value + constant).join());
        return;
      }
      for (let i = 0; i < varying[depth].size; i++) {
        at[depth] = i;
        visit(depth + 1);
      }
    };
    visit(0);
    return found.size;
  }

  /** A term's values in a tile: those of position `i` of each variable stand at the sum of `steps * i`. */
  private table(coefficient: number, atom: Expr, tile: Tile, varying: readonly Span[]): Table {
    const axes = axesOf(atom);
    const asked = varying.filter(({ id }) => axes.has(id));
    const sizes = asked.map(({ id, size }) => `${id} ${size}`).join();
    const key = `${coefficient} ${tile.number} ${tile.others} ${keyOf(atom)} ${sizes}`;
    const values = this.tables.get(key) ?? this.valuesOf(coefficient, atom, tile, asked);
    this.tables.set(key, values);
    let step = 1;
    const steps = varying.map(({ id, size }) => {
      if (!axes.has(id)) return 0;
      step *= size;
      return step / size;
    });
    return { steps, values };
  }

  private valuesOf(coefficient: number, atom: Expr, { number, others }: Tile, asked: readonly Span[]): number[] {
    const axes = new Map([...this.axes].map((id) => [id, others]));
    const count = asked.reduce((product, { size }) => product * size, 1);
    return Array.from({ length: count }, (_, place) => {
      let rest = place;
      for (const { id, size, whole } of asked) {
        const i = rest % size;
        axes.set(id, whole ? i : number * size + i);
        rest = (rest - i) / size;
      }
      return coefficient * typicalOf(atom, axes);
    });
  }
}

interface Table {
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** True where each step leads beyond all that the smaller ones reach, as in a row-major array: no two sums are equal. */
function isNested(steps: readonly (readonly [size: number, step: number])[]): boolean {
  let reach = 0;
  for (const [size, step] of [...steps].sort(([, a], [, b]) => Math.abs(a) - Math.abs(b))) {
    if (Math.abs(step) <= reach) return false;
    reach += Math.abs(step) * (size - 1);
  }
  return true;
}

const withTypicalSizes = (expr: Expr): Expr =>
  rewriter((e) => (e.kind === 'size' ? intExpr(typicalValue(e.dim)) : e))(expr);

/** What memory says is taken to differ wherever it is asked. */
function typicalOf(expr: Expr, axes: ReadonlyMap<string, number>): number {
  const load = (tensor: number, indices: readonly number[]): number =>
    indices.reduce((sum, index) => 61 * sum + index, tensor);
  return evaluate(expr, { axes, dims: {}, uniforms: {}, load });
}
