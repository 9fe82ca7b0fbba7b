/** Some of the random networks as WGSL; the campaign runs the others. */
import { afterAll, describe } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { testNetworks } from './test-networks.ts';

let device: Promise<Device> | undefined;
afterAll(async () => (await device)?.destroy());

describe.skipIf(missingSwiftShader() !== undefined)('WebGPU', () => {
  testNetworks({ from: 0, count: 50, together: 10 }, async () => {
    device ??= openDevice('webgpu');
    return [await device];
  });
});
