/** 380 random graphs: float64, the simplified graph, the loops, the CPU's threads and WebGPU all agree. */
import { afterAll, expect, test } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { check } from './check.ts';

const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

async function open(kinds: readonly ('webgpu' | number)[]): Promise<Device[]> {
  const opened = await Promise.all(
    kinds.map((kind) => (kind === 'webgpu' ? openDevice(kind) : openDevice('cpu', { threads: kind }))),
  );
  devices.push(...opened);
  return opened;
}

/** One thread, three, and WebGPU where this machine has an adapter: for all tests that want these. */
const everywhere = open(missingSwiftShader() === undefined ? [1, 3, 'webgpu'] : [1, 3]);

const seeds = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

test.each([0, 40])('seeds from %d on, on one, two and three threads', async (from) => {
  const outcome = await check(seeds(from, 40), {
    devices: await open([1, 2, 3]),
    batches: [1, 2, 3, 4, 5, 8, 9],
    interpreted: [1, 3],
  });
  expect(outcome.failures).toEqual([]);
  // Most seeds say something.
  expect(outcome.skipped).toBeLessThan(10);
  expect(outcome.compared).toBeGreaterThan(3000);
});

test.each([80, 130, 180, 230, 280, 330])('seeds from %d on, on one thread, three and WebGPU', async (from) => {
  const outcome = await check(seeds(from, 50), { devices: await everywhere, batches: [1, 9], interpreted: [1] });
  expect(outcome.failures).toEqual([]);
  expect(outcome.skipped).toBeLessThan(12);
  expect(outcome.compared).toBeGreaterThan(700);
});

test('the same graphs without fused sums of products', async () => {
  const device = await openDevice('cpu', { threads: 2, fma: false });
  devices.push(device);
  const outcome = await check(seeds(0, 40), { devices: [device], batches: [1, 5, 9], interpreted: [] });
  expect(outcome.failures).toEqual([]);
  expect(outcome.compared).toBeGreaterThan(600);
});

test.skipIf(missingSwiftShader() !== undefined)('the same graphs on WebGPU', async () => {
  const outcome = await check(seeds(0, 40), { devices: await open(['webgpu']), batches: [1, 5, 8], interpreted: [] });
  expect(outcome.failures).toEqual([]);
  expect(outcome.compared).toBeGreaterThan(600);
});
