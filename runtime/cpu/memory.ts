/**
 * Where everything lies in the CPU device's one shared memory: the control block, the uniforms, the dispatch lists, then
 * the buffers. Buffers whose size does not depend on the batch come first and never move, so that making room for a larger
 * batch only grows the memory behind them.
 */

import { UserError } from '../errors.ts';
import type { ModuleSpec, ProgramName } from '../program.ts';
import { byteSize, largestBatch } from '../session/buffers.ts';
import type { Words } from './participant.ts';

/** WebAssembly's page. */
const page = 65536;
/** 32-bit addresses: 4 GiB. The module's import must allow as many. */
const maximumPages = 65536;
/** One cache line, and enough for any SIMD access. */
const alignment = 64;

/** In the order in which the control block names them. */
export const programNames: readonly ProgramName[] = ['infer', 'evaluate', 'train'];

export interface Layout {
  readonly words: Words;
  /** Byte address of each buffer. */
  readonly addresses: readonly number[];
  /** Where the buffers that depend on the batch begin. */
  readonly movable: number;
  readonly bytes: number;
}

function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

/** Words that each program's dispatch list takes: its length, then per kernel four numbers and the addresses. */
function listLength(module: ModuleSpec, program: ProgramName): number {
  return module.programs[program].kernels.reduce((sum, k) => sum + 4 + (module.kernels[k]?.buffers.length ?? 0), 1);
}

export function layout(module: ModuleSpec, batch: number): Layout {
  const line = alignment / 4;
  const textLength = 240;
  // The words that threads wait on have a cache line each. Line 0 stays empty: address 0 is no buffer.
  const words: Words = {
    generation: line,
    idlers: 2 * line,
    arrived: 3 * line,
    sleepers: 4 * line,
    failed: 5 * line,
    run: 6 * line,
    programs: 7 * line,
    text: 8 * line,
    textLength,
    uniforms: 8 * line + textLength,
  };
  const lists = programNames.reduce((sum, name) => sum + listLength(module, name), 0);
  let end = align(4 * (words.uniforms + 1 + module.uniforms)) + 4 * lists;
  const addresses = module.buffers.map(() => 0);
  const place = (moves: boolean) => {
    for (const [index, spec] of module.buffers.entries())
      if ((spec.size.perSample !== 0) === moves) {
        addresses[index] = align(end);
        end = align(end) + byteSize(spec, batch);
      }
  };
  place(false);
  const movable = align(end);
  place(true);
  return { words, addresses, movable, bytes: end };
}

/** Writes the dispatch lists, with the addresses of `plan`, into the memory. */
export function writeLists(module: ModuleSpec, plan: Layout, control: Int32Array): void {
  let at = align(4 * (plan.words.uniforms + 1 + module.uniforms)) / 4;
  for (const [program, name] of programNames.entries()) {
    const list = module.programs[name].kernels;
    control[plan.words.programs + program] = at;
    control[at++] = list.length;
    for (const index of list) {
      const kernel = module.kernels[index];
      if (kernel === undefined) throw new RangeError(`program ${name} has a kernel ${index} that does not exist`);
      const addresses = kernel.buffers.map(({ buffer }) => plan.addresses[buffer] ?? 0);
      control.set([index, kernel.tasks.count, kernel.tasks.block, addresses.length, ...addresses], at);
      at += 4 + addresses.length;
    }
  }
}

function tooLarge(module: ModuleSpec, batch: number, available: number, unit: string): UserError {
  const largest = largestBatch((n) => layout(module, n).bytes <= available);
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const needed = mebibytes(layout(module, batch).bytes);
  const remedy = largest > 0 ? `the largest batch that fits is ${largest}` : 'not even one sample fits';
  return new UserError(`a batch of ${batch} takes ${needed} of memory on the CPU device, ${unit}; ${remedy}`);
}

/** A memory with room for `plan`, that may grow to 4 GiB where the engine grants that much address space. */
export function createMemory(module: ModuleSpec, batch: number, plan: Layout): WebAssembly.Memory {
  if (plan.bytes > maximumPages * page)
    throw tooLarge(module, batch, maximumPages * page, 'which has 4096 MiB (32-bit addresses)');
  const initial = Math.ceil(plan.bytes / page);
  for (
    let maximum = maximumPages;
    maximum >= initial;
    maximum = maximum === initial ? 0 : Math.max(initial, maximum >> 2)
  ) {
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new UserError(
    `a batch of ${batch} takes ${Math.ceil(plan.bytes / 2 ** 20)} MiB of memory, which the system does not grant: ` +
      'use a smaller batch, or close other programs',
  );
}

/** Grows `memory` to hold `plan`, and clears what lies behind the buffers that stay. */
export function growMemory(module: ModuleSpec, batch: number, plan: Layout, memory: WebAssembly.Memory): void {
  const present = memory.buffer.byteLength;
  if (plan.bytes > present) {
    try {
      memory.grow(Math.ceil((plan.bytes - present) / page));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw tooLarge(module, batch, present, `of which the system grants ${Math.floor(present / 2 ** 20)} MiB`);
    }
  }
  new Uint8Array(memory.buffer).fill(0, plan.movable, Math.min(present, plan.bytes));
}
