/** What a user of netc waits for and downloads, beside its speed: compiling, and the size of the code for a page. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { bundling, everythingOf, type Network, netc, scratch, shippedModel } from './networks.ts';
import type { Footprint } from './results.ts';

export async function footprintOf(network: Network, compilations: number): Promise<Footprint> {
  const compileMs = [network.compileMs];
  while (compileMs.length < compilations) {
    const start = performance.now();
    await netc(shippedModel, '-o', join(scratch, 'compiled'));
    compileMs.push(performance.now() - start);
  }
  const { programs } = network.training.model.module;
  const code = await minified(network.module);
  return {
    compileMs,
    minified: code.length,
    gzipped: gzipSync(code, { level: 9 }).length,
    dispatches: { train: programs.train.kernels.length, infer: programs.infer.kernels.length },
  };
}

/** All of the runtime and all of a generated module, for a browser. */
async function minified(module: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...bundling,
    stdin: everythingOf(module),
    platform: 'browser',
    minify: true,
    // The runtime's ways to files and data sets are Node's and stay behind dynamic imports.
    external: ['node:*'],
    write: false,
  });
  return outputFiles[0]?.contents ?? new Uint8Array();
}
