/**
 * Chooses the device: a GPU through WebGPU where there is a real one, else the CPU, and says why.
 */
import { openCpuDevice } from './cpu/device.ts';
import type { Device } from './device.ts';
import { UserError } from './errors.ts';
import { findAdapter } from './webgpu/adapter.ts';
import { openWebGpuDevice } from './webgpu/device.ts';

export type DeviceChoice = 'auto' | 'webgpu' | 'cpu';

export interface DeviceOptions {
  /** Threads of the CPU device; the number of cores, at most 8, unless given. */
  readonly threads?: number;
  /** Fused multiply-add on the CPU device; true unless given. */
  readonly fma?: boolean;
}

/**
 * Opens a device. `auto` takes WebGPU only from hardware, as a software adapter is many times slower than the CPU device;
 * `webgpu` takes any adapter. Throws a UserError where `webgpu` is asked for and there is no adapter.
 */
export async function openDevice(choice: DeviceChoice, options: DeviceOptions = {}): Promise<Device> {
  if (choice === 'cpu') return openCpuDevice(options);
  const found = await findAdapter();
  if (choice === 'webgpu') {
    if (!('missing' in found)) return openWebGpuDevice(found);
    throw new UserError(`no WebGPU device: ${found.missing}; use the CPU device (--device cpu), which needs no driver`);
  }
  const cpuBecause = (reason: string): Device => {
    const device = openCpuDevice(options);
    return { ...device, description: `${device.description}; not WebGPU: ${reason}` };
  };
  if ('missing' in found) return cpuBecause(found.missing);
  if (found.software) return cpuBecause(`its only adapter, ${found.name}, is software`);
  try {
    return await openWebGpuDevice(found);
  } catch (error) {
    return cpuBecause(`${found.name} gives no device, ${error instanceof Error ? error.message : error}`);
  }
}
