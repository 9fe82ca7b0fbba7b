/** The package's own description: its version and where to report a defect. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package's root: the nearest folder above this file that holds a package.json (the sources and `dist` differ in depth). */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** `0.1.0`, from package.json. */
export function version(): string {
  const description: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const isRecord = typeof description === 'object' && description !== null && 'version' in description;
  return isRecord ? String(description.version) : 'unknown';
}
