/** What a training step takes at several batch sizes, in turns, the least of all rounds. */
import { answer, openBench } from './protocol.ts';

const rounds = 5;
const { task, learner, batch } = await openBench();

async function run(n: number, repeats: number): Promise<number> {
  const data = batch(n);
  const start = performance.now();
  for (let i = 0; i < repeats; i++) learner.step(data);
  await learner.records();
  return (performance.now() - start) / repeats;
}

const warm = performance.now() + 500;
while (performance.now() < warm) for (const n of task.batches) await run(n, 1);

const repeats = new Map<number, number>();
for (const n of task.batches)
  repeats.set(n, Math.max(1, Math.min(500, Math.round((1000 * task.seconds) / rounds / (await run(n, 1))))));
const times = new Map<number, number[]>(task.batches.map((n) => [n, []]));
for (let round = 0; round < rounds; round++)
  for (const n of task.batches) times.get(n)?.push(await run(n, repeats.get(n) ?? 1));
answer(task.batches.map((n) => ({ factor: n, ms: Math.min(...(times.get(n) ?? [])) })));
