/** What a user of netc waits for and downloads, beside its speed: compiling, and the size of the code for a page. */
import { join } from 'node:path';
import { bundleOf } from '../emit/bundle.ts';
import { type Network, netc, scratch } from './compile.ts';
import type { Footprint } from './results.ts';

export async function footprintOf(network: Network, compilations: number): Promise<Footprint> {
  const compileMs = [network.compileMs];
  while (compileMs.length < compilations) {
    const start = performance.now();
    await netc(network.source, '-o', join(scratch, 'compiled'));
    compileMs.push(performance.now() - start);
  }
  const { module } = network.model;
  const { minified, gzipped, later } = await bundleOf(network.name, [module]);
  const { programs } = module;
  return {
    compileMs,
    minified,
    gzipped,
    later,
    dispatches: { train: programs.train.kernels.length, infer: programs.infer.kernels.length },
  };
}
