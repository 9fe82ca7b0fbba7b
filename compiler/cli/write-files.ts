/** Writes the generated files below a folder, each at once, and leaves alone what would not change. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../runtime/errors.ts';
import { reasonFor, writeFileAtomically } from '../../runtime/host/files.ts';

/** The paths that were written, without those that already held this text: build tools see no change where there is none. */
export async function writeFiles(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { path, text } of files) {
    const target = join(folder, path);
    if (currentText(target) === text) continue;
    try {
      mkdirSync(dirname(target), { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make the folder ${dirname(target)}: ${reasonFor(error)}; name another one`);
    }
    await writeFileAtomically(target, [new TextEncoder().encode(text)], 'the generated file');
    written.push(target);
  }
  return written;
}

function currentText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
