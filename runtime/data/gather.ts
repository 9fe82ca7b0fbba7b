/**
 * Copies chosen samples of a column one after the other. The views that it needs are made once: a batch makes nothing.
 */
import type { HostArray } from '../device.ts';
import type { Column } from './dataset.ts';

/** Fills the target with the samples of these rows. */
export type Gather = (rows: Uint32Array) => void;

/** `target` must have room for as many samples as are asked for. */
export function gatherInto(target: HostArray, { data, size }: Column): Gather {
  const words = wordsOf(data, size);
  const targetWords = wordsOf(target, size);
  if (words && targetWords) return (rows) => copyWords(targetWords, words, size / 4, rows);
  return (rows) => copyElements(target, data, size, rows);
}

/** Bytes four at a time, where samples begin and end at whole words. */
function wordsOf(data: HostArray, size: number): Uint32Array | undefined {
  if (!(data instanceof Uint8Array) || size % 4 !== 0 || data.byteOffset % 4 !== 0) return undefined;
  return new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
}

function copyWords(target: Uint32Array, data: Uint32Array, size: number, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const [to, from] = [i * size, rows[i] * size];
    for (let k = 0; k < size; k++) target[to + k] = data[from + k];
  }
}

// The same text as above, apart from it so that the engine makes a fast loop of each.
function copyElements(target: HostArray, data: HostArray, size: number, rows: Uint32Array): void {
  for (let i = 0; i < rows.length; i++) {
    const [to, from] = [i * size, rows[i] * size];
    for (let k = 0; k < size; k++) target[to + k] = data[from + k];
  }
}
