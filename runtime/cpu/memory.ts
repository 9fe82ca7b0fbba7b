/**
 * The CPU device's shared memory as an object of the engine: created with room for a layout, grown for a larger one, and
 * what a user is told when the system does not grant it.
 */
import { UserError } from '../errors.ts';
import { largestBatch } from '../session/buffers.ts';
import type { Layout } from './layout.ts';
import { layout } from './layout.ts';

/** WebAssembly's page. */
const page = 65536;
/** 32-bit addresses: 4 GiB. The module's import must allow as many. */
const maximumPages = 65536;

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

function tooLarge({ module, batch, threads, bytes }: Layout, available: number, why: string): UserError {
  const largest = largestBatch((n) => layout(module, n, threads).bytes <= available);
  const remedy = largest > 0 ? `the largest batch that fits is ${largest}` : 'not even one sample fits';
  return new UserError(
    `a batch of ${batch} takes ${mebibytes(bytes)} of memory on the CPU device, but there are ${mebibytes(available)} ` +
      `(${why}); ${remedy}`,
  );
}

/** A memory with room for `plan`, that may grow to 4 GiB where the engine grants that much address space. */
export function createMemory(plan: Layout): WebAssembly.Memory {
  if (plan.bytes > maximumPages * page) throw tooLarge(plan, maximumPages * page, 'its addresses have 32 bits');
  const initial = Math.ceil(plan.bytes / page);
  for (const maximum of [maximumPages, maximumPages / 4, initial]) {
    if (maximum < initial) continue;
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  throw new UserError(
    `a batch of ${plan.batch} takes ${mebibytes(plan.bytes)} of memory, which the system does not grant: use a smaller ` +
      'batch, or close other programs',
  );
}

/** Grows `memory` to hold `plan`, and clears what lies behind the buffers that stay. */
export function growMemory(plan: Layout, memory: WebAssembly.Memory): void {
  const present = memory.buffer.byteLength;
  if (plan.bytes > present) {
    try {
      memory.grow(Math.ceil((plan.bytes - present) / page));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw tooLarge(plan, present, 'the system grants no more');
    }
  }
  new Uint8Array(memory.buffer).fill(0, plan.movable, Math.min(present, plan.bytes));
}
