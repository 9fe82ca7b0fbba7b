/**
 * Opens a data set: the splits that are wanted, from the folder that the user names, the one beside the `.net` file,
 * `NETC_DATA`, the cache or the internet, or drawn (`synthetic`). Everything is checked here once, so that training cannot stumble over data later.
 */
import { UserError } from '../errors.ts';
import { readFile } from '../host/files.ts';
import type { Column, DatasetFile, DatasetSpec, FieldSpec, Split, SplitName, SplitSpec } from './dataset.ts';
import { download, type Report } from './download.ts';
import { readIdx } from './idx.ts';
import { cacheFolder, findFile, properFolder, searchedFolders } from './locate.ts';
import { canDraw, syntheticSplit } from './synthetic.ts';
import { unpack } from './unpack.ts';

/** Files of a data set are nowhere to be found, and could not be downloaded. */
export class DataNotFound extends UserError {}

export interface DataOptions {
  /** A folder, or `synthetic`. */
  readonly data?: string | undefined;
  /** No more than the first so many training samples will be used; pictures beyond them need not be drawn. */
  readonly limit?: number | undefined;
  /** Told about downloads; nothing is printed without it. */
  readonly report?: Report | undefined;
}

/**
 * Several splits in memory; whatever is missing of all of them is said, or downloaded, before any is read. Throws `UserError`
 * when one cannot be found or isn't what the data set says.
 */
export async function openSplits(
  dataset: DatasetSpec,
  names: readonly SplitName[],
  options: DataOptions = {},
): Promise<readonly Split[]> {
  if (options.data === 'synthetic') return names.map((name) => syntheticSplit(dataset, name, limitOf(name, options)));
  const splits = names.map((name) => findSplit(dataset, name));
  const paths = await locate(
    dataset,
    splits.flatMap((split) => split.files),
    options,
  );
  return inOrder(splits.map((split) => readSplit(dataset, split, paths)));
}

/** What all of them give; where several fail, the first in the list is told, not the first in time: a message is the same each time. */
async function inOrder<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}

/** A limit is one of training samples. */
function limitOf(name: SplitName, options: DataOptions): number | undefined {
  return name === 'train' ? options.limit : undefined;
}

function findSplit(dataset: DatasetSpec, name: SplitName): SplitSpec {
  const split = dataset.splits.find((candidate) => candidate.name === name);
  if (split) return split;
  const names = dataset.splits.map((candidate) => candidate.name).join(', ');
  throw new UserError(`the data set ${dataset.name} has no split \`${name}\`; its splits are: ${names}`);
}

async function readSplit(dataset: DatasetSpec, split: SplitSpec, paths: ReadonlyMap<string, string>): Promise<Split> {
  const { name, files } = split;
  const columns = await inOrder(
    dataset.sample.map(async (field) => {
      const file = files.find((candidate) => candidate.field === field.name);
      const path = file && paths.get(file.file);
      if (!file || path === undefined) {
        throw new UserError(`the split \`${name}\` of ${dataset.name} names no file for the field \`${field.name}\``);
      }
      return readColumn(path, file, field, dataset);
    }),
  );
  return { dataset, name, samples: sampleCount(columns, dataset, name), drawn: false, columns };
}

async function readColumn(path: string, file: DatasetFile, field: FieldSpec, dataset: DatasetSpec): Promise<Column> {
  const { bytes, sha256 } = await unpack(await readFile(path, 'the data file'), path);
  const column = readIdx(bytes, field, path);
  // The hash is that of the packed file; a file that the user has unpacked has another.
  if (file.sha256 !== undefined && path.endsWith(file.file) && sha256 !== file.sha256) {
    throw new UserError(
      `${path} is not the file that the data set declares: its SHA-256 is ${sha256}, expected ${file.sha256}; ` +
        `${dataset.urls.length > 0 ? 'delete it to have it downloaded again or' : 'copy it again or'}, if it is meant to differ, change \`sha256\` in the data set`,
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

/** Where each file is; what is nowhere is downloaded to the cache, one after the other. */
async function locate(
  dataset: DatasetSpec,
  files: readonly DatasetFile[],
  options: DataOptions,
): Promise<ReadonlyMap<string, string>> {
  const folders = searchedFolders(dataset, options.data);
  const paths = new Map<string, string>();
  for (const { file } of files) {
    const path = findFile(file, folders);
    if (path !== undefined) paths.set(file, path);
  }
  const missing = files.filter(({ file }) => !paths.has(file));
  if (missing.length > 0 && (options.data !== undefined || dataset.urls.length === 0)) {
    throw new DataNotFound(notFound(dataset, missing, folders, ''));
  }
  for (const file of missing) paths.set(file.file, await fetchFile(dataset, file, missing, folders, options.report));
  return paths;
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
    throw new DataNotFound(notFound(dataset, missing, folders, `, and downloading failed:\n${error.message}`));
  }
}

function notFound(
  dataset: DatasetSpec,
  missing: readonly DatasetFile[],
  folders: readonly string[],
  why: string,
): string {
  const drawn = canDraw(dataset) ? '; --data synthetic trains on drawn pictures and needs no files' : '';
  return (
    `the data set ${dataset.name} is not there: ${missing.map(({ file }) => file).join(', ')} not found in ${folders.join(', ')}${why}\n` +
    `Put the files into ${properFolder(dataset, folders)}, or name their folder with --data DIR or NETC_DATA${drawn}`
  );
}
