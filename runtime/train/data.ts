/** The splits that a training run needs, opened together. */

import type { Split } from '../data/dataset.ts';
import type { DataOptions } from '../data/open.ts';
import { standardError } from '../host/node.ts';
import { Display } from './display.ts';
import type { TrainingSpec } from './training.ts';

export interface TrainingData {
  readonly train: Split;
  /** What the model is evaluated on after each epoch. */
  readonly validation: Split;
}

/** Opens what `--data` names; shows how downloads go unless `quiet`. Throws `UserError` as `openSplits` does. */
export async function openData(
  training: TrainingSpec,
  options: DataOptions & { readonly quiet?: boolean | undefined; readonly orSynthetic?: boolean | undefined } = {},
): Promise<TrainingData> {
  const display = new Display(options.quiet ? undefined : standardError());
  const withReport = { report: display.passing, ...options };
  const names = ['train', training.validate] as const;
  // Loaded when it is wanted, as `data/later.ts` says.
  const { DataNotFound, openSplits } = await import('../data/open.ts');
  const [train, validation] = await openSplits(training.dataset, names, withReport).catch((error: unknown) => {
    if (!(error instanceof DataNotFound) || !options.orSynthetic) throw error;
    display.line(`${error.message}\nTraining on drawn pictures of the same classes instead.`);
    return openSplits(training.dataset, names, { ...withReport, data: 'synthetic' });
  });
  if (!train || !validation) throw new Error('a split is missing');
  display.end();
  return { train, validation };
}
