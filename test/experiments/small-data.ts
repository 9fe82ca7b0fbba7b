/**
 * What augmentation is worth where data is scarce: trains each declaration of models/fashion_small.net and
 * models/fashion_small_best.net from several seeds and prints the test accuracy, mean and spread (standard deviation over the
 * seeds), as a table. Needs the real data set, and hours on two cores. `small_data.py` is the same in PyTorch.
 *
 *     npm run build && npx tsx test/experiments/small-data.ts [--seeds 5] [--epochs N] [--threads 2] [--only NAME]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** Each training, with the option that chooses it where its file has several. */
const trainings = [
  { file: 'models/fashion_small.net', name: 'FashionSmall', choice: ['--name', 'FashionSmall'] },
  { file: 'models/fashion_small.net', name: 'FashionSmallAugmented', choice: ['--name', 'FashionSmallAugmented'] },
  { file: 'models/fashion_small_best.net', name: 'FashionSmallBest', choice: [] },
] as const;

interface Line {
  readonly epoch: number;
  readonly val_accuracy?: number;
}

/** Trains once; the evaluated epochs' test accuracy. */
function train(training: (typeof trainings)[number], seed: number, options: readonly string[]): Map<number, number> {
  const out = `runs/experiments/${training.name}-${seed}`;
  const words = ['train', training.file, ...training.choice, '--device', 'cpu', '--seed', `${seed}`, '--out', out];
  const { status } = spawnSync(process.execPath, ['dist/compiler/cli/main.js', ...words, ...options], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`netc ${words.join(' ')} ended with status ${status}`);
  const lines = readFileSync(`${out}/metrics.jsonl`, 'utf8').trim().split('\n');
  return new Map(
    lines
      .map((line): Line => JSON.parse(line))
      .flatMap(({ epoch, val_accuracy }) => (val_accuracy === undefined ? [] : [[epoch, val_accuracy] as const])),
  );
}

/** `78.9 ± 0.4`, in percent. */
function summary(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return `${(100 * mean).toFixed(2)} ± ${(100 * spread).toFixed(2)}`;
}

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
  const runs = seeds.map((seed) => train(training, seed, options));
  for (const epoch of runs[0]?.keys() ?? []) {
    const accuracies = runs.flatMap((run) => run.get(epoch) ?? []);
    const each = accuracies.map((accuracy) => (100 * accuracy).toFixed(2)).join(' ');
    console.log(`${training.name}  epoch ${epoch}  ${summary(accuracies)}  (${each})`);
  }
}
