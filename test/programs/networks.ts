/** Reads test/fixtures/networks.json, which networks.py writes, as typed data, and the programs of this folder. */
import { existsSync, readFileSync } from 'node:fs';
import type { SourceFile } from '../../compiler/diagnostics/diagnostic.ts';

/** A network's tensors in the order of its state dictionary. */
export interface KnownNetwork {
  /** The program's name in this folder. */
  readonly file: string;
  /** Without buffers. */
  readonly parameters: number;
  readonly tensors: readonly (readonly [name: string, shape: readonly number[]])[];
}

/** What a network computes in inference from tensors and an input by formula. */
export interface KnownValues {
  readonly file: string;
  readonly samples: number;
  /** A sample's shape. */
  readonly sample: readonly number[];
  /** Tensor i, in the state dictionary's order, has the seed `seed + i`, the input `seed + 999`. */
  readonly seed: number;
  readonly parameters: number;
  /** Every `stride`-th number of the result is in `values`. */
  readonly stride: number;
  readonly values: readonly number[];
}

interface Fixture {
  readonly networks: readonly KnownNetwork[];
  readonly values: readonly KnownValues[];
}

export function knownNetworks(): Fixture {
  return JSON.parse(readFileSync(new URL('../fixtures/networks.json', import.meta.url), 'utf8'));
}

/** A program of this folder or of `models/`, by its name without `.net`; imports are relative to it. */
export function programFile(name: string): SourceFile {
  const own = `test/programs/${name}.net`;
  const path = existsSync(own) ? own : `models/${name}.net`;
  return { path, text: readFileSync(path, 'utf8') };
}

/** The range of a tensor's values by formula, as `bounds` in networks.py. */
export function boundsOf(name: string, shape: readonly number[]): readonly [low: number, high: number] {
  if (shape.length > 1) {
    const bound = Math.sqrt(6 / shape.slice(1).reduce((product, size) => product * size, 1));
    return [-bound, bound];
  }
  return name.endsWith('.weight') || name.endsWith('running_var') ? [0.5, 1.5] : [-0.5, 0.5];
}
