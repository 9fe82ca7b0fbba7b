/**
 * A module loaded on the CPU device: its WebAssembly instance, one per thread, over one shared memory. A run posts no
 * message; it raises a number that the workers wait for, and the calling thread does its share.
 */
import type { HostArray, KeptSamples, Session } from '../device.ts';
import type { ModuleSpec, PartSpec, ProgramName } from '../program.ts';
import { tasksOf } from '../program.ts';
import {
  bufferAt,
  byteSize,
  bytesPerElement,
  checkBatch,
  checkRange,
  checkRun,
  checkWrite,
  programOf,
  view,
} from '../session/buffers.ts';
import { HistoryRows, historyCapacity, mostRecords } from '../session/history.ts';
import { trace } from '../session/trace.ts';
import type { Layout } from './layout.ts';
import { firstFunctions, layout, programNames, writeLists } from './layout.ts';
import { growMemory } from './memory.ts';
import type { KernelFunction, Participant } from './participant.ts';
import { walk } from './participant.ts';
import type { WorkerHandle } from './workers.ts';

export interface CpuSessionParts {
  readonly plan: Layout;
  readonly memory: WebAssembly.Memory;
  /** The main thread's. */
  readonly participant: Participant;
  readonly workers: readonly WorkerHandle[];
  /** The error of a worker that died, for the next run to throw. */
  readonly failure: () => Error | undefined;
  /** Called once, by `dispose`, with the end of the workers. */
  readonly disposed: (ended: Promise<void>) => void;
}

export class CpuSession implements Session {
  readonly module: ModuleSpec;
  readonly historyCapacity = historyCapacity;
  capacity: number;
  private readonly parts: CpuSessionParts;
  private plan: Layout;
  /** Each buffer's place in the memory, as the layout is now: a run makes no view. */
  private views: readonly HostArray[] = [];
  private readonly uniforms: Float32Array;
  private readonly rows = new HistoryRows();
  /** The records of each row, so many to a row. */
  private readonly records: Float32Array;
  private readonly width: number;
  /** The parameters have changed since `prepare` ran. */
  private changed = true;
  private open = true;

  constructor(parts: CpuSessionParts) {
    this.parts = parts;
    this.module = parts.plan.module;
    this.capacity = parts.plan.batch;
    this.plan = parts.plan;
    this.width = mostRecords(this.module);
    this.records = new Float32Array(this.width * historyCapacity);
    const { control, words } = parts.participant;
    this.uniforms = new Float32Array(control.buffer, 4 * (words.uniforms + 1), this.module.uniforms);
    this.publish();
  }

  reserve(batch: number): void {
    this.checkOpen();
    checkBatch(this.module, batch);
    if (batch <= this.capacity) return;
    const plan = layout(this.module, batch, this.plan.threads);
    growMemory(plan, this.parts.memory);
    this.plan = plan;
    this.capacity = batch;
    this.publish();
  }

  write(buffer: number, data: HostArray, offset = 0): void {
    this.checkOpen();
    const spec = bufferAt(this.module, buffer);
    checkWrite(spec, this.capacity, data, offset);
    if (spec.role === 'parameters') this.changed = true;
    const target = this.views[buffer];
    target.set(data, offset);
    // WebGPU copies whole words; the rest of the last one becomes zero there, so here as well.
    const end = offset + data.length;
    if (spec.element === 'u8' && end % 4 !== 0) target.fill(0, end, end + 4 - (end % 4));
  }

  async read(buffer: number, offset: number, length: number): Promise<HostArray> {
    this.checkOpen();
    return this.copy(buffer, offset, length);
  }

  /** The host's memory is the device's: the samples are where they should be. */
  async keep(): Promise<KeptSamples | undefined> {
    return undefined;
  }

  /** A run is over when it returns. */
  busy(): undefined {}

  run(program: ProgramName, n: number, uniforms: Float32Array): void {
    this.begin(program, n, uniforms);
    const { records } = programOf(this.module, program);
    // A run that has no row any more is refused before it changes anything.
    const row = records.length === 0 ? 0 : this.width * this.rows.next(records);
    this.walk(program, n);
    for (let i = 0; i < records.length; i++) this.records[row + i] = this.views[records[i].buffer][0];
  }

