/** The build, for tests of the command line: what users run, and started in a quarter of the time that the sources take. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.ts';

/** The command as the package ships it. */
export const COMMAND = join(root, 'dist/compiler/cli/main.js');

/** Builds where a source is newer than what was built of it. Throws with the compiler's messages where that fails. */
export function buildIfStale(): void {
  const built = existsSync(COMMAND) ? statSync(COMMAND).mtimeMs : 0;
  const changed = ['compiler', 'runtime'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > built,
    ),
  );
  if (changed) execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
}
