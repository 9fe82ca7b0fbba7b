/** What the driver gives a probe, as its only argument in JSON, and how a probe answers: JSON on standard output. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch, CompiledModel, Device, Learner } from '../../../runtime/index.ts';
import { type Bundle, modelClassOf, trainingOf } from '../bundle.ts';
import { files } from '../task.ts';

export interface ProbeTask {
  readonly bundle: string;
  /** With the pictures. */
  readonly folder: string;
  /** Elements of a picture. */
  readonly size: number;
  readonly batches: readonly number[];
  /** 0: as many as there are cores. */
  readonly threads: number;
  /** For each figure. */
  readonly seconds: number;
}

export interface Bench {
  readonly task: ProbeTask;
  readonly model: CompiledModel;
  readonly learner: Learner;
  /** The first `n` pictures. */
  batch(n: number): Batch;
}

/** netc, ready for steps of any of the batches: on the CPU, or on the device that `open` gives. */
export async function openBench(open?: () => Promise<Device>): Promise<Bench> {
  const task: ProbeTask = JSON.parse(process.argv[2] ?? '{}');
  const bundle: Bundle = await import(task.bundle);
  const threads = task.threads > 0 ? { threads: task.threads } : {};
  const device = open ? await open() : await bundle.openDevice('cpu', threads);
  const model = await modelClassOf(bundle).create(device, { seed: 42, batch: Math.max(...task.batches) });
  const images = new Uint8Array(readFileSync(join(task.folder, files.images)));
  const labels = Int32Array.from(readFileSync(join(task.folder, files.labels)));
  return {
    task,
    model,
    learner: new bundle.Learner(model, trainingOf(bundle)),
    batch: (n) => ({ size: n, fields: [images.subarray(0, n * task.size), labels.subarray(0, n)] }),
  };
}

export function answer(value: unknown): never {
  console.log(JSON.stringify(value));
  process.exit(0);
}
