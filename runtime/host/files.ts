/**
 * Reading and writing files with errors that a person can act on. A file is written under a temporary name and renamed,
 * so that nobody ever sees half of one and a failed write leaves the old one as it was.
 */
import { UserError } from '../errors.ts';
import { nodeModules } from './node.ts';

/** The operating system's reason in words, with what to do about it. */
export function reasonFor(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'the permission is missing';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EDQUOT':
      return 'the disk quota is used up';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a folder';
    case 'EISDIR':
      return 'it is a folder, not a file';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** `ENOENT`, …; undefined for errors that are not the operating system's. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The whole file, or undefined when there is none. Throws `UserError` when it is there but cannot be read. */
export async function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  const { fs } = nodeModules(`reading ${path}`);
  try {
    return await fs.promises.readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined;
    throw new UserError(`cannot read ${path}: ${reasonFor(error)}`);
  }
}

/** The whole file. `what` names it in the error: `the weights`. */
export async function readFile(path: string, what: string): Promise<Uint8Array> {
  const bytes = await readIfPresent(path);
  if (!bytes) throw new UserError(`cannot read ${what} ${path}: there is no such file`);
  return bytes;
}

/**
 * Makes the folder and those above it. Step by step, as `mkdir` with `recursive` never returns on file systems that answer
 * "no such folder" where nothing can be made (Node 20, `/proc`). Throws the operating system's error.
 */
export async function makeFolder(folder: string): Promise<void> {
  const { fs, path } = nodeModules(`making ${folder}`);
  const missing: string[] = [];
  let at = path.resolve(folder);
  while (!fs.existsSync(at)) {
    missing.push(at);
    at = path.dirname(at);
  }
  if (missing.length === 0 && !fs.statSync(at).isDirectory()) await fs.promises.mkdir(at);
  for (const one of missing.reverse()) {
    await fs.promises.mkdir(one).catch((error) => {
      // Another process may have been faster.
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  }
}

/** Replaces the file at once, or throws `UserError` and leaves it as it was. `parts` are written one after the other. */
export async function writeFileAtomically(path: string, parts: readonly Uint8Array[], what: string): Promise<void> {
  const { fs } = nodeModules(`writing ${path}`);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await fs.promises.open(temporary, 'w');
    try {
      for (const part of parts) await file.writeFile(part);
      // On the disk before the rename: after a power failure there is the old file or the new one.
      await file.sync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(temporary, path);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => {});
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    throw new UserError(
      `cannot write ${what} ${path} (${megabytes(bytes)}): ${reasonFor(error)}. What was there before is unchanged; ` +
        'make room or name another folder, then try again',
    );
  }
}

/** `2.4 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 100_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
