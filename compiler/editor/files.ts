/**
 * The files as the editor sees them: what is open wins over what is on disk, and a file that did not change is the same
 * object each time, so that it is parsed once. Knows paths and addresses, nothing of what the files say.
 */
import { readFileSync, statSync } from 'node:fs';
import { posix, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fileHost, LIBRARY, withoutByteOrderMark } from '../cli/host.ts';
import type { CompilerHost } from '../compilation.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';

/** What the library's files are called in messages. */
const LIBRARY_PATH = 'std/';

interface OpenFile {
  readonly uri: string;
  readonly file: SourceFile;
}

interface StoredFile {
  readonly stamp: string;
  readonly file: SourceFile;
}

const withSlashes = (path: string): string => (sep === '/' ? path : path.split(sep).join('/'));
const libraryFolder = withSlashes(LIBRARY);

export class Files implements CompilerHost {
  readonly #open = new Map<string, OpenFile>();
  readonly #stored = new Map<string, StoredFile>();

  /** The path by which messages and imports know an address. Of other schemes than `file:`, the address itself. */
  path(uri: string): string {
    if (!uri.startsWith('file:')) return uri;
    try {
      const path = withSlashes(fileURLToPath(uri));
      return path.startsWith(libraryFolder) ? LIBRARY_PATH + path.slice(libraryFolder.length) : path;
    } catch {
      return uri;
    }
  }

  /** The address of a path: as the editor wrote it where the file is open. */
  uri(path: string): string {
    const open = this.#open.get(path);
    if (open) return open.uri;
    if (this.isLibrary(path)) return pathToFileURL(libraryFolder + path.slice(LIBRARY_PATH.length)).href;
    return /^[a-z][a-z0-9+.-]+:/i.test(path) ? path : pathToFileURL(path).href;
  }

  isLibrary(path: string): boolean {
    return path.startsWith(LIBRARY_PATH);
  }

  /** A file was opened, or changed while it is. */
  set(uri: string, text: string): void {
    const path = this.path(uri);
    // The library is what the compiler uses, whatever a window shows of it.
    if (!this.isLibrary(path)) this.#open.set(path, { uri, file: { path, text } });
  }

  close(uri: string): void {
    this.#open.delete(this.path(uri));
  }

  /** The open files' paths. */
  get open(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The file as it is now; undefined where there is none. */
  read(path: string): SourceFile | undefined {
    if (this.isLibrary(path)) return this.library().find((file) => file.path === path);
    return this.#open.get(path)?.file ?? this.#fromDisk(path);
  }

  readImport(path: string, from: SourceFile): SourceFile | undefined {
    return path.endsWith('.net') ? this.read(this.resolve(path, from)) : undefined;
  }

  /** The path that an import means. */
  resolve(path: string, from: SourceFile): string {
    return posix.isAbsolute(path) ? path : posix.join(posix.dirname(from.path), path);
  }

  library(): readonly SourceFile[] {
    return fileHost.library();
  }

  #fromDisk(path: string): SourceFile | undefined {
    try {
      const { mtimeMs, size } = statSync(path);
      const stamp = `${mtimeMs} ${size}`;
      const known = this.#stored.get(path);
      if (known?.stamp === stamp) return known.file;
      const file = { path, text: withoutByteOrderMark(readFileSync(path, 'utf8')) };
      this.#stored.set(path, { stamp, file });
      return file;
    } catch {
      this.#stored.delete(path);
      return undefined;
    }
  }
}
