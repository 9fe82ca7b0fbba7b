/**
 * The way to `open.ts`, which with all that reads, downloads and draws data sets is loaded when it is wanted: a page that
 * brings its own samples does without.
 */
import type { DatasetSpec, Split, SplitName } from './dataset.ts';
import type { DataOptions } from './open.ts';

/** One split in memory. Throws `UserError` when it cannot be found or isn't what the data set says. */
export async function openSplit(dataset: DatasetSpec, name: SplitName, options: DataOptions = {}): Promise<Split> {
  const { openSplits } = await import('./open.ts');
  const [split] = await openSplits(dataset, [name], options);
  if (!split) throw new Error(`no split ${name}`);
  return split;
}
