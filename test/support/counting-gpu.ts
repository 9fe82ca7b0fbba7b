/**
 * What a program asks of WebGPU, counted at its interface: the adapter that this makes hands out a device whose calls are
 * passed on and noted. Whatever the runtime believes about itself, these are the calls that it made.
 */
import type { FoundAdapter } from '../../runtime/webgpu/adapter.ts';

export interface GpuCounts {
  /** Objects that were made. */
  buffers: number;
  bindGroups: number;
  shaders: number;
  pipelines: number;
  encoders: number;
  passes: number;
  /** Commands that were recorded. */
  dispatches: number;
  copies: number;
  /** Command buffers that were submitted, and buffers mapped for the host to read. */
  submits: number;
  readbacks: number;
  /** Calls of `writeBuffer`, and what they wrote. */
  writes: number;
  bytesWritten: number;
}

export function noCounts(): GpuCounts {
  return {
    ...{ buffers: 0, bindGroups: 0, shaders: 0, pipelines: 0, encoders: 0, passes: 0 },
    ...{ dispatches: 0, copies: 0, submits: 0, readbacks: 0, writes: 0, bytesWritten: 0 },
  };
}

/** `counts` goes on as it was, `since` says by how much each figure has grown. */
export function since(before: GpuCounts, counts: GpuCounts): GpuCounts {
  const result = noCounts();
  for (const key of Object.keys(result) as (keyof GpuCounts)[]) result[key] = counts[key] - before[key];
  return result;
}

/** An adapter like the one found, and what is asked of the devices that it gives. */
export function counting(found: FoundAdapter): { readonly found: FoundAdapter; readonly counts: GpuCounts } {
  const counts = noCounts();
  const buffer = (made: GPUBuffer) => {
    counts.buffers++;
    tap(made, 'mapAsync', () => void counts.readbacks++);
  };
  const pass = (made: GPUComputePassEncoder) => {
    counts.passes++;
    tap(made, 'dispatchWorkgroups', () => void counts.dispatches++);
  };
  const encoder = (made: GPUCommandEncoder) => {
    counts.encoders++;
    tap(made, 'beginComputePass', pass);
    tap(made, 'copyBufferToBuffer', () => void counts.copies++);
    tap(made, 'clearBuffer', () => void counts.copies++);
  };
  const written = (_: unknown, _buffer: GPUBuffer, _at: number, data: ArrayBuffer | Uint8Array, ...part: number[]) => {
    counts.writes++;
    const size = 'BYTES_PER_ELEMENT' in data ? data.BYTES_PER_ELEMENT : 1;
    counts.bytesWritten += size * (part[1] ?? data.byteLength / size - (part[0] ?? 0));
  };
  const device = (made: GPUDevice) => {
    tap(made, 'createBuffer', buffer);
    tap(made, 'createBindGroup', () => void counts.bindGroups++);
    tap(made, 'createShaderModule', () => void counts.shaders++);
    tap(made, 'createComputePipelineAsync', () => void counts.pipelines++);
    tap(made, 'createCommandEncoder', encoder);
    tap(made.queue, 'submit', () => void counts.submits++);
    tap(made.queue, 'writeBuffer', written);
  };
  tap(found.adapter, 'requestDevice', (made: Promise<GPUDevice>) => made.then(device));
  return { found, counts };
}

/** Lets `note` see the result and the arguments of every call of a method. */
function tap(target: object, name: string, note: (result: never, ...given: never[]) => unknown): void {
  const method: unknown = Reflect.get(target, name);
  if (typeof method !== 'function') throw new Error(`there is no method ${name}`);
  const value = (...given: unknown[]): unknown => {
    const result: unknown = Reflect.apply(method, target, given);
    Reflect.apply(note, undefined, [result, ...given]);
    return result;
  };
  Object.defineProperty(target, name, { value });
}
