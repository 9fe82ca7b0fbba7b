/**
 * Where a data set's files lie: the folder that the user names, `NETC_DATA`, the cache. Looks; neither reads nor downloads.
 */
import { nodeModules } from '../host/node.ts';

/** Where downloads are kept: `NETC_CACHE`, else the system's cache folder, with a folder for each data set. */
export function cacheFolder(dataset: string): string {
  const { path, os } = nodeModules('the cache of data sets');
  const { NETC_CACHE, XDG_CACHE_HOME } = process.env;
  const root = NETC_CACHE || path.join(XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'netc');
  return path.join(root, dataset);
}

/**
 * The folders that are searched, in order. Only `folder` if the user gave one: then nothing else may take its place.
 * `NETC_DATA` may hold the files themselves or a folder for each data set.
 */
export function searchedFolders(dataset: string, folder: string | undefined): readonly string[] {
  const { path } = nodeModules('looking for data');
  if (folder !== undefined) return [folder];
  const { NETC_DATA } = process.env;
  return [...(NETC_DATA ? [NETC_DATA, path.join(NETC_DATA, dataset)] : []), cacheFolder(dataset)];
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
