/**
 * Where `.net` files lie, for generated modules: beside them they look for weights, and in `data/` for data sets of one's own.
 */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { EmitUnit } from '../7-emit/index.ts';

/** Where the data set lies that a `.net` file declares without saying where to get it. */
export const ownFolder = (file: string): string => resolve(dirname(file), 'data');

/**
 * For `EmitOptions.sourceFolders`. Relative to the output folder, so that a project can be moved as a whole; absolute without
 * one, for programs in the cache.
 */
export function sourceFolders(units: readonly EmitUnit[], output?: string): Readonly<Record<string, string>> {
  const files = units.flatMap(({ training }) =>
    training ? [training.span.file.path, training.dataset.span.file.path] : [],
  );
  return Object.fromEntries(
    files.map((file) => {
      const folder = resolve(dirname(file));
      const seen = output === undefined ? folder : relative(resolve(output), folder) || '.';
      // On another drive it stays absolute.
      return [file, isAbsolute(seen) ? seen : seen.split(sep).join('/')];
    }),
  );
}
