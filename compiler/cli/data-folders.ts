/** Where generated modules look for data sets of one's own: in `data/` beside the `.net` file that declares them. */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { EmitUnit } from '../7-emit/index.ts';

/** Where the data set lies that a `.net` file declares without saying where to get it. */
export const ownFolder = (file: string): string => resolve(dirname(file), 'data');

/**
 * For `EmitOptions.dataFolders`. Relative to the output folder, so that a project can be moved as a whole; absolute without
 * one, for programs in the cache.
 */
export function dataFolders(units: readonly EmitUnit[], output?: string): Readonly<Record<string, string>> {
  const files = units.flatMap(({ training }) => (training ? [training.dataset.span.file.path] : []));
  return Object.fromEntries(
    files.map((file) => {
      const folder = ownFolder(file);
      const seen = output === undefined ? folder : relative(resolve(output), folder);
      // On another drive it stays absolute.
      return [file, isAbsolute(seen) ? seen : seen.split(sep).join('/')];
    }),
  );
}