  /** All threads through a program's kernels. */
  private walk(program: ProgramName, n: number): void {
    // Where they meet at no barrier, a thread might take the next run for this one.
    if (programOf(this.module, program).kernels.length === 0) return;
    const { control, words, threads } = this.parts.participant;
    control[words.run] = programNames.indexOf(program);
    control[words.run + 1] = n;
    control.fill(0, words.claims, words.claims + words.claimsLength);
    if (threads > 1) {
      Atomics.add(control, words.generation, 1);
      if (Atomics.load(control, words.idlers) > 0) Atomics.notify(control, words.generation);
    }
    walk(this.parts.participant);
    const failed = Atomics.exchange(control, words.failed, 0);
    if (failed > 0) throw this.trapped(failed - 1);
  }

  async history(): Promise<readonly Float32Array[]> {
    this.checkOpen();
    const { width } = this;
    return this.rows.take().map(({ length }, row) => this.records.slice(row * width, row * width + length));
  }

  async trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined> {
    this.begin(program, n, uniforms);
    return trace(this.module, program, n, {
      clear: (buffer) => this.views[buffer].fill(0),
      readFloats: async (buffer, length) => Float32Array.from(this.copy(buffer, 0, length)),
      runKernel: async (index) => this.runAlone(index, n),
    });
  }

  dispose(): void {
    if (!this.open) return;
    this.open = false;
    this.parts.disposed(Promise.all(this.parts.workers.map((worker) => worker.terminate())).then(() => undefined));
  }

  /** Writes what every thread reads at the start of a run, and sees to it that what it needs of the parameters is there. */
  private begin(program: ProgramName, n: number, uniforms: Float32Array): void {
    this.checkOpen();
    checkRun(this.module, this.capacity, n, uniforms);
    const { control, words } = this.parts.participant;
    control[words.uniforms] = n;
    this.uniforms.set(uniforms);
    if (program === 'train') this.changed = true;
    else if (this.changed) {
      this.walk('prepare', n);
      this.changed = false;
    }
  }

  /** One kernel, all of it, on this thread. */
  private runAlone(index: number, n: number): void {
    const kernel = this.module.kernels[index];
    const { kernels, words } = this.parts.participant;
    if (kernel === undefined) throw new RangeError(`no kernel ${index}`);
    const first = firstFunctions(this.module)[index] ?? 0;
    for (const [i, part] of kernel.parts.entries()) {
      const addresses = part.buffers.map((bound) => this.address(kernel.buffers[bound].buffer));
      try {
        kernels[first + i]?.(0, tasksOf(part, n), 4 * words.uniforms, words.local, ...addresses);
      } catch (error) {
        throw new Error(`kernel "${part.label}" failed on the CPU device: ${error}`);
      }
    }
  }

  private copy(buffer: number, offset: number, length: number): HostArray {
    checkRange(bufferAt(this.module, buffer), this.capacity, offset, length);
    return this.views[buffer].slice(offset, offset + length);
  }

  private address(buffer: number): number {
    return this.plan.addresses[buffer] ?? 0;
  }

  /** Puts the dispatch lists for the present layout where every thread finds them at its next run. */
  private publish(): void {
    const { control, words } = this.parts.participant;
    writeLists(this.plan, control);
    this.views = this.module.buffers.map((spec, i) => {
      const bytes = byteSize(spec, this.capacity);
      return view(spec.element, this.parts.memory.buffer, this.address(i), bytes / bytesPerElement(spec.element));
    });
    control[words.run + 2] = (control[words.run + 2] ?? 0) + 1;
  }

  /** The error of a function that trapped, by its number. */
  private trapped(index: number): Error {
    const { control, words } = this.parts.participant;
    const codes = control.subarray(words.text, words.text + words.textLength);
    const text = String.fromCharCode(...codes.filter((code) => code !== 0));
    return new Error(`kernel "${partsOf(this.module)[index]?.label}" failed on the CPU device: ${text}`);
  }

  private checkOpen(): void {
    if (!this.open) throw new Error('the session was disposed of, or its device destroyed');
    const failure = this.parts.failure();
    if (failure !== undefined) throw failure;
  }
}

/** All parts of all kernels in order: the numbers that dispatch lists give their functions. */
export function partsOf(module: ModuleSpec): readonly PartSpec[] {
  return module.kernels.flatMap(({ parts }) => parts);
}

/** The functions of an instance, in the same order. */
export function kernelFunctions(module: ModuleSpec, instance: WebAssembly.Instance): KernelFunction[] {
  return partsOf(module).map(({ name, label }) => {
    const exported = instance.exports[name];
    if (isKernel(exported)) return exported;
    throw new Error(`the WebAssembly module does not export "${name}" (${label})`);
  });
}

function isKernel(exported: WebAssembly.ExportValue | undefined): exported is KernelFunction {
  return typeof exported === 'function';
}
