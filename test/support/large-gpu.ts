/**
 * The adapter of the tests as if it were a large GPU: kernels run with the teams of invocations (`compiler/5-loop/teams.ts`) that
 * a program on the CPU, which SwiftShader is, runs without.
 */
import type { Device } from '../../runtime/device.ts';
import { findAdapter } from '../../runtime/webgpu/adapter.ts';
import { openWebGpuDevice } from '../../runtime/webgpu/device.ts';

export async function openLargeGpu(): Promise<Device> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(found.missing);
  return openWebGpuDevice({ ...found, software: false });
}
