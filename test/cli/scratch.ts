/** A folder of a test file's own, for the files that its commands are given. Removed after its tests. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export interface Scratch {
  readonly folder: string;
  /** Returns the path. */
  readonly write: (name: string, text: string) => string;
}

export function scratchFolder(): Scratch {
  const folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return { folder, write };
}
