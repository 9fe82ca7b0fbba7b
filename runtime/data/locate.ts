/**
 * Where a data set's files lie: the folder that the user names, the one beside the `.net` file, `NETC_DATA`, the cache.
 * Looks; neither reads nor downloads.
 */
import { nodeModules } from '../host/node.ts';
import type { DatasetSpec, OwnFolder } from './dataset.ts';

/** Where downloads are kept: `NETC_CACHE`, else the system's cache folder, with a folder for each data set and for `weights`. */
export function cacheFolder(name: string): string {
  const { path, os } = nodeModules('the cache of downloads');
  const { NETC_CACHE, XDG_CACHE_HOME } = process.env;
  const root = NETC_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'netc');
  return path.join(root, name);
}

/**
 * The folders that are searched, in order. Only `folder` if the user gave one: then nothing else may take its place.
 * A data set of one's own is looked for beside its `.net` file first, where nothing of the same name can be meant, and not
 * in the cache, which holds downloads. `NETC_DATA` may hold the files themselves or a folder for each data set.
 */
export function searchedFolders({ name, own }: DatasetSpec, folder: string | undefined): readonly string[] {
  const { path } = nodeModules('looking for data');
  if (folder !== undefined) return [folder];
  const { NETC_DATA } = process.env;
  const named = NETC_DATA ? [NETC_DATA, path.join(NETC_DATA, name)] : [];
  return own ? [ownFolder(own), ...named] : [...named, cacheFolder(name)];
}

/** As it is seen from here if that is shorter, because it is shown to people. */
export function ownFolder({ folder, module }: OwnFolder): string {
  const { path, url } = nodeModules('looking for data');
  const absolute = path.resolve(path.dirname(url.fileURLToPath(module)), folder);
  const near = path.relative(process.cwd(), absolute) || '.';
  return near.length < absolute.length ? near : absolute;
}

/** Where the files should be put that are missing from all of these. */
export function properFolder(dataset: DatasetSpec, folders: readonly string[]): string | undefined {
  return dataset.own ? folders[0] : folders.at(-1);
}

/** The first folder's file of this name, also as it is called once unpacked (without `.gz`); undefined if there is none. */
export function findFile(file: string, folders: readonly string[]): string | undefined {
  const { fs, path } = nodeModules('looking for data');
  for (const folder of folders) {
    for (const name of [file, file.replace(/\.gz$/, '')]) {
      const candidate = path.join(folder, name);
      if (fs.statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
    }
  }
  return undefined;
}
