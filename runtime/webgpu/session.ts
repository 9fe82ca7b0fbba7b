/**
 * A module loaded on a WebGPU device. Runs are collected into submissions (`submissions.ts`); nothing is created or read
 * back in one. What the host must see later is copied into the history on the device.
 */
import type { HostArray, KeptSamples, SampleColumn, Session } from '../device.ts';
import type { ModuleSpec, ProgramName } from '../program.ts';
import { workgroupCount } from '../program.ts';
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
import { historyCapacity } from '../session/history.ts';
import { trace } from '../session/trace.ts';
import { createBuffers, writeBytes } from './buffers.ts';
import { bind, type Dispatch, DispatchList } from './dispatch.ts';
import type { Health } from './health.ts';
import { DeviceHistory } from './history.ts';
import { checkSizes } from './limits.ts';
import type { Pipelines } from './pipelines.ts';
import type { Part, Readback } from './readback.ts';
import { createReadback } from './readback.ts';
import { SampleStore } from './samples.ts';
import { Slots } from './slots.ts';
import { Submissions } from './submissions.ts';

export interface WebGpuSessionParts {
  readonly device: GPUDevice;
  readonly health: Health;
  /** Of the device. */
  readonly pipelines: Pipelines;
  /** The module's buffers with slots, for which its kernels are compiled: `slotted`. */
  readonly slotted: ReadonlySet<number>;
  /** One for each of the module's kernels. */
  readonly compiled: readonly GPUComputePipeline[];
  /** The members of their parts' teams, for which they are compiled; 1 where it says nothing. */
  readonly teams: readonly (readonly number[])[];
  readonly now: () => number;
  /** Called once, by `dispose`. */
  readonly disposed: () => void;
}

export class WebGpuSession implements Session {
  readonly module: ModuleSpec;
  readonly historyCapacity = historyCapacity;
  capacity: number;
  private readonly parts: WebGpuSessionParts;
  private readonly slots: Slots;
  private readonly rows: DeviceHistory;
  private readonly readback: Readback;
  private readonly submissions: Submissions;
  private readonly samples: SampleStore;
  private buffers: readonly GPUBuffer[];
  private dispatches: readonly Dispatch[];
  private programs: Readonly<Record<ProgramName, DispatchList>>;
  /** The parameters have changed since `prepare` was recorded. */
  private changed = true;
  private open = true;

  constructor(parts: WebGpuSessionParts, module: ModuleSpec, batch: number) {
    const { device, pipelines, slotted, now } = parts;
    this.parts = parts;
    this.module = module;
    this.capacity = batch;
    this.slots = new Slots(module, slotted, batch, device.limits);
    this.rows = new DeviceHistory(device, module, this.slots);
    this.readback = createReadback(device);
    this.samples = new SampleStore(device, module, pipelines, this.slots);
    this.buffers = createBuffers(device, module, this.slots);
    // N and the values, in whole vec4s.
    const blockBytes = 16 * Math.ceil((1 + module.uniforms) / 4);
    const companions = {
      ahead: () => this.samples.gather(),
      after: (encoder: GPUCommandEncoder) => this.rows.copy(encoder, this.buffers),
      submitted: () => this.slots.submitted(),
    };
    this.submissions = new Submissions(device, blockBytes, this.slots.steps, companions, now);
    this.samples.rebind(batch, this.buffers);
    this.dispatches = this.bindAll();
    this.programs = this.listAll();
  }

  reserve(batch: number): void {
    this.check();
    checkBatch(this.module, batch);
    if (batch <= this.capacity) return;
    const { device, health } = this.parts;
    checkSizes(this.module, batch, device.limits);
    this.submissions.flush();
    this.capacity = batch;
    health.watch(`room for batches of ${batch}`, () => {
      this.slots.resize(batch);
      this.buffers = createBuffers(device, this.module, this.slots, this.buffers);
      this.dispatches = this.bindAll();
      this.samples.rebind(batch, this.buffers);
    });
    this.programs = this.listAll();
  }

  write(buffer: number, data: HostArray, offset = 0): void {
    this.check();
    const spec = bufferAt(this.module, buffer);
    checkWrite(spec, this.capacity, data, offset);
    if (spec.role === 'parameters') this.changed = true;
    // The runs before it read what is there now.
    if (!this.slots.canRenew(buffer, offset, data.length)) this.submissions.submit();
    this.slots.renew(buffer, offset, data.length);
    const start = this.slots.offset(buffer) + offset * bytesPerElement(spec.element);
    writeBytes(this.parts.device.queue, this.buffer(buffer), start, data);
  }

  async read(buffer: number, offset: number, length: number): Promise<HostArray> {
    this.check();
    const { element } = checkedRange(this.module, this.capacity, buffer, offset, length);
    const size = bytesPerElement(element);
    const start = Math.floor((offset * size) / 4) * 4;
    const end = Math.ceil(((offset + length) * size) / 4) * 4;
    // What is recorded runs first: it is the last run's slot that is read.
    const source = { source: this.buffer(buffer), offset: this.slots.offset(buffer) + start, bytes: end - start };
    const bytes = await this.readBytes([source]);
    return view(element, bytes, offset * size - start, length);
  }

