/**
 * Generated TypeScript as a running program, for `netc train` and `netc eval`: the same files that `netc FILE` writes, with
 * their types erased, in the cache folder, importing the runtime that this command belongs to.
 *
 * They stay there under a hash of everything that they were made from, so that the next run starts without compiling:
 * loading the TypeScript compiler alone takes longer than compiling a model.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from '../../runtime/data/locate.ts';
import { UserError } from '../../runtime/errors.ts';
import { reasonFor } from '../../runtime/host/files.ts';
import type { EmittedFile } from '../7-emit/index.ts';
import { snakeCase, stemOf } from '../7-emit/names.ts';
import { RUNTIME } from './scripts.ts';

/** Programs that are kept; the least recently made go first. */
const KEPT = 16;

/** Everything of this package that a compiled program depends on: the compiler with the standard library, and the runtime. */
const COMPILER = fileURLToPath(new URL('../', import.meta.url));

/** A program in the cache. */
export class GeneratedProgram {
  readonly #folder: string;
  readonly #source: string;

  constructor(folder: string, source: string) {
    this.#folder = folder;
    this.#source = source;
  }

  /** The module with the classes and what training needs beside the loop. */
  classes(): Promise<Readonly<Record<string, unknown>>> {
    return this.#load(`${stemOf(this.#source)}.js`);
  }

  /** The loop of the `train` declaration with this name, or of the only one. Throws `UserError` when there is no such loop. */
  trainingLoop(name: string | undefined): Promise<Readonly<Record<string, unknown>>> {
    const loops = readdirSync(this.#folder).filter((file) => file.endsWith('.train.js'));
    const wanted = name === undefined ? loops : loops.filter((file) => file.endsWith(`.${snakeCase(name)}.train.js`));
    const [loop] = wanted;
    if (loop === undefined || wanted.length > 1) throw new UserError(this.#noLoop(loops, name));
    return this.#load(loop);
  }

  #noLoop(loops: readonly string[], name: string | undefined): string {
    if (loops.length === 0)
      return `${this.#source} has no \`train\` declaration; add \`train Model on Dataset { … }\` to it`;
    const names = loops.map((file) => file.slice(stemOf(this.#source).length + 1, -'.train.js'.length)).join(', ');
    return name === undefined
      ? `${this.#source} has several \`train\` declarations; choose one with --name: ${names}`
      : `${this.#source} has no \`train\` declaration called ${name}; it has ${names || 'one, which needs no --name'}`;
  }

  async #load(file: string): Promise<Readonly<Record<string, unknown>>> {
    return await import(pathToFileURL(join(this.#folder, file)).href);
  }
}

/** The program that an earlier run left, if nothing that it depends on has changed since. `tuned`: what was known to the compiler. */
export function findProgram(source: string, tuned = ''): GeneratedProgram | undefined {
  const folder = join(cacheFolder('programs'), keyOf(source, tuned));
  return isFolder(folder) ? new GeneratedProgram(folder, source) : undefined;
}

/** Stores the scripts; `keep` lets later runs find them. Throws `UserError` where nothing can be written. */
export function storeProgram(
  source: string,
  scripts: readonly EmittedFile[],
  keep: boolean,
  tuned = '',
): GeneratedProgram {
  const root = cacheFolder('programs');
  const folder = join(root, keep ? keyOf(source, tuned) : `once-${process.pid}-${Date.now()}`);
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    mkdirSync(temporary, { recursive: true });
    for (const { path, text } of [...scripts, { path: 'package.json', text: '{ "type": "module" }\n' }]) {
      writeFileSync(join(temporary, path), text);
    }
    forgetOld(root);
    renameSync(temporary, folder);
  } catch (error) {
    discard(temporary);
    // Unless another run has just stored the same.
    if (!isFolder(folder)) {
      throw new UserError(
        `cannot store the compiled program in ${folder}: ${reasonFor(error)}; NETC_CACHE=DIR names another folder for it`,
      );
    }
  }
  return new GeneratedProgram(folder, source);
}

function forgetOld(root: string): void {
  const folders = readdirSync(root).map((name) => join(root, name));
  const age = (folder: string): number => statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const old = folders.sort((a, b) => age(b) - age(a)).slice(KEPT);
  for (const folder of old) discard(folder);
}

/** What cannot be removed stays: it does no harm. */
function discard(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {}
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/** Changes with the sources' text, and with any file of the compiler. */
function keyOf(source: string, tuned: string): string {
  const hash = createHash('sha256').update(RUNTIME).update(tuned);
  for (const path of filesBelow(COMPILER)) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  for (const [path, text] of [...closure(resolve(source), new Map())].sort()) hash.update(`${path}\0${text}\0`);
  return hash.digest('hex').slice(0, 32);
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter(
    (entry) => entry.isFile() && !entry.name.endsWith('.map') && !entry.parentPath.includes('node_modules'),
  );
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** The source and every file that it may import: whatever `.net` file a string in it names, which includes its imports. */
function closure(path: string, found: Map<string, string>): Map<string, string> {
  if (found.has(path)) return found;
  if (!existsSync(path) || !statSync(path).isFile()) return found;
  const text = readFileSync(path, 'utf8');
  found.set(path, text);
  for (const [, name] of text.matchAll(/"([^"\n]+\.net)"/g)) if (name) closure(resolve(dirname(path), name), found);
  return found;
}
