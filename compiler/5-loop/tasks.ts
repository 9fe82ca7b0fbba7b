/** How many work items a dispatch has, as a function of the batch. */
import { type Dim, dim } from '../dim/dim.ts';

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
