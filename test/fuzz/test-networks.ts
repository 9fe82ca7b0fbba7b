/** The body of the tests over random networks, which stand in several files so that they run side by side. */
import { expect, test } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { compareNetworks } from './differential.ts';
import { randomNetwork } from './network.ts';

/** Tests networks from a seed on, `together` in one module; each module has a batch of its own. */
export function testNetworks(
  { from, count, together }: { readonly from: number; readonly count: number; readonly together: number },
  devices: () => Promise<readonly Device[]>,
): void {
  const modules = Array.from({ length: Math.ceil(count / together) }, (_, i) => from + i * together);
  test.each(modules)('networks from %d on', async (first) => {
    const seeds = Array.from({ length: Math.min(together, from + count - first) }, (_, i) => first + i);
    const cases = seeds.map((seed) => ({ seed, network: randomNetwork(seed, `s${seed}_`) }));
    const { failures, compared, vague } = await compareNetworks(cases, {
      devices: await devices(),
      batches: [(Math.floor(first / together) % 6) + 1],
    });
    expect(failures).toEqual([]);
    expect(compared).toBeGreaterThan(seeds.length * 9);
    // Most bounds are close ones.
    expect(vague).toBeLessThan(0.1);
  });
}
