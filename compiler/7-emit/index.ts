/**
 * Emission: from compiled units to TypeScript. The files import nothing but `netc/runtime` and one another; the same input
 * gives the same bytes. Writes nothing: the caller decides where the files go.
 */
import type { EmitOptions, EmittedFile, EmitUnit } from './unit.ts';

export type { EmitOptions, EmittedFile, EmitUnit } from './unit.ts';

/**
 * The generated files of one source file: `<stem>.ts` with the classes, `<stem>.kernels.ts`, and `<stem>.train.ts` for a
 * `train` declaration (`<stem>.<name>.train.ts` where there are several).
 */
export async function emit(units: readonly EmitUnit[], options: EmitOptions): Promise<EmittedFile[]> {
  const { files } = await import('./files.ts');
  return files(units, options);
}
