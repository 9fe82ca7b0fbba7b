/**
 * A module loaded on a WebGPU device. Runs are collected into submissions (`submissions.ts`); nothing is created or read
 * back in one. What the host must see later is copied into the history on the device.
 */
import type { HostArray, KeptSamples, SampleColumn, Session } from '../device.ts';
import type { ModuleSpec, ProgramName } from '../program.ts';
import { workgroupCount } from '../program.ts';
import {
  bufferAt,
  bytesPerElement,
  checkBatch,
  checkRange,
  checkRun,
  checkWrite,
  programOf,
  view,
} from '../session/buffers.ts';
import { HistoryRows, historyCapacity } from '../session/history.ts';
import { trace } from '../session/trace.ts';
import { createBuffers, writeBytes } from './buffers.ts';
import { bind, type Dispatch, DispatchList } from './dispatch.ts';
import type { Health } from './health.ts';
import { checkSizes } from './limits.ts';
import type { Pipelines } from './pipelines.ts';
import type { Readback } from './readback.ts';
import { createReadback } from './readback.ts';
import { SampleStore } from './samples.ts';
import { Submissions } from './submissions.ts';
import { bufferUsage } from './usage.ts';

export interface WebGpuSessionParts {
  readonly device: GPUDevice;
  readonly health: Health;
  /** Of the device. */
  readonly pipelines: Pipelines;
  /** One for each of the module's kernels. */
  readonly compiled: readonly GPUComputePipeline[];
  readonly now: () => number;
  /** Called once, by `dispose`. */
  readonly disposed: () => void;
}

export class WebGpuSession implements Session {
  readonly module: ModuleSpec;
  readonly historyCapacity = historyCapacity;
  capacity: number;
  private readonly parts: WebGpuSessionParts;
  private readonly rows: HistoryRows;
  private readonly readback: Readback;
  private readonly records: GPUBuffer;
  private readonly submissions: Submissions;
  private readonly samples: SampleStore;
  private buffers: readonly GPUBuffer[];
  private dispatches: readonly Dispatch[];
  private programs: Readonly<Record<ProgramName, DispatchList>>;
  private open = true;

  constructor(parts: WebGpuSessionParts, module: ModuleSpec, batch: number) {
    const { device, pipelines, now } = parts;
    this.parts = parts;
    this.module = module;
    this.capacity = batch;
    this.rows = new HistoryRows(module);
    this.readback = createReadback(device);
    const { copySource, copyTarget } = bufferUsage;
    const size = Math.max(4, 4 * this.rows.width * historyCapacity);
    this.records = device.createBuffer({ label: 'history', size, usage: copySource | copyTarget });
    // N and the values, in whole vec4s.
    this.submissions = new Submissions(device, 16 * Math.ceil((1 + module.uniforms) / 4), now);
    this.samples = new SampleStore(device, module, pipelines, this.submissions);
    this.buffers = createBuffers(device, module, batch);
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
    health.watch(`room for batches of ${batch}`, () => {
      this.buffers = createBuffers(device, this.module, batch, this.buffers);
      this.dispatches = this.bindAll();
      this.samples.rebind(batch, this.buffers);
    });
    this.programs = this.listAll();
    this.capacity = batch;
  }

  write(buffer: number, data: HostArray, offset = 0): void {
    this.check();
    const spec = bufferAt(this.module, buffer);
    checkWrite(spec, this.capacity, data, offset);
    // The runs before it read what is there now.
    this.submissions.flush();
    writeBytes(this.parts.device.queue, this.buffer(buffer), offset * bytesPerElement(spec.element), data);
  }

  async read(buffer: number, offset: number, length: number): Promise<HostArray> {
    this.check();
    const { element } = checkedRange(this.module, this.capacity, buffer, offset, length);
    const size = bytesPerElement(element);
    const start = Math.floor((offset * size) / 4) * 4;
    const end = Math.ceil(((offset + length) * size) / 4) * 4;
    const bytes = await this.readBytes(this.buffer(buffer), start, end - start);
    return view(element, bytes, offset * size - start, length);
  }

  async keep(columns: readonly SampleColumn[]): Promise<KeptSamples | undefined> {
    this.check();
    const kept = await this.samples.keep(columns);
    if (!this.open) kept?.dispose();
    this.check();
    return kept;
  }

  run(program: ProgramName, n: number, uniforms: Float32Array): void {
    const { records } = programOf(this.module, program);
    const offset = this.prepare(n, uniforms);
    const row = records.length === 0 ? 0 : this.rows.next(records.length);
    this.programs[program].record(this.submissions.pass(), n, offset);
    for (let i = 0; i < records.length; i++) {
      const { buffer } = records[i];
      this.submissions.copies().copyBufferToBuffer(this.buffer(buffer), 0, this.records, 4 * (row + i), 4);
    }
    this.submissions.step();
  }

  busy(): Promise<void> | undefined {
    return this.submissions.busy();
  }

  async history(): Promise<readonly Float32Array[]> {
    this.check();
    const bytes = 4 * this.rows.width * this.rows.count;
    const cut = this.rows.take();
    return cut(new Float32Array(await this.readBytes(this.records, 0, bytes)));
  }

  async trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined> {
    const limit = this.parts.device.limits.maxComputeWorkgroupsPerDimension;
    return trace(this.module, program, n, {
      clear: (buffer) => this.submissions.copies().clearBuffer(this.buffer(buffer)),
      readFloats: async (buffer, length) => Float32Array.from(await this.read(buffer, 0, length)),
      runKernel: async (index) => {
        const offset = this.prepare(n, uniforms);
        new DispatchList(this.dispatches.slice(index, index + 1), limit).record(this.submissions.pass(), n, offset);
      },
    });
  }

  dispose(): void {
    if (!this.open) return;
    this.open = false;
    for (const buffer of [...this.buffers, this.records]) buffer.destroy();
    this.samples.destroy();
    this.submissions.destroy();
    this.readback.destroy();
    this.parts.disposed();
  }

  /** Puts the uniforms of a run where its kernels find them; returns the offset in bytes. */
  private prepare(n: number, uniforms: Float32Array): number {
    this.check();
    checkRun(this.module, this.capacity, n, uniforms);
    const { blocks } = this.submissions;
    this.submissions.makeRoom(blocks);
    const block = blocks.next();
    blocks.words[block] = n;
    blocks.floats.set(uniforms, block + 1);
    return 4 * block;
  }

  private bindAll(): Dispatch[] {
    const { device, compiled } = this.parts;
    const { blocks, blockBytes } = this.submissions;
    return this.module.kernels.map((kernel, index) => {
      const { label, buffers } = kernel;
      const pipeline = compiled[index];
      if (pipeline === undefined) throw new RangeError(`kernel "${label}" has no pipeline`);
      const bound = buffers.map(({ buffer }) => this.buffers[buffer]);
      const group = bind(device, label, pipeline, bound, blocks.buffer, blockBytes);
      return { pipeline, group, workgroups: (n) => workgroupCount(kernel, n) };
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
        limit,
      );
    return { infer: list('infer'), evaluate: list('evaluate'), train: list('train') };
  }

  private async readBytes(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    this.submissions.flush();
    try {
      const copy = await this.readback.read(source, offset, bytes);
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
