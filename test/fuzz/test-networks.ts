/** The body of the tests over random networks, which stand in several files so that they run side by side. */
import { expect, test } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { compareNetworks } from './differential.ts';
import { randomNetwork } from './network.ts';

/** Networks in one module. */
const TOGETHER = 25;

/** Tests `count` networks from a seed on; each module of them with a batch of its own. */
export function testNetworks(from: number, count: number, devices: () => Promise<readonly Device[]>): void {
  const modules = Array.from({ length: Math.ceil(count / TOGETHER) }, (_, i) => from + i * TOGETHER);
  test.each(modules)('networks from %d on', async (first) => {
    const seeds = Array.from({ length: Math.min(TOGETHER, from + count - first) }, (_, i) => first + i);
    const cases = seeds.map((seed) => ({ seed, network: randomNetwork(seed, `s${seed}_`) }));
    const { failures, compared, vague } = await compareNetworks(cases, {
      devices: await devices(),
      batches: [((first / TOGETHER) % 6) + 1],
    });
    expect(failures).toEqual([]);
    expect(compared).toBeGreaterThan(seeds.length * 9);
    // Most bounds are close ones.
    expect(vague).toBeLessThan(0.1);
  });
}
