/**
 * What each part of each kernel of a training step takes on one thread, within real steps: the functions that the runtime
 * gets out of WebAssembly are exchanged for ones that keep the time. The least of all steps, when nobody else was about;
 * and likewise the core's peak, measured between the steps.
 */
import { peakSampler } from '../peak.ts';
import { answer, openBench } from './protocol.ts';
import { timedKernels } from './timed-kernels.ts';

const peak = await peakSampler();
const spent = timedKernels();
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
let highest = 0;
const end = performance.now() + 1000 * task.seconds;
while (performance.now() < end) {
  highest = Math.max(highest, ...peak());
  spent.clear();
  learner.step(data);
  // A part that WebGPU alone runs is not called here.
  for (const [name, list] of times) list.push(spent.get(name) ?? 0);
  await learner.records();
}
answer({
  peak: highest,
  kernels: parts.map(({ dispatch, name, label }) => ({ dispatch, label, ms: Math.min(...(times.get(name) ?? [])) })),
});
