/**
 * The file system as the compiler sees it: sources under the paths that messages show, imports relative to the file that
 * names them, and the standard library. It and the editor are the only places of the compiler that read `.net` files.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../runtime/errors.ts';
import { reasonFor } from '../../runtime/host/files.ts';
import { restoredTree } from '../1-parse/stored.ts';
import { nearest } from '../2-check/suggest.ts';
import type { CompilerHost } from '../compilation.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { parsedBefore } from '../front-end.ts';

/** The library's folder: `compiler/std` beside this file's folder, in the sources as in `dist`. */
export const LIBRARY = fileURLToPath(new URL('../std/', import.meta.url));

/** A path as messages show it: with `/`, relative to where the command was given if that is shorter. */
export function shownPath(path: string): string {
  const plain = isAbsolute(path) ? path : normalize(path);
  const near = isAbsolute(path) ? relative(process.cwd(), path) : plain;
  const shown = near !== '' && near.length < plain.length ? near : plain;
  return sep === '/' ? shown : shown.split(sep).join('/');
}

/** A file that the command line names. Throws `UserError` when it cannot be read. */
export function readSource(path: string): SourceFile {
  try {
    return { path: shownPath(path), text: withoutByteOrderMark(readFileSync(path, 'utf8')) };
  } catch (error) {
    throw new UserError(`cannot read ${path}: ${reasonFor(error)}${otherFiles(path)}`);
  }
}

/** What a mistyped path may have meant: the nearest of its folder's `.net` files, else all of them. */
function otherFiles(path: string): string {
  const folder = dirname(path);
  const names = existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder) : [];
  const sources = names.filter((name) => name.endsWith('.net')).sort();
  const near = nearest(basename(path), sources);
  if (near !== undefined) return `; did you mean ${join(folder, near)}?`;
  return sources.length === 0 ? '' : `; ${folder} has ${sources.join(', ')}`;
}

/** The `.net` file that an import names, seen from the file that it stands in; undefined when there is no such file. */
export function readImport(path: string, from: SourceFile): SourceFile | undefined {
  if (!path.endsWith('.net')) return undefined;
  const target = isAbsolute(path) ? path : join(dirname(from.path), path);
  try {
    return { path: shownPath(target), text: withoutByteOrderMark(readFileSync(target, 'utf8')) };
  } catch {
    return undefined;
  }
}

/** The standard library's files, in the order of their names. Where the build left their trees, these need no parsing. */
export function readLibrary(): SourceFile[] {
  const names = readdirSync(LIBRARY).filter((name) => name.endsWith('.net'));
  return names.sort().map((name) => {
    const file = { path: `std/${name}`, text: readFileSync(join(LIBRARY, name), 'utf8') };
    const tree = join(LIBRARY, `${name}.json`);
    if (existsSync(tree)) parsedBefore(file, restoredTree(readFileSync(tree, 'utf8'), file));
    return file;
  });
}

/** The compiler's view of the file system. The library is read once: it is part of the program that runs. */
export const fileHost: CompilerHost = { readImport, library: once(readLibrary) };

function once<T>(read: () => T): () => T {
  let known: T | undefined;
  return () => {
    known ??= read();
    return known;
  };
}

export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
