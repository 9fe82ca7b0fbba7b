/**
 * A module loaded on a WebGPU device. A run is one command buffer with one compute pass; nothing is created or read back
 * in it. What the host must see later is copied into the history on the device.
 */
import type { HostArray, Session } from '../device.ts';
import type { KernelSpec, ModuleSpec, ProgramName } from '../program.ts';
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
import type { DeviceBuffers } from './buffers.ts';
import { createBuffers } from './buffers.ts';
import type { Health } from './health.ts';
import { checkSizes, foldGroups } from './limits.ts';
import type { Readback } from './readback.ts';
import { createReadback } from './readback.ts';
import { bufferUsage } from './usage.ts';

export class WebGpuSession implements Session {
  readonly module: ModuleSpec;
  readonly historyCapacity = historyCapacity;
  capacity: number;
  private readonly device: GPUDevice;
  private readonly health: Health;
  private readonly pipelines: readonly GPUComputePipeline[];
  private readonly disposed: () => void;
  private readonly rows: HistoryRows;
  private readonly readback: Readback;
  private readonly uniforms: GPUBuffer;
  private readonly uniformWords: ArrayBuffer;
  private readonly records: GPUBuffer;
  private data: DeviceBuffers;
  private open = true;

  constructor(
    device: GPUDevice,
    health: Health,
    module: ModuleSpec,
    batch: number,
    pipelines: readonly GPUComputePipeline[],
    disposed: () => void,
  ) {
    const { copySource, copyTarget, uniform } = bufferUsage;
    this.device = device;
    this.health = health;
    this.module = module;
    this.capacity = batch;
    this.pipelines = pipelines;
    this.disposed = disposed;
    this.rows = new HistoryRows(module);
    this.readback = createReadback(device);
    // N and the values, in whole vec4s.
    this.uniformWords = new ArrayBuffer(16 * Math.ceil((1 + module.uniforms) / 4));
    const size = this.uniformWords.byteLength;
    this.uniforms = device.createBuffer({ label: 'uniforms', size, usage: uniform | copyTarget });
    const recordBytes = Math.max(4, 4 * this.rows.width * historyCapacity);
    this.records = device.createBuffer({ label: 'history', size: recordBytes, usage: copySource | copyTarget });
    this.data = createBuffers(device, module, batch, pipelines, this.uniforms);
  }

  reserve(batch: number): void {
    this.check();
    checkBatch(this.module, batch);
    if (batch <= this.capacity) return;
    checkSizes(this.module, batch, this.device.limits);
    const { device, module, pipelines, uniforms } = this;
    const { value } = this.health.watch(`room for batches of ${batch}`, () =>
      createBuffers(device, module, batch, pipelines, uniforms, this.data),
    );
    this.data = value;
    this.capacity = batch;
  }

  write(buffer: number, data: HostArray, offset = 0): void {
    this.check();
    const spec = bufferAt(this.module, buffer);
    checkWrite(spec, this.capacity, data, offset);
    const target = this.buffer(buffer);
    const start = offset * bytesPerElement(spec.element);
    const { queue } = this.device;
    const rest = data.byteLength % 4;
    const whole = data.byteLength - rest;
    if (whole > 0) queue.writeBuffer(target, start, data.buffer, data.byteOffset, whole);
    if (rest === 0) return;
    const last = new Uint8Array(4);
    last.set(new Uint8Array(data.buffer, data.byteOffset + whole, rest));
    queue.writeBuffer(target, start + whole, last);
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

  run(program: ProgramName, n: number, uniforms: Float32Array): void {
    this.prepare(n, uniforms);
    const { kernels, records } = programOf(this.module, program);
    const row = records.length === 0 ? 0 : this.rows.next(records.length);
    const encoder = this.device.createCommandEncoder({ label: `program ${program}` });
    this.encode(encoder, kernels, n);
    for (const [i, { buffer }] of records.entries())
      encoder.copyBufferToBuffer(this.buffer(buffer), 0, this.records, 4 * (row + i), 4);
    this.device.queue.submit([encoder.finish()]);
  }

  async history(): Promise<readonly Float32Array[]> {
    this.check();
    const bytes = 4 * this.rows.width * this.rows.count;
    const cut = this.rows.take();
    return cut(new Float32Array(await this.readBytes(this.records, 0, bytes)));
  }

  async trace(program: ProgramName, n: number, uniforms: Float32Array): Promise<string | undefined> {
    this.prepare(n, uniforms);
    return trace(this.module, program, n, {
      clear: (buffer) => this.submit((encoder) => encoder.clearBuffer(this.buffer(buffer))),
      readFloats: async (buffer, length) => Float32Array.from(await this.read(buffer, 0, length)),
      runKernel: async (index) => this.submit((encoder) => this.encode(encoder, [index], n)),
    });
  }

  dispose(): void {
    if (!this.open) return;
    this.open = false;
    for (const buffer of [...this.data.buffers, this.uniforms, this.records]) buffer.destroy();
    this.readback.destroy();
    this.disposed();
  }

  /** One compute pass with these kernels. */
  private encode(encoder: GPUCommandEncoder, kernels: readonly number[], n: number): void {
    const pass = encoder.beginComputePass();
    const limit = this.device.limits.maxComputeWorkgroupsPerDimension;
    for (const index of kernels) {
      const { kernel, pipeline, group } = this.kernelAt(index);
      const [x, y] = foldGroups(workgroupCount(kernel, n), limit);
      if (x === 0) continue;
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(x, y);
    }
    pass.end();
  }

  private kernelAt(index: number): { kernel: KernelSpec; pipeline: GPUComputePipeline; group: GPUBindGroup } {
    const kernel = this.module.kernels[index];
    const pipeline = this.pipelines[index];
    const group = this.data.groups[index];
    if (kernel === undefined || pipeline === undefined || group === undefined)
      throw new RangeError(`no kernel ${index}`);
    return { kernel, pipeline, group };
  }

  private submit(record: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.device.createCommandEncoder();
    record(encoder);
    this.device.queue.submit([encoder.finish()]);
  }

  /** Writes the uniforms. The queue orders this after the runs submitted before, so one place serves all. */
  private prepare(n: number, uniforms: Float32Array): void {
    this.check();
    checkRun(this.module, this.capacity, n, uniforms);
    new Uint32Array(this.uniformWords, 0, 1)[0] = n;
    new Float32Array(this.uniformWords, 4, uniforms.length).set(uniforms);
    this.device.queue.writeBuffer(this.uniforms, 0, this.uniformWords);
  }

  private async readBytes(source: GPUBuffer, offset: number, bytes: number): Promise<ArrayBuffer> {
    try {
      const copy = await this.readback.read(source, offset, bytes);
      this.health.check();
      return copy;
    } catch (error) {
      // A lost device or an invalid command says more than the copy that failed after it.
      this.health.check();
      throw error;
    }
  }

  private buffer(index: number): GPUBuffer {
    const buffer = this.data.buffers[index];
    if (buffer === undefined) throw new RangeError(`no buffer ${index}`);
    return buffer;
  }

  private check(): void {
    if (!this.open) throw new Error('the session was disposed of, or its device destroyed');
    this.health.check();
  }
}

function checkedRange(module: ModuleSpec, capacity: number, buffer: number, offset: number, length: number) {
  const spec = bufferAt(module, buffer);
  checkRange(spec, capacity, offset, length);
  return spec;
}
