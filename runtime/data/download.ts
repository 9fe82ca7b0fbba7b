/**
 * Downloads a file of a data set or of weights into the cache: from the first address that works, checked by its SHA-256,
 * and only then under its own name. Needs Node.
 */
import { UserError } from '../errors.ts';
import { makeFolder, megabytes, reasonFor, writeFileAtomically } from '../host/files.ts';
import { nodeModules } from '../host/node.ts';

/** Given up after so many milliseconds without a byte. */
const stalled = 20_000;

/** A line for people about what is going on; called often. */
export type Report = (line: string) => void;

export interface Download {
  readonly file: string;
  /** The file's hash, or how it begins, in lower-case hexadecimal; any file is right without it. */
  readonly sha256?: string;
}

/** Downloads to `folder` and returns the path, or throws `UserError` with what went wrong at each address. */
export async function download(
  { file, sha256 }: Download,
  urls: readonly string[],
  folder: string,
  report: Report,
): Promise<string> {
  const { path } = nodeModules('downloading data');
  const target = path.join(folder, file);
  try {
    await makeFolder(folder);
  } catch (error) {
    throw new UserError(`cannot make the folder ${folder}: ${reasonFor(error)}; name another one with NETC_CACHE`);
  }
  const failures: string[] = [];
  for (const base of urls) {
    const url = new URL(file, base).href;
    try {
      const parts = await fetchParts(url, (done, total) => {
        report(`downloading ${file}: ${megabytes(done)}${total ? ` of ${megabytes(total)}` : ''}`);
      });
      const found = hashOf(parts);
      if (sha256 === undefined || found.startsWith(sha256)) {
        await writeFileAtomically(target, parts, 'the download');
        return target;
      }
      failures.push(`${url}: its SHA-256 is ${found}, expected ${sha256}`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      failures.push(`${url}: ${networkReason(error)}`);
    }
  }
  throw new UserError(failures.map((failure) => `  ${failure}`).join('\n'));
}

async function fetchParts(url: string, progress: (done: number, total: number) => void): Promise<Uint8Array[]> {
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), stalled);
  try {
    const response = await fetch(url, { signal: abort.signal });
    if (!response.ok || !response.body)
      throw new Error(`the server answered ${response.status} ${response.statusText}`);
    const total = Number(response.headers.get('content-length') ?? 0);
    const parts: Uint8Array[] = [];
    let done = 0;
    const reader = response.body.getReader();
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      parts.push(read.value);
      done += read.value.length;
      progress(done, total);
      clearTimeout(timer);
      timer = setTimeout(() => abort.abort(), stalled);
    }
    return parts;
  } catch (error) {
    if (abort.signal.aborted) throw new Error(`no answer within ${stalled / 1000} s`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** `fetch` hides the reason in `cause`. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

/** The SHA-256. */
function hashOf(parts: readonly Uint8Array[]): string {
  const hash = nodeModules('checking a download').crypto.createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
