/**
 * `npm run bench`: netc, PyTorch, ONNX Runtime, TensorFlow.js and jax-js side by side in one run, in processes of their own,
 * in turns. Prints tables, writes the raw figures as JSON. README.md, "Speed", says how to read them.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { compileNetwork } from './compile.ts';
import { footprintOf } from './footprint.ts';
import { buildNetc, installPeers } from './install.ts';
import { findPlaces, isSoftware, type Places } from './launch.ts';
import { describeMachine, loadNow } from './machine.ts';
import { measureBatches, measureGpuKernels, measureKernels, measureWidths } from './measures.ts';
import { networks } from './networks.ts';
import { type Options, readOptions, usage } from './options.ts';
import { tablesOf } from './report.ts';
import type { NetworkResult, Results } from './results.ts';
import { roster } from './roster.ts';
import { measure, takesPart } from './rounds.ts';
import { asMarkdown, asText } from './table.ts';
import type { NetworkName } from './task.ts';
import { openPictures, writeWorkload } from './workload.ts';

const start = performance.now();
const seconds = (): number => (performance.now() - start) / 1000;
const report = (line: string): void => void process.stderr.write(`${seconds().toFixed(0).padStart(4)} s  ${line}\n`);

async function bench(options: Options): Promise<Results> {
  const loads = [loadNow()];
  await installPeers(report);
  await buildNetc(report);
  const places = await findPlaces();
  const measured: NetworkResult[] = [];
  const results = (): Results => {
    const machine = describeMachine(places, loads);
    return { date: new Date().toISOString(), seconds: Math.round(seconds()), machine, networks: measured };
  };
  for (const name of options.networks) {
    measured.push(await measureNetwork(name, places, options, loads));
    loads.push(loadNow());
    // What is measured stays, should a later network not come to its end.
    write(options.json, results());
  }
  report(`the figures are in ${options.json}`);
  return results();
}

function write(path: string, results: Results): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(results, null, 1)}\n`);
  renameSync(`${path}.tmp`, path);
}

/**
 * A network against its peers; then netc's own, of the devices that take part: what each kernel takes and, of the first
 * network on the CPU, what it costs to use it.
 */
async function measureNetwork(
  name: NetworkName,
  places: Places,
  options: Options,
  loads: number[],
): Promise<NetworkResult> {
  const { source, modes, scales } = networks[name];
  const network = await compileNetwork(source);
  const pictures = await openPictures(network, networks[name]);
  const workload = writeWorkload(network, name, pictures);
  const contenders = await measure(workload, places, options, report, loads);
  const { batch, inferBatches } = workload;
  const compared = { network: name, batch, inferBatches, pictures: pictures.origin, contenders };
  if (!options.modes.includes('train') || !modes.includes('train')) return compared;
  const own = roster.filter((entry) => entry.team === 'netc' && takesPart(entry, workload, options));
  report('kernels');
  const hasGpu = own.some(({ webgpu }) => webgpu) && !('missing' in places.adapter) && !isSoftware(places);
  const onGpu = hasGpu ? { ...compared, gpu: await measureGpuKernels(network, workload, places) } : compared;
  if (own.every(({ webgpu }) => webgpu)) return onGpu;
  const kernels = { ...onGpu, ...(await measureKernels(network, workload, options.quick)) };
  if (!scales) return kernels;
  report('compile time and sizes');
  const footprint = await footprintOf(network, options.quick ? 2 : 5);
  report('batch sizes and widths');
  const batches = await measureBatches(network, workload, options.quick);
  const widths = await measureWidths(workload, options.quick, report);
  return { ...kernels, footprint, batches, widths };
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const results: Results =
    options.from === undefined ? await bench(options) : JSON.parse(readFileSync(options.from, 'utf8'));
  const print = options.markdown ? asMarkdown : asText;
  process.stdout.write(`${tablesOf(results).map(print).join('\n')}`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  },
);
