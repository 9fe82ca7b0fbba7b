/**
 * Where the body of an innermost loop is parted, so that its vectors fit the registers. V8 before version 12 puts the loads
 * of a block before all its arithmetic; those of a large register tile, together with its sums, are then more than there are
 * registers, and are written to the stack and read again. A way out of the loop that is never taken ends the block between
 * two rows of the tile. Other engines keep the program's order and lose nothing but a comparison.
 */
import type { Statement } from '../../5-loop/tree.ts';
import { children } from '../../5-loop/walk.ts';
import type { Expr } from '../../ops/expr.ts';

/** Of 16, V8 keeps one for itself; one holds a product before it is added, where that takes two instructions. */
const REGISTERS = 14;

type Assignment = Extract<Statement, { kind: 'let' | 'set' }>;

/** Indices of statements before which the body is parted. */
export function partings(body: readonly Statement[], isVector: (local: Assignment) => boolean): ReadonlySet<number> {
  const found = new Set<number>();
  const assignments = body.flatMap((each) => (each.kind === 'let' || each.kind === 'set' ? [each] : []));
  const sums = new Set(assignments.flatMap((each) => (each.kind === 'set' && isVector(each) ? [each.name] : [])));
  if (assignments.length < body.length) return found;
  const lastUse = new Map<string, number>();
  assignments.forEach(({ value }, i) => {
    forEachLocal(value, (name) => lastUse.set(name, i));
  });
  const values = assignments.flatMap((each, i) => (each.kind === 'let' && isVector(each) ? [i] : []));
  const isReadFrom = (value: number, at: number): boolean => (lastUse.get(assignments[value].name) ?? -1) >= at;
  let begin = 0;
  for (const i of values) {
    // A block holds all of its own values at once, and those from before that it or a later one reads.
    const held = values.filter((value) => (value < begin ? isReadFrom(value, begin) : value <= i));
    if (sums.size + held.length <= REGISTERS || assignments[i - 1]?.kind !== 'set') continue;
    found.add(i);
    begin = i;
  }
  return found;
}

function forEachLocal(expr: Expr, visit: (name: string) => void): void {
  if (expr.kind === 'local') visit(expr.name);
  else for (const child of children(expr)) forEachLocal(child, visit);
}
