/**
 * WebGPU devices whose dispatches are timed by the GPU's own clock: each is put into a compute pass of its own. Needs the
 * feature `timestamp-query`; in Node also the package `webgpu`, asked not to round the clock.
 */
import type { FoundAdapter } from '../../../runtime/webgpu/adapter.ts';

export interface Dispatched {
  /** The pipeline's. */
  readonly label: string;
  /** From when the dispatch before it was done, or from its own beginning if that was later, until it was done. */
  readonly ms: number;
}

export interface TimedAdapter {
  readonly found: FoundAdapter;
  /** The device that was asked for last. */
  device(): GPUDevice;
  /** What was dispatched since the last call, in order, once it is all done. */
  take(): Promise<readonly Dispatched[]>;
}

/** Timestamps of a query set at most. */
const places = 4096;
const [indirect, resolve, copySource, copyTarget, read] = [0x100, 0x200, 0x4, 0x8, 0x1];

/** An adapter that hardware is behind, or SwiftShader; the error says what there is none of. */
export async function timedAdapter(): Promise<TimedAdapter> {
  const { create }: { create: (options: string[]) => GPU } = await import('webgpu');
  const gpu = create(['enable-dawn-features=allow_unsafe_apis', 'disable-dawn-features=timestamp_quantization']);
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw new Error('WebGPU finds no adapter');
  if (!adapter.features.has('timestamp-query')) throw new Error(`${adapter.info.description} has no timestamps`);
  let clock: Clock | undefined;
  const requestDevice = adapter.requestDevice.bind(adapter);
  adapter.requestDevice = async (descriptor) => {
    const device = await requestDevice({ ...descriptor, requiredFeatures: ['timestamp-query'] });
    clock = new Clock(device);
    return device;
  };
  const known = (): Clock => {
    if (clock === undefined) throw new Error('no device was asked for');
    return clock;
  };
  const name = adapter.info.description || adapter.info.device;
  return {
    found: { gpu, adapter, name, software: false },
    device: () => known().device,
    take: () => known().take(),
  };
}

/** Puts each dispatch of a device into a pass between two timestamps. */
class Clock {
  readonly device: GPUDevice;
  private readonly set: GPUQuerySet;
  private readonly resolved: GPUBuffer;
  private readonly mapped: GPUBuffer;
  private labels: string[] = [];

  constructor(device: GPUDevice) {
    this.device = device;
    this.set = device.createQuerySet({ type: 'timestamp', count: places });
    this.resolved = device.createBuffer({ size: 8 * places, usage: indirect | resolve | copySource });
    this.mapped = device.createBuffer({ size: 8 * places, usage: read | copyTarget });
    const create = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const encoder = create(descriptor);
      const begin = encoder.beginComputePass.bind(encoder);
      encoder.beginComputePass = () => this.pass(begin);
      return encoder;
    };
  }

  async take(): Promise<readonly Dispatched[]> {
    const { device, set, resolved, mapped, labels } = this;
    this.labels = [];
    if (labels.length === 0) return [];
    const encoder = device.createCommandEncoder();
    encoder.resolveQuerySet(set, 0, 2 * labels.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, mapped, 0, 16 * labels.length);
    device.queue.submit([encoder.finish()]);
    await mapped.mapAsync(1);
    const times = new BigUint64Array(mapped.getMappedRange(0, 16 * labels.length).slice(0));
    mapped.unmap();
    return labels.map((label, i) => {
      const [begun, before] = [times[2 * i], i === 0 ? 0n : times[2 * i - 1]];
      return { label, ms: Number(times[2 * i + 1] - (begun > before ? begun : before)) / 1e6 };
    });
  }

  /** As much of a compute pass as the runtime uses. */
  private pass(begin: GPUCommandEncoder['beginComputePass']): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | undefined;
    let bind = (_: GPUComputePassEncoder): void => {};
    const recorded = {
      setPipeline: (next: GPUComputePipeline) => {
        pipeline = next;
      },
      setBindGroup: (index: number, group: GPUBindGroup, offsets: Uint32Array, from: number, count: number) => {
        bind = (pass) => pass.setBindGroup(index, group, offsets, from, count);
      },
      dispatchWorkgroups: (x: number, y: number) => {
        if (pipeline === undefined) throw new Error('a dispatch without a pipeline');
        const at = 2 * this.labels.length;
        if (at >= places) throw new Error(`more than ${places / 2} dispatches were not taken`);
        this.labels.push(pipeline.label);
        const timestampWrites = { querySet: this.set, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
        const pass = begin({ timestampWrites });
        pass.setPipeline(pipeline);
        bind(pass);
        pass.dispatchWorkgroups(x, y);
        pass.end();
      },
      end: () => {},
    };
    return recorded as unknown as GPUComputePassEncoder;
  }
}
