/**
 * Where everything lies in the CPU device's one shared memory: the control block, the uniforms, the dispatch lists, then
 * the buffers. Buffers whose size does not depend on the batch come first and never move, so that making room for a larger
 * batch only grows the memory behind them.
 */

import { LOWEST_ADDRESS, type ModuleSpec, type ProgramName } from '../program.ts';
import { byteSize } from '../session/buffers.ts';
import type { Words } from './participant.ts';

/** One cache line, and enough for any SIMD access. */
const alignment = 64;

/** In the order in which the control block names them. */
export const programNames: readonly ProgramName[] = ['infer', 'evaluate', 'train', 'prepare'];

export interface Layout {
  readonly module: ModuleSpec;
  readonly batch: number;
  readonly threads: number;
  readonly words: Words;
  /** Where the dispatch lists begin, as an index of 32-bit words. */
  readonly lists: number;
  /** Byte address of each buffer. */
  readonly addresses: readonly number[];
  /** Where the buffers that depend on the batch begin. */
  readonly movable: number;
  readonly bytes: number;
}

function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

/**
 * Words that each program's dispatch list takes: its length, then per kernel the number of its parts, and for each part
 * seven numbers and its addresses.
 */
function listLength(module: ModuleSpec, program: ProgramName): number {
  return module.programs[program].kernels.reduce((sum, k) => {
    const kernel = module.kernels[k];
    return (kernel?.parts ?? []).reduce((words, { buffers }) => words + 7 + buffers.length, sum + 1);
  }, 1);
}

export function layout(module: ModuleSpec, batch: number, threads: number): Layout {
  const line = alignment / 4;
  const textLength = 240;
  // The words that threads wait on have a cache line each. Line 0 stays empty: address 0 is no buffer.
  const localBytes = align(Math.max(0, ...module.kernels.map((kernel) => kernel.localBytes)));
  const claims = align(4 * (8 * line + textLength + 1 + module.uniforms)) / 4;
  const claimsLength = threads * Math.max(...programNames.map((name) => module.programs[name].kernels.length));
  const listsAt = align(4 * (claims + claimsLength)) / 4;
  const lengths = programNames.map((name) => listLength(module, name));
  const local = Math.max(LOWEST_ADDRESS, align(4 * (listsAt + lengths.reduce((sum, length) => sum + length, 0))));
  const words: Words = {
    generation: line,
    idlers: 2 * line,
    arrived: 3 * line,
    sleepers: 4 * line,
    failed: 5 * line,
    run: 6 * line,
    programs: 7 * line,
    programCount: programNames.length,
    text: 8 * line,
    textLength,
    uniforms: 8 * line + textLength,
    claims,
    claimsLength,
    pieces: 8,
    local,
    localBytes,
  };
  let end = local + threads * localBytes;
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
  return { module, batch, threads, words, lists: listsAt, addresses, movable, bytes: end };
}

/** The number of each kernel's first function, where all parts of all kernels are counted in order. */
export function firstFunctions(module: ModuleSpec): readonly number[] {
  let count = 0;
  return module.kernels.map(({ parts }) => {
    const first = count;
    count += parts.length;
    return first;
  });
}

/** Writes the dispatch lists, with the buffers' addresses, into the memory. */
export function writeLists(plan: Layout, control: Int32Array): void {
  const { module } = plan;
  const functions = firstFunctions(module);
  let at = plan.lists;
  for (const [program, name] of programNames.entries()) {
    const list = module.programs[name].kernels;
    control[plan.words.programs + program] = at;
    control[at++] = list.length;
    for (const index of list) {
      const kernel = module.kernels[index];
      if (kernel === undefined) throw new RangeError(`program ${name} has a kernel ${index} that does not exist`);
      const parts = kernel.parts.flatMap(({ tasks, least, below, together, buffers }, part) => [
        (functions[index] ?? 0) + part,
        tasks.count,
        tasks.block,
        least,
        below,
        together ? 1 : 0,
        buffers.length,
        ...buffers.map((bound) => plan.addresses[kernel.buffers[bound].buffer]),
      ]);
      control.set([kernel.parts.length, ...parts], at);
      at += 1 + parts.length;
    }
  }
}
