/** A short name for the contents of a split, to notice that a run is resumed on other data. Not for security. */
import type { Split } from './dataset.ts';

/** Elements of each field that are looked at, spread over the whole split. */
const looked = 100_000;

/** FNV-1a (Fowler, Noll, Vo) over a part of the elements, as hexadecimal, after the number of samples. */
export function dataFingerprint(split: Split): string {
  let hash = 0x811c9dc5;
  for (const { data } of split.columns) {
    const step = Math.max(1, Math.floor(data.length / looked));
    for (let i = 0; i < data.length; i += step) hash = Math.imul(hash ^ (data[i] ?? 0), 0x01000193);
  }
  return `${split.samples}-${(hash >>> 0).toString(16).padStart(8, '0')}`;
}
