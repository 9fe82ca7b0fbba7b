/** What experiments share: a training run by the built command, and a mean with its spread. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Run {
  readonly file: string;
  readonly name: string;
  /** The option that chooses the training where its file has several. */
  readonly choice: readonly string[];
}

interface Line {
  readonly epoch: number;
  readonly val_accuracy?: number;
}

/** Trains once on the CPU device, into `out`; the evaluated epochs' test accuracy. */
export function train(
  { file, choice }: Run,
  seed: number,
  out: string,
  options: readonly string[],
): Map<number, number> {
  const words = ['train', file, ...choice, '--device', 'cpu', '--seed', `${seed}`, '--out', out];
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

/** Prints each evaluated epoch's accuracies in percent, with mean and standard deviation over the runs. */
export function report(name: string, runs: readonly ReadonlyMap<number, number>[]): void {
  for (const epoch of runs[0]?.keys() ?? []) {
    const accuracies = runs.flatMap((run) => run.get(epoch) ?? []);
    const each = accuracies.map((accuracy) => (100 * accuracy).toFixed(2)).join(' ');
    console.log(`${name}  epoch ${epoch}  ${summary(accuracies)}  (${each})`);
  }
}

/** `78.9 ± 0.4`, in percent. */
function summary(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0;
  return `${(100 * mean).toFixed(2)} ± ${(100 * spread).toFixed(2)}`;
}
