/** Random networks: the fused program and the CPU device on any number of threads compute what the unfused program does. */
import { afterAll, expect, test } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { compareNetworks } from './differential.ts';
import { randomNetwork } from './network.ts';

const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

/** Networks in one module. */
const TOGETHER = 25;

test.each(Array.from({ length: 10 }, (_, i) => i * TOGETHER))('networks from %d on', async (from) => {
  devices.push(await openDevice('cpu', { threads: 1 }), await openDevice('cpu', { threads: 2 }));
  const cases = Array.from({ length: TOGETHER }, (_, i) => from + i).map((seed) => ({
    seed,
    network: randomNetwork(seed, `s${seed}_`),
  }));
  const outcome = await compareNetworks(cases, { devices: devices.slice(-2), batches: [(from % 7) + 1] });
  expect(outcome.failures).toEqual([]);
  expect(outcome.compared).toBeGreaterThan(TOGETHER * 9);
  expect(outcome.vague).toBeLessThan(0.1);
});
