/**
 * How a dispatch's kernel reaches its memory: which accesses are of four consecutive elements, which buffers are read and
 * written in whole fours only (they are declared as arrays of vectors, so that each is one load), and which addresses occur
 * with several constants (they get a name).
 */
import { type Affine, addScaled, coefficientOf, constantAffine, fromAffine, toAffine } from '../../5-loop/affine.ts';
import type { LoopTree, Section, Statement } from '../../5-loop/tree.ts';
import { children, keyOf } from '../../5-loop/walk.ts';
import type { Axis, Expr } from '../../ops/expr.ts';

/** An element offset as `base + constant`, or that of the first of four. */
export interface Address {
  readonly base: Expr;
  readonly constant: number;
  readonly vector: boolean;
}

export function addressIn(section: Section, address: Expr): Address {
  const { lane } = section;
  const affine = toAffine(address);
  const vector = lane !== undefined && coefficientOf(affine, lane.id) === 1;
  const first = vector ? withoutLane(affine, lane) : affine;
  return { base: fromAffine({ ...first, constant: 0 }), constant: first.constant, vector };
}

/** The same in units of four elements; undefined where four elements begin in between. */
export function inFours({ base, constant, vector }: Address): Address | undefined {
  const affine = toAffine(base);
  const parts = [constant, ...[...affine.terms.values()].map(({ coefficient }) => coefficient)];
  if (!vector || parts.some((part) => part % 4 !== 0)) return undefined;
  return { base: fromAffine(addScaled(constantAffine(0), affine, 1 / 4)), constant: constant / 4, vector };
}

function withoutLane(affine: Affine, lane: Axis): Affine {
  return addScaled(affine, toAffine({ kind: 'axis', type: 'i32', axis: lane }), -1);
}

export interface Accesses {
  /** Bindings that are accessed in whole fours only. */
  readonly fours: ReadonlySet<number>;
  /** How often each base occurs, by its key. */
  readonly bases: ReadonlyMap<string, number>;
}

export function accessesOf(trees: readonly LoopTree[], bindingOf: (tensor: number) => number): Accesses {
  const found: { readonly binding: number; readonly address: Address }[] = [];
  for (const section of trees.flatMap(({ sections }) => sections)) {
    forEachAccess([...section.prologue, ...section.body], (tensor, address) =>
      found.push({ binding: bindingOf(tensor), address: addressIn(section, address) }),
    );
  }
  const single = new Set(found.filter(({ address }) => inFours(address) === undefined).map(({ binding }) => binding));
  const fours = new Set(found.map(({ binding }) => binding).filter((binding) => !single.has(binding)));
  const bases = new Map<string, number>();
  for (const { binding, address } of found) {
    const key = keyOf(((fours.has(binding) && inFours(address)) || address).base);
    bases.set(key, (bases.get(key) ?? 0) + 1);
  }
  return { fours, bases };
}

/** Calls `visit` for every load and store. */
function forEachAccess(list: readonly Statement[], visit: (tensor: number, address: Expr) => void): void {
  const inside = (expr: Expr): void => {
    if (expr.kind === 'load') visit(expr.tensor, expr.indices[0]);
    children(expr).forEach(inside);
  };
  for (const statement of list) {
    switch (statement.kind) {
      case 'loop':
        forEachAccess(statement.body, visit);
        break;
      case 'if':
        inside(statement.condition);
        forEachAccess([...statement.then, ...statement.otherwise], visit);
        break;
      case 'store':
        visit(statement.tensor, statement.address);
        inside(statement.address);
        inside(statement.value);
        break;
      case 'join':
        break;
      default:
        inside(statement.value);
    }
  }
}
