/**
 * The WebAssembly engine: from a module's bytes to compiled code, with what this engine is able to do. Nothing here
 * changes what a kernel computes but for the rounding of fused sums.
 */
import { canFuse, fuse } from './fuse.ts';

/**
 * What V8 in Node may be asked for at run time. Relaxed SIMD waits behind a flag in Node 20. A function is compiled by the
 * optimizing compiler once it has used up its budget, which is meant for code that runs now and then; kernels run for ever,
 * and several times faster then.
 */
const relaxedSimd = '--experimental-wasm-relaxed-simd';
const eager = '--wasm-tiering-budget=100000';

/** Compiles a module, which may be used by other threads as well. `fma`: sums of products are fused where that is possible. */
export async function compile(module: string, fma: boolean): Promise<WebAssembly.Module> {
  const bytes = bytesOf(module);
  setFlag(eager);
  if (fma && (canFuse() || (setFlag(relaxedSimd) && canFuse()))) fuse(bytes);
  return WebAssembly.compile(bytes);
}

/** What hexadecimal digits spell. */
const bytesOf = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));

/** False where this is not Node. V8 says nothing of flags that it does not know. */
function setFlag(flag: string): boolean {
  const v8 = typeof process === 'undefined' ? undefined : process.getBuiltinModule?.('node:v8');
  v8?.setFlagsFromString(flag);
  return v8 !== undefined;
}
