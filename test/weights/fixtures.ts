/** The files that PyTorch wrote (`fixtures/make_fixtures.py`) and what it reads from them itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface ExpectedTensor {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Row-major, little-endian, in hexadecimal digits. */
  readonly bytes: string;
}

export const fixturePath = (name: string): string => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));

/** A copy of its own, as a test may change it. */
export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(fixturePath(name)));

export const expected: Readonly<Record<string, readonly ExpectedTensor[]>> = JSON.parse(
  readFileSync(fixturePath('expected.json'), 'utf8'),
);
