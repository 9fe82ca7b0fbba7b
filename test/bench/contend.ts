/**
 * What the contenders in JavaScript share: reads the task, takes the first three steps, times the rest, writes the outcome.
 * How a step is made is the contender's; contenders/pytorch.py goes by the same rules.
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { median } from './statistics.ts';
import { elements, type Outcome, readWork, scaled, type Timing, type Work } from './task.ts';

export interface Trainer {
  readonly description: string;
  /** Forward, backward and Adam over a batch; may return while a device still works. */
  step(batch: number): void | Promise<void>;
  /** The last step's loss, once everything asked for is done. */
  loss(): Promise<number>;
}

export interface Predictor {
  readonly description: string;
  /** The probabilities of `n` pictures, in hand. */
  predict(images: Float32Array, n: number): Promise<Float32Array>;
}

export interface Contender {
  train(work: Work): Promise<Trainer>;
  infer(work: Work): Promise<Predictor>;
}

/** A step that takes longer is not repeated: the second and third of the first three are its timing. */
const slow = 1500;
/** A block of steps takes about so many milliseconds. */
const block = 40;

/** Does what the task asks for and ends the process. */
export async function contend(contender: Contender): Promise<void> {
  const importMs = performance.now() - performance.nodeTiming.bootstrapComplete;
  const work = readWork(process.argv[2] ?? 'task.json');
  const measured = await measure(contender, work);
  const outcome: Outcome = { importMs, ...measured, peakRssMb: process.resourceUsage().maxRSS / 1024 };
  writeFileSync(work.outcome, JSON.stringify(outcome));
  process.exit(0);
}

type Measured = Omit<Outcome, 'importMs' | 'peakRssMb'>;

/** The first steps (or predictions), then the timing of what follows. */
export function measure(contender: Contender, work: Work): Promise<Measured> {
  return work.mode === 'train' ? train(contender, work) : infer(contender, work);
}

async function train(contender: Contender, work: Work): Promise<Measured> {
  const start = performance.now();
  const trainer = await contender.train(work);
  const losses: number[] = [];
  const ends: number[] = [];
  for (let i = 0; i < 3; i++) {
    await trainer.step(i);
    losses.push(await trainer.loss());
    ends.push(performance.now());
  }
  const [first = 0, second = 0, third = 0] = ends;
  let next = 3;
  const step = () => trainer.step(next++);
  const once = [second - first, third - second];
  const timing = await timed(step, () => trainer.loss(), once, work.seconds);
  return { description: trainer.description, firstMs: first - start, losses, prediction: [], train: timing };
}

async function infer(contender: Contender, work: Work): Promise<Measured> {
  const size = elements(work.sample);
  const images = scaled(work.images);
  const start = performance.now();
  const predictor = await contender.infer(work);
  let firstMs = 0;
  let prediction: readonly number[] = [];
  const timings: [string, Timing][] = [];
  for (const n of work.inferBatches) {
    const input = images.subarray(0, n * size);
    const result = await predictor.predict(input, n);
    if (timings.length === 0) {
      firstMs = performance.now() - start;
      prediction = [...result.subarray(0, result.length / n)];
    }
    const before = performance.now();
    await predictor.predict(input, n);
    const once = [performance.now() - before];
    const call = async () => void (await predictor.predict(input, n));
    timings.push([String(n), await timed(call, async () => {}, once, work.seconds)]);
  }
  return { description: predictor.description, firstMs, losses: [], prediction, infer: Object.fromEntries(timings) };
}

/** `once`: the durations known so far, in milliseconds. */
async function timed(
  act: () => void | Promise<void>,
  settle: () => Promise<unknown>,
  once: readonly number[],
  seconds: number,
): Promise<Timing> {
  if (median(once) > slow) return timingOf(once);
  const run = async (repeats: number): Promise<number> => {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) await act();
    await settle();
    return (performance.now() - start) / repeats;
  };
  let each = median(once);
  // Half as long as is measured then, unmeasured.
  const warm = performance.now() + 500 * seconds;
  while (performance.now() < warm) each = await run(1);
  const repeats = Math.max(1, Math.round(block / each));
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || times.length < 2) times.push(await run(repeats));
  return timingOf(times);
}

const timingOf = (times: readonly number[]): Timing => ({
  median: median(times),
  least: Math.min(...times),
  blocks: times.length,
});
