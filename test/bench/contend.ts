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

type Act = () => void | Promise<void>;

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
  let next = 0;
  const step = () => trainer.step(next++);
  const settle = async () => void losses.push(await trainer.loss());
  await span(step, settle, 1);
  const firstMs = performance.now() - start;
  const once = [await span(step, settle, 1), await span(step, settle, 1)];
  const timing = await timed(step, () => trainer.loss(), once, work.seconds);
  return { description: trainer.description, firstMs, losses, prediction: [], train: timing };
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
    const call = async () => void (await predictor.predict(input, n));
    const settle = async () => {};
    const once = [await span(call, settle, 1)];
    timings.push([String(n), await timed(call, settle, once, work.seconds)]);
  }
  return { description: predictor.description, firstMs, losses: [], prediction, infer: Object.fromEntries(timings) };
}

/** Of one step. */
interface Span {
  readonly ms: number;
  readonly processor: number;
}

/** Several times the same; what each took. */
async function span(act: Act, settle: () => Promise<unknown>, repeats: number): Promise<Span> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  for (let i = 0; i < repeats; i++) await act();
  await settle();
  const { user, system } = process.cpuUsage(used);
  return { ms: (performance.now() - start) / repeats, processor: (user + system) / 1000 / repeats };
}

/** `once`: what is known so far. */
async function timed(
  act: Act,
  settle: () => Promise<unknown>,
  once: readonly Span[],
  seconds: number,
): Promise<Timing> {
  let each = median(once.map(({ ms }) => ms));
  if (each > slow) return timingOf(once);
  // Half as long as is measured then, unmeasured.
  const warm = performance.now() + 500 * seconds;
  while (performance.now() < warm) each = Math.min(each, (await span(act, settle, 1)).ms);
  const repeats = Math.max(1, Math.round(block / each));
  const spans: Span[] = [];
  const end = performance.now() + 1000 * seconds;
  while (performance.now() < end || spans.length < 2) spans.push(await span(act, settle, repeats));
  return timingOf(spans);
}

function timingOf(spans: readonly Span[]): Timing {
  const times = spans.map(({ ms }) => ms);
  const processor = median(spans.map((each) => each.processor));
  return { median: median(times), least: Math.min(...times), processor, blocks: spans.length };
}