  async keep(columns: readonly SampleColumn[]): Promise<KeptSamples | undefined> {
    this.check();
    const kept = await this.samples.keep(columns, this.submissions);
    if (!this.open) kept?.dispose();
    this.check();
    return kept;
  }

  run(program: ProgramName, n: number, uniforms: Float32Array): void {
    const { records } = programOf(this.module, program);
    const block = this.begin(program, n, uniforms);
    this.rows.add(records);
    this.programs[program].record(this.submissions.pass(), n, block);
    this.submissions.step();
  }

  busy(): Promise<void> | undefined {
    return this.submissions.busy();
  }

  async history(): Promise<readonly Float32Array[]> {
    this.check();
    this.submissions.flush();
    const { parts, cut } = this.rows.take();
    return cut(new Float32Array(await this.readBytes(parts)));
  }

  async trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined> {
    const limit = this.parts.device.limits.maxComputeWorkgroupsPerDimension;
    return trace(this.module, program, n, {
      clear: (buffer) => this.submissions.copies().clearBuffer(this.buffer(buffer)),
      readFloats: async (buffer, length) => Float32Array.from(await this.read(buffer, 0, length)),
      runKernel: async (index) => {
        const block = this.begin(program, n, uniforms);
        const alone = new DispatchList(this.dispatches.slice(index, index + 1), this.slots, limit);
        alone.record(this.submissions.pass(), n, block);
      },
    });
  }

  dispose(): void {
    if (!this.open) return;
    this.open = false;
    for (const buffer of this.buffers) buffer.destroy();
    this.rows.destroy();
    this.samples.destroy();
    this.submissions.destroy();
    this.readback.destroy();
    this.parts.disposed();
  }

  /**
   * Puts the uniforms of a run where its kernels find them; returns where the block begins, in bytes. What the run needs of
   * the parameters is recorded before it.
   */
  private begin(program: ProgramName, n: number, uniforms: Float32Array): number {
    this.check();
    checkRun(this.module, this.capacity, n, uniforms);
    const { blocks } = this.submissions;
    if (blocks.full) this.submissions.submit();
    const block = blocks.next();
    blocks.words[block] = n;
    blocks.floats.set(uniforms, block + 1);
    if (program === 'train') this.changed = true;
    else if (this.changed) {
      this.programs.prepare.record(this.submissions.pass(), n, 4 * block);
      this.changed = false;
    }
    return 4 * block;
  }

  private bindAll(): Dispatch[] {
    const { device, compiled, teams } = this.parts;
    const { blocks, blockBytes } = this.submissions;
    return this.module.kernels.map((kernel, index) => {
      const { label, buffers } = kernel;
      const pipeline = compiled[index];
      if (pipeline === undefined) throw new RangeError(`kernel "${label}" has no pipeline`);
      const bound = buffers.map(({ buffer }) => {
        const size = byteSize(this.module.buffers[buffer], this.capacity);
        return this.slots.has(buffer) ? { buffer: this.buffer(buffer), size } : { buffer: this.buffer(buffer) };
      });
      const group = bind(device, label, pipeline, [...bound, { buffer: blocks.buffer, size: blockBytes }]);
      const slotted = buffers.flatMap(({ buffer }) => (this.slots.has(buffer) ? [buffer] : []));
      return { pipeline, group, slotted, workgroups: (n) => workgroupCount(kernel, n, teams[index]) };
    });
  }

  private listAll(): Readonly<Record<ProgramName, DispatchList>> {
    const limit = this.parts.device.limits.maxComputeWorkgroupsPerDimension;
    const list = (program: ProgramName) =>
      new DispatchList(
        programOf(this.module, program).kernels.map((index) => {
          const dispatch = this.dispatches[index];
          if (dispatch === undefined) throw new RangeError(`no kernel ${index}`);
          return dispatch;
        }),
        this.slots,
        limit,
      );
    return { infer: list('infer'), evaluate: list('evaluate'), train: list('train'), prepare: list('prepare') };
  }

  private async readBytes(parts: readonly Part[]): Promise<ArrayBuffer> {
    this.submissions.flush();
    try {
      const copy = await this.readback.read(parts);
      this.parts.health.check();
      return copy;
    } catch (error) {
      // A lost device or an invalid command says more than the copy that failed after it.
      this.parts.health.check();
      throw error;
    }
  }

  private buffer(index: number): GPUBuffer {
    const buffer = this.buffers[index];
    if (buffer === undefined) throw new RangeError(`no buffer ${index}`);
    return buffer;
  }

  private check(): void {
    if (!this.open) throw new Error('the session was disposed of, or its device destroyed');
    this.parts.health.check();
  }
}

function checkedRange(module: ModuleSpec, capacity: number, buffer: number, offset: number, length: number) {
  const spec = bufferAt(module, buffer);
  checkRange(spec, capacity, offset, length);
  return spec;
}
