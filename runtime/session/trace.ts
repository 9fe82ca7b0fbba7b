/**
 * Finds the kernel where a value that is not finite first appears. Works on any device that can run one kernel and read
 * a buffer. Does not repair anything: afterwards the buffers hold what the program computed.
 */
import type { ModuleSpec, ProgramName } from '../program.ts';
import { sizeOf } from '../program.ts';
import { bufferAt, programOf } from './buffers.ts';

export interface Tracer {
  runKernel(kernel: number): Promise<void>;
  readFloats(buffer: number, length: number): Promise<Float32Array>;
  clear(buffer: number): void;
}

/** Values with all exponent bits set: infinities and NaN. By bits, as on the devices, where comparisons may be assumed away. */
function countNotFinite(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let count = 0;
  for (const word of bits) if ((word & 0x7f800000) === 0x7f800000) count++;
  return count;
}

/**
 * The label of the first kernel of `program` after which a buffer that it writes holds more values that are not finite
 * than before; undefined if there is none. Slots shared by intermediate values are cleared first, so that what an earlier
 * run left in them is not held against a kernel that writes only a part.
 */
export async function trace(
  module: ModuleSpec,
  program: ProgramName,
  n: number,
  device: Tracer,
): Promise<string | undefined> {
  const floats = (buffer: number) => bufferAt(module, buffer).element === 'f32';
  const notFinite = async (buffer: number) =>
    countNotFinite(await device.readFloats(buffer, sizeOf(bufferAt(module, buffer).size, n)));

  for (const [buffer, { role }] of module.buffers.entries())
    if (role === 'scratch' || role === 'output' || role === 'record' || role === 'gradients') device.clear(buffer);
  for (const index of programOf(module, program).kernels) {
    const kernel = module.kernels[index];
    if (kernel === undefined) throw new RangeError(`program ${program} has a kernel ${index} that does not exist`);
    const written = kernel.buffers.filter(({ access, buffer }) => access === 'read_write' && floats(buffer));
    const before = new Map<number, number>();
    for (const { buffer } of written) before.set(buffer, await notFinite(buffer));
    await device.runKernel(index);
    for (const { buffer } of written) if ((await notFinite(buffer)) > (before.get(buffer) ?? 0)) return kernel.label;
  }
  return undefined;
}
