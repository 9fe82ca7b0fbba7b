/** Our WebGPU device together with the GPUDevice below it, to break or to watch. */
import type { Device } from '../../runtime/device.ts';
import { findAdapter } from '../../runtime/webgpu/adapter.ts';
import { openWebGpuDevice } from '../../runtime/webgpu/device.ts';

export async function openBoth(): Promise<{ device: Device; raw: GPUDevice }> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(found.missing);
  let raw: GPUDevice | undefined;
  const adapter = new Proxy(found.adapter, {
    get(target, key) {
      if (key === 'requestDevice')
        return async (descriptor: GPUDeviceDescriptor) => {
          raw = await target.requestDevice(descriptor);
          return raw;
        };
      return Reflect.get(target, key, target);
    },
  });
  const device = await openWebGpuDevice({ ...found, adapter });
  if (raw === undefined) throw new Error('no GPUDevice was requested');
  return { device, raw };
}
