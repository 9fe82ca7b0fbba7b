/**
 * The open files with what is known of each. An analysis is made when somebody asks, and kept as long as every file that it
 * read is what it was: nothing has to be told which files depend on which.
 */

import { BodyMemo } from '../2-check/memo.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { type Inspection, inspect } from '../front-end.ts';
import { Files } from './files.ts';
import { Knowledge } from './knowledge.ts';
import { defaultSettings, type Settings } from './settings.ts';

/** What is known of one file and the program that begins in it. */
export interface Checked extends Inspection {
  readonly file: SourceFile;
  readonly knowledge: Knowledge;
  /** Imports that were not found. */
  readonly missing: readonly string[];
}

/** Analyses of files that are not open, for references: only so many are kept. */
const MOST_CLOSED = 16;

export class Workspace {
  readonly files = new Files();
  settings: Settings = defaultSettings;
  /** Folders that were opened, as paths. */
  folders: readonly string[] = [];
  readonly #known = new Map<string, Checked>();
  /** What the library's layers are, from one keystroke to the next. */
  readonly #memo = new BodyMemo();

  /** The analysis of a file as it is now; undefined where there is no such file. */
  check(path: string): Checked | undefined {
    const known = this.#known.get(path);
    if (known && this.isFresh(known)) return known;
    const file = this.files.read(path);
    this.#known.delete(path);
    if (!file) return undefined;
    const checked = this.#analyze(file);
    this.#known.set(path, checked);
    this.#forgetOld();
    return checked;
  }

  /** By the address that the editor uses. */
  checkUri(uri: string): Checked | undefined {
    return this.check(this.files.path(uri));
  }

  isFresh({ files, file, missing }: Checked): boolean {
    return (
      [file, ...files].every((each) => this.files.read(each.path) === each) &&
      missing.every((path) => this.files.read(path) === undefined)
    );
  }

  #analyze(file: SourceFile): Checked {
    const ofLibrary = this.files.isLibrary(file.path);
    const knowledge = new Knowledge(ofLibrary);
    const missing: string[] = [];
    const host = {
      library: () => this.files.library(),
      readImport: (path: string, from: SourceFile) => {
        const found = this.files.readImport(path, from);
        if (!found) missing.push(this.files.resolve(path, from));
        return found;
      },
    };
    // The library is in every program already.
    const entry = ofLibrary ? { path: '', text: '' } : file;
    const { files, ...inspection } = inspect(entry, host, { observer: knowledge, memo: this.#memo });
    return { ...inspection, files: ofLibrary ? [] : files, file, knowledge, missing };
  }

  #forgetOld(): void {
    const open = new Set(this.files.open);
    const closed = [...this.#known.keys()].filter((path) => !open.has(path));
    for (const path of closed.slice(0, Math.max(0, closed.length - MOST_CLOSED))) this.#known.delete(path);
  }
}
