/** Which of a module's buffers takes an input, and how tensors are stored. Reads the plan, decides nothing. */
import { buffersOf, type ModuleSpec, type ProgramName, type StorageElement } from '../../runtime/program.ts';
import type { TensorType } from '../ops/types.ts';

/** How a device's buffer holds elements of a type: truth values and classes as `i32`. */
export function storage(type: TensorType): StorageElement {
  switch (type.element) {
    case 'u8':
      return 'u8';
    case 'i32':
    case 'bool':
      return 'i32';
    case 'f32':
    case 'f16':
      return 'f32';
  }
}

/** The buffer that `infer` reads a model's input from. Two programs' inputs of one name may be two buffers. */
export function bufferOfInput(spec: ModuleSpec, name: string): number {
  const buffer = inputBuffer(spec, name, 'infer');
  if (buffer === undefined) throw new Error(`the inference program does not read the input ${name}`);
  return buffer;
}

/** The buffer that training reads a sample's field from; undefined where training does not use the field. */
export function bufferOfField(spec: ModuleSpec, name: string): number | undefined {
  return inputBuffer(spec, name, 'train');
}

function inputBuffer(spec: ModuleSpec, name: string, program: ProgramName): number | undefined {
  const used = buffersOf(spec, program);
  const found = spec.buffers.findIndex((b, index) => b.role === 'input' && b.name === name && used.has(index));
  return found < 0 ? undefined : found;
}

/** The buffer of the host's with a name and a role; undefined where the module has none. */
export function bufferOf(spec: ModuleSpec, name: string, role: 'input' | 'output'): number | undefined {
  const found = spec.buffers.findIndex((buffer) => buffer.role === role && buffer.name === name);
  return found < 0 ? undefined : found;
}

/** The buffer with the model's result. */
export function outputBuffer(spec: ModuleSpec): number {
  const found = spec.buffers.findIndex((buffer) => buffer.role === 'output');
  if (found < 0) throw new Error('the module has no output buffer');
  return found;
}
