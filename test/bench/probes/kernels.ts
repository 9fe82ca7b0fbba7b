/**
 * What each part of each kernel of a training step takes on one thread, within real steps: the functions that the runtime
 * gets out of WebAssembly are exchanged for ones that keep the time. The first decile of the steps: like the core's peak
 * beside it, measured before and after, it is of moments when nobody else was about.
 */
import { measurePeak } from '../peak.ts';
import { answer, openBench } from './protocol.ts';
import { timedKernels } from './timed-kernels.ts';

const firstDecile = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 10)];

const spent = timedKernels();
const before = measurePeak();
const { task, model, learner, batch } = await openBench();
const data = batch(task.batches[0] ?? 1);
const { kernels, programs } = model.spec.module;
const parts = programs.train.kernels.flatMap((index, dispatch) =>
  kernels[index].parts.map(({ name, label }) => ({ dispatch, name, label })),
);

const warm = performance.now() + 1000;
while (performance.now() < warm) {
  learner.step(data);
  await learner.records();
}
const times = new Map<string, number[]>(parts.map(({ name }) => [name, []]));
const end = performance.now() + 1000 * task.seconds;
while (performance.now() < end) {
  spent.clear();
  learner.step(data);
  for (const [name, list] of times) list.push(spent.get(name) ?? Number.NaN);
  await learner.records();
}
answer({
  peak: Math.max(before, measurePeak()),
  kernels: parts.map(({ dispatch, name, label }) => ({ dispatch, label, ms: firstDecile(times.get(name) ?? []) })),
});
