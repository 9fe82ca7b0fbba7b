/** What each dispatch of a training step takes on a GPU, within real steps, by its own clock; and what the GPU could do. */
import { openWebGpuDevice } from '../../../runtime/webgpu/device.ts';
import { median } from '../statistics.ts';
import { rooflineOf } from './gpu-peak.ts';
import { answer, openBench } from './protocol.ts';
import { timedAdapter } from './timed-dispatches.ts';

const timed = await timedAdapter();
const { task, model, learner, batch } = await openBench(() => openWebGpuDevice(timed.found));
const data = batch(task.batches[0] ?? 1);
const { kernels, programs } = model.spec.module;
const labels = programs.train.kernels.map((index) => kernels[index].label);

const warm = performance.now() + 500;
while (performance.now() < warm) {
  learner.step(data);
  await learner.records();
  await timed.take();
}
const times: number[][] = labels.map(() => []);
const end = performance.now() + 1000 * task.seconds;
while (performance.now() < end) {
  learner.step(data);
  await learner.records();
  const dispatched = await timed.take();
  for (const [i, { label, ms }] of dispatched.entries()) {
    if (dispatched.length !== labels.length || label !== labels[i])
      throw new Error(`dispatch ${i} of ${dispatched.length} is "${label}"`);
    times[i].push(ms);
  }
}
answer({ ...(await rooflineOf(timed)), kernels: labels.map((label, i) => ({ label, ms: median(times[i]) })) });
