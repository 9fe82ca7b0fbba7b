/**
 * What the shipped models cost in dispatches and memory, exactly: a pass that does worse is seen at once. Where one does
 * better, the new figures belong here.
 */
import { expect, test } from 'vitest';
import { compileFile } from '../../compiler/cli/compile-file.ts';
import type { ModuleSpec } from '../../runtime/program.ts';

interface Cost {
  /** Kernels of one run. */
  readonly infer: number;
  readonly evaluate: number;
  readonly train: number;
  /** Bytes of intermediate values, for each sample of the batch and regardless of it. */
  readonly scratchPerSample: number;
  readonly scratchFixed: number;
}

function costOf({ programs, buffers }: ModuleSpec): Cost {
  const scratch = buffers.filter(({ role }) => role === 'scratch');
  return {
    infer: programs.infer.kernels.length,
    evaluate: programs.evaluate.kernels.length,
    train: programs.train.kernels.length,
    scratchPerSample: scratch.reduce((sum, { size }) => sum + 4 * size.perSample, 0),
    scratchFixed: scratch.reduce((sum, { size }) => sum + 4 * size.fixed, 0),
  };
}

const costs: Readonly<Record<string, Cost>> = {
  fashion_cnn: { infer: 5, evaluate: 7, train: 14, scratchPerSample: 117_340, scratchFixed: 4_776_832 },
  fashion_cnn_logits: { infer: 5, evaluate: 7, train: 14, scratchPerSample: 117_208, scratchFixed: 4_776_832 },
  fashion_resnet: { infer: 22, evaluate: 25, train: 128, scratchPerSample: 544_688, scratchFixed: 44_833_792 },
};

test.each(Object.entries(costs))('%s', (name, expected) => {
  const [unit] = compileFile(`models/${name}.net`).units;
  expect(costOf(unit.spec)).toEqual(expected);
});
