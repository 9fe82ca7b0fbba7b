/**
 * What augmentation is worth where data is scarce: trains each declaration of models/fashion_small.net and
 * models/fashion_small_best.net from several seeds and prints the test accuracy, mean and spread (standard deviation over the
 * seeds), as a table. Needs the real data set, and hours on two cores. `small_data.py` is the same in PyTorch.
 *
 *     npm run build && npx tsx test/experiments/small-data.ts [--seeds 5] [--epochs N] [--threads 2] [--only NAME]
 */
import { parseArgs } from 'node:util';
import { report, train } from './runs.ts';

/** Each training, with the option that chooses it where its file has several. */
const trainings = [
  { file: 'models/fashion_small.net', name: 'FashionSmall', choice: ['--name', 'FashionSmall'] },
  { file: 'models/fashion_small.net', name: 'FashionSmallAugmented', choice: ['--name', 'FashionSmallAugmented'] },
  { file: 'models/fashion_small_best.net', name: 'FashionSmallBest', choice: [] },
] as const;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '5' },
    epochs: { type: 'string' },
    threads: { type: 'string' },
    only: { type: 'string' },
  },
});
const options = [
  ...(values.epochs === undefined ? [] : ['--epochs', values.epochs]),
  ...(values.threads === undefined ? [] : ['--threads', values.threads]),
];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
for (const training of trainings.filter(({ name }) => values.only === undefined || values.only === name)) {
  report(
    training.name,
    seeds.map((seed) => train(training, seed, `runs/experiments/${training.name}-${seed}`, options)),
  );
}
