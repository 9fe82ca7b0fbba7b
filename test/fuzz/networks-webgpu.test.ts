/** Some of the random networks as WGSL; the campaign runs the others. */
import { afterAll, describe } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { openLargeGpu } from '../support/large-gpu.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { testNetworks } from './test-networks.ts';

/** Networks that the CPU's tests do not have: for teams of one, and for those of a large GPU. */
const kinds = [
  { name: 'WebGPU', from: 400, count: 12, open: () => openDevice('webgpu') },
  { name: 'WebGPU with teams', from: 412, count: 8, open: openLargeGpu },
];

describe.skipIf(missingSwiftShader() !== undefined).each(kinds)('$name', ({ from, count, open }) => {
  let device: Promise<Device> | undefined;
  afterAll(async () => (await device)?.destroy());
  testNetworks({ from, count, together: 6 }, async () => {
    device ??= open();
    return [await device];
  });
});
