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
  /** Kernels, and bytes of their results, that inference and evaluation need once for the same parameters. */
  readonly prepare: number;
  readonly prepared: number;
}

function costOf({ programs, buffers }: ModuleSpec): Cost {
  const scratch = buffers.filter(({ role }) => role === 'scratch');
  return {
    infer: programs.infer.kernels.length,
    evaluate: programs.evaluate.kernels.length,
    train: programs.train.kernels.length,
    scratchPerSample: scratch.reduce((sum, { size }) => sum + 4 * size.perSample, 0),
    scratchFixed: scratch.reduce((sum, { size }) => sum + 4 * size.fixed, 0),
    prepare: programs.prepare.kernels.length,
    prepared: buffers.reduce((sum, { role, size }) => sum + (role === 'prepared' ? 4 * size.fixed : 0), 0),
  };
}

const costs: Readonly<Record<string, Cost>> = {
  fashion_cnn: {
    infer: 5,
    evaluate: 7,
    train: 14,
    scratchPerSample: 118_784,
    scratchFixed: 4_319_872,
    prepare: 1,
    prepared: 950_272,
  },
  fashion_cnn_logits: {
    infer: 5,
    evaluate: 7,
    train: 14,
    scratchPerSample: 118_784,
    scratchFixed: 4_319_872,
    prepare: 1,
    prepared: 950_272,
  },
  fashion_resnet: {
    infer: 22,
    evaluate: 25,
    train: 128,
    scratchPerSample: 446_512,
    scratchFixed: 26_797_056,
    prepare: 3,
    prepared: 18_291_712,
  },
};

test.each(Object.entries(costs))('%s', (name, expected) => {
  const [unit] = compileFile(`models/${name}.net`).units;
  expect(costOf(unit.spec)).toEqual(expected);
});
