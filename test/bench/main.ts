/**
 * `npm run bench`: netc, PyTorch, ONNX Runtime, TensorFlow.js and jax-js side by side in one run, in processes of their own,
 * in turns. Prints tables, writes the raw figures as JSON. README.md, "Speed", says how to read them.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { footprintOf } from './footprint.ts';
import { buildNetc, installPeers } from './install.ts';
import { findPlaces } from './launch.ts';
import { describeMachine, loadNow } from './machine.ts';
import { type KernelTimes, measureBatches, measureKernels, measureWidths } from './measures.ts';
import { compileNetwork, resnetSource, shippedModel, writeSource } from './networks.ts';
import { type Options, readOptions, usage } from './options.ts';
import { tablesOf } from './report.ts';
import type { NetworkResult, Results } from './results.ts';
import { measure } from './rounds.ts';
import { asMarkdown, asText } from './table.ts';
import { openPictures, writeWorkload } from './workload.ts';

const start = performance.now();
const seconds = (): number => (performance.now() - start) / 1000;
const report = (line: string): void => void process.stderr.write(`${seconds().toFixed(0).padStart(4)} s  ${line}\n`);

async function bench(options: Options): Promise<Results> {
  const loads = [loadNow()];
  await installPeers(report);
  await buildNetc(report);
  const places = await findPlaces();
  const network = await compileNetwork(shippedModel);
  const pictures = await openPictures(network.training.dataset);
  const workload = writeWorkload(network, 'fashion_cnn', pictures);
  const networks: NetworkResult[] = [await measure(workload, places, options, report, loads)];
  if (options.resnet) {
    const resnet = await compileNetwork(writeSource('resnet', resnetSource()));
    networks.push(await measure(writeWorkload(resnet, 'resnet18', pictures), places, options, report, loads));
  }
  report('compile time and sizes');
  const footprint = await footprintOf(network, options.quick ? 2 : 5);
  const training = options.modes.includes('train');
  if (training) report('kernels');
  const kernels: Partial<KernelTimes> = training ? await measureKernels(network, workload, options.quick) : {};
  if (training) report('batch sizes and widths');
  const scaling = training
    ? {
        batches: await measureBatches(network, workload, options.quick),
        widths: await measureWidths(workload, options.quick, report),
      }
    : {};
  loads.push(loadNow());
  return {
    date: new Date().toISOString(),
    seconds: Math.round(seconds()),
    machine: describeMachine(places, pictures.origin, loads),
    networks,
    footprint,
    ...kernels,
    ...scaling,
  };
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv);
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const results: Results =
    options.from === undefined ? await bench(options) : JSON.parse(readFileSync(options.from, 'utf8'));
  if (options.from === undefined) {
    mkdirSync(dirname(options.json), { recursive: true });
    writeFileSync(options.json, `${JSON.stringify(results, null, 1)}\n`);
    report(`the figures are in ${options.json}`);
  }
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
