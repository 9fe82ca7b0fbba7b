/**
 * Runs many seeds and says which disagree; not a test.
 *
 *     npx tsx test/fuzz/campaign.ts graphs|networks <from> <to> [cpu] [webgpu]
 *     npx tsx test/fuzz/campaign.ts show <seed>      the network's graph and its fused kernels
 */
import { printGraph } from '../../compiler/3-graph/print.ts';
import { printKernel } from '../../compiler/5-loop/kernel.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { arenaOf, lowerVerified } from './build.ts';
import { check } from './check.ts';
import { compareNetworks } from './differential.ts';
import { randomNetwork } from './network.ts';

/** Graphs in one module. */
const TOGETHER = 25;

interface Failure {
  readonly seed: number;
  readonly n: number;
  readonly where: string;
  readonly what: string;
}

interface Result {
  readonly failures: readonly Failure[];
  readonly told: string;
}

async function runGraphs(seeds: readonly number[], devices: readonly Device[]): Promise<Result> {
  const options = { devices, batches: [1, 2, 3, 4, 5, 8, 9], interpreted: [1, 5] };
  const { failures, compared, skipped } = await check(seeds, options);
  const told = `${compared} compared, ${skipped} seeds skipped`;
  return { failures: failures.map(({ stage, ...failure }) => ({ ...failure, where: stage })), told };
}

async function runNetworks(seeds: readonly number[], devices: readonly Device[]): Promise<Result> {
  const cases = seeds.map((seed) => ({ seed, network: randomNetwork(seed, `s${seed}_`) }));
  const { failures, compared, vague } = await compareNetworks(cases, { devices, batches: [1 + (seeds[0] % 6)] });
  const told = `${compared} compared, ${(100 * vague).toFixed(1)} % of the bounds are vague`;
  return {
    failures: failures.map(({ way, kernel, what, ...of }) => ({ ...of, where: way, what: `${what}\n    ${kernel}` })),
    told,
  };
}

/** As `run`; where a graph brings the module down, it is found. */
async function survive(run: typeof runGraphs, seeds: readonly number[], devices: readonly Device[]): Promise<Result> {
  try {
    return await run(seeds, devices);
  } catch (error) {
    const what = String(error instanceof Error ? error.message : error).slice(0, 400);
    if (seeds.length === 1) return { failures: [{ seed: seeds[0], n: 0, where: 'module', what }], told: 'failed' };
    const alone = [];
    for (const seed of seeds) alone.push(await survive(run, [seed], devices));
    return { failures: alone.flatMap(({ failures }) => failures), told: `failed: ${what}` };
  }
}

function show(seed: number): void {
  const { graph } = randomNetwork(seed);
  const { simplified, loops } = lowerVerified(graph, arenaOf([graph]));
  const kernels = loops.kernels.map((kernel) => printKernel(kernel, loops.tensors));
  process.stdout.write(`${[printGraph(graph), printGraph(simplified), ...kernels].join('\n')}\n`);
}

async function campaign(run: typeof runGraphs, from: number, to: number, kinds: readonly string[]): Promise<void> {
  const devices: Device[] = [];
  if (kinds.includes('cpu')) for (const threads of [1, 2, 3]) devices.push(await openDevice('cpu', { threads }));
  if (kinds.includes('webgpu')) devices.push(await openDevice('webgpu'));
  for (let first = from; first < to; first += TOGETHER) {
    const seeds = Array.from({ length: Math.min(TOGETHER, to - first) }, (_, i) => first + i);
    const start = performance.now();
    const { failures, told } = await survive(run, seeds, devices);
    process.stdout.write(`${first}: ${told}, ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
    const known = new Set<string>();
    for (const { seed, n, where, what } of failures) {
      if (known.has(`${seed} ${where}`)) continue;
      known.add(`${seed} ${where}`);
      process.stdout.write(`  seed ${seed}, n ${n}, ${where}: ${what}\n`);
    }
  }
  for (const device of devices) await device.destroy();
}

const [what, from, to, ...kinds] = process.argv.slice(2);
if (what === 'show') show(Number(from));
else await campaign(what === 'networks' ? runNetworks : runGraphs, Number(from), Number(to), kinds);
