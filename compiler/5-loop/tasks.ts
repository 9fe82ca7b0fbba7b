/** How many work items a dispatch has, and how often loops run, as functions of the batch. */
import { type Dim, dim } from '../dim/dim.ts';
import type { Expr } from '../ops/expr.ts';
import { apply } from '../ops/lowering.ts';
import { intExpr, sizeExpr } from './walk.ts';

/** `count * ceil(N / block)`, or `count` where `block` is 0. The same as the runtime's. */
export interface TaskCount {
  readonly count: number;
  readonly block: number;
}

/** Multiplies extents; at most one may be symbolic, and is then divided into blocks. */
export function countTasks(extents: readonly { readonly extent: Dim; readonly block: number }[]): TaskCount {
  let count = 1;
  let batchBlock = 0;
  for (const { extent, block } of extents) {
    const fixed = dim.constant(extent);
    if (fixed !== undefined) {
      count *= Math.ceil(fixed / block);
      continue;
    }
    const [symbol, ...more] = dim.symbols(extent);
    const together = blockedBy(extent);
    if (together !== undefined && block === 1 && batchBlock === 0) {
      batchBlock = together;
      continue;
    }
    const linear = dim.linear(extent, symbol);
    if (batchBlock !== 0 || more.length > 0 || !linear || linear.fixed !== 0) {
      throw new Error(`a kernel cannot be numbered over the dimension ${dim.show(extent)}`);
    }
    // Blocks of the batch; or, where each sample has a whole number of blocks, samples.
    const blocks = linear.perSample === 1 ? 1 : linear.perSample / block;
    if (!Number.isInteger(blocks)) throw new Error(`${dim.show(extent)} cannot be divided into blocks of ${block}`);
    count *= blocks;
    batchBlock = linear.perSample === 1 ? block : 1;
  }
  return { count, block: batchBlock };
}

/** More samples than this no work item has. */
const MOST_TOGETHER = 64;

/** How often a loop runs: a size, or blocks of the batch. */
export function extentExpr(extent: Dim): Expr {
  const [symbol] = dim.symbols(extent);
  const together = blockedBy(extent);
  if (together === undefined) return sizeExpr(extent);
  const padded = apply('add', sizeExpr(dim.symbol(symbol)), intExpr(together - 1));
  return apply('idiv', padded, intExpr(together));
}

/** So many samples that blocks of 63 are more than blocks of 64. */
const MANY = MOST_TOGETHER ** 3;

/** How many of the batch each of so many blocks has: 8 of `ceil(N / 8)`. */
function blockedBy(extent: Dim): number | undefined {
  const [symbol, ...others] = dim.symbols(extent);
  if (symbol === undefined || others.length > 0) return undefined;
  const count = Math.round(MANY / dim.evaluate(extent, { [symbol]: MANY }));
  if (count < 2 || count > MOST_TOGETHER) return undefined;
  return dim.equal(extent, dim.ceilDiv(dim.symbol(symbol), dim.int(count))) ? count : undefined;
}
