/**
 * Opens a data set: the splits that are wanted, from the folder that the user names, `NETC_DATA`, the cache or the
 * internet, or drawn (`synthetic`). Everything is checked here once, so that training cannot stumble over data later.
 */
import { UserError } from '../errors.ts';
import { readFile } from '../host/files.ts';
import type { Column, DatasetFile, DatasetSpec, FieldSpec, Split, SplitName } from './dataset.ts';
import { download, type Report } from './download.ts';
import { readIdx } from './idx.ts';
import { cacheFolder, findFile, searchedFolders } from './locate.ts';
import { syntheticSplit } from './synthetic.ts';
import { unpack } from './unpack.ts';

export interface DataOptions {
  /** A folder, or `synthetic`. */
  readonly data?: string | undefined;
  /** No more than the first so many samples will be used; pictures beyond them need not be drawn. */
  readonly limit?: number | undefined;
  /** Told about downloads; nothing is printed without it. */
  readonly report?: Report | undefined;
}

/** One split in memory. Throws `UserError` when it cannot be found or isn't what the data set says. */
export async function openSplit(dataset: DatasetSpec, name: SplitName, options: DataOptions = {}): Promise<Split> {
  if (options.data === 'synthetic') return syntheticSplit(dataset, name, options.limit);
  const split = dataset.splits.find((candidate) => candidate.name === name);
  if (!split) {
    const names = dataset.splits.map((candidate) => candidate.name).join(', ');
    throw new UserError(`the data set ${dataset.name} has no split \`${name}\`; its splits are: ${names}`);
  }
  const paths = await locate(dataset, split.files, options);
  const columns = await Promise.all(
    dataset.sample.map((field) => {
      const at = split.files.findIndex((file) => file.field === field.name);
      const file = split.files[at];
      const path = paths[at];
      if (!file || path === undefined) {
        throw new UserError(`the split \`${name}\` of ${dataset.name} names no file for the field \`${field.name}\``);
      }
      return readColumn(path, file, field);
    }),
  );
  return { dataset, name, samples: sampleCount(columns, dataset, name), columns };
}

async function readColumn(path: string, file: DatasetFile, field: FieldSpec): Promise<Column> {
  const { bytes, sha256 } = await unpack(await readFile(path, 'the data file'), path);
  const column = readIdx(bytes, field, path);
  // The hash is that of the packed file; a file that the user has unpacked has another.
  if (file.sha256 !== undefined && path.endsWith(file.file) && sha256 !== file.sha256) {
    throw new UserError(
      `${path} is not the file that the data set declares: its SHA-256 is ${sha256}, expected ${file.sha256}; ` +
        'delete it to have it downloaded again or, if it is meant to differ, change `sha256` in the data set',
    );
  }
  return column;
}

function sampleCount(columns: readonly Column[], dataset: DatasetSpec, name: SplitName): number {
  const counts = columns.map(({ data, size }) => data.length / size);
  const samples = counts[0] ?? 0;
  if (samples === 0) throw new UserError(`the split \`${name}\` of ${dataset.name} has no samples`);
  const odd = counts.findIndex((count) => count !== samples);
  if (odd >= 0) {
    throw new UserError(
      `the split \`${name}\` of ${dataset.name} has ${samples} of \`${columns[0]?.field.name}\` but ${counts[odd]} of ` +
        `\`${columns[odd]?.field.name}\`; both files must be of the same split`,
    );
  }
  return samples;
}

/** The path of each file; what is nowhere is downloaded to the cache. */
async function locate(dataset: DatasetSpec, files: readonly DatasetFile[], options: DataOptions): Promise<string[]> {
  const folders = searchedFolders(dataset.name, options.data);
  const paths = files.map((file) => findFile(file.file, folders));
  const missing = files.filter((_, i) => paths[i] === undefined);
  if (missing.length > 0 && (options.data !== undefined || dataset.urls.length === 0)) {
    throw new UserError(notFound(dataset, missing, folders, ''));
  }
  const found: string[] = [];
  for (const [i, file] of files.entries()) {
    found.push(paths[i] ?? (await fetchFile(dataset, file, missing, folders, options.report)));
  }
  return found;
}

async function fetchFile(
  dataset: DatasetSpec,
  file: DatasetFile,
  missing: readonly DatasetFile[],
  folders: readonly string[],
  report: Report | undefined,
): Promise<string> {
  try {
    return await download(file, dataset.urls, cacheFolder(dataset.name), report ?? (() => {}));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(notFound(dataset, missing, folders, `, and downloading failed:\n${error.message}`));
  }
}

function notFound(
  dataset: DatasetSpec,
  missing: readonly DatasetFile[],
  folders: readonly string[],
  why: string,
): string {
  return (
    `the data set ${dataset.name} is not there: ${missing.map(({ file }) => file).join(', ')} not found in ${folders.join(', ')}${why}\n` +
    `Put the files into ${folders.at(-1)}, or name their folder with --data DIR or NETC_DATA; --data synthetic trains on drawn pictures and needs no files`
  );
}
