/** `netc eval FILE.net`: loss, accuracy and confusion of trained weights on a split. */

import { existsSync } from 'node:fs';
import { UserError } from '../../../runtime/errors.ts';
import type { Evaluation } from '../../../runtime/train/evaluate.ts';
import type { TrainingSpec } from '../../../runtime/train/training.ts';
import { snakeCase } from '../../7-emit/names.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { confusionTable } from '../confusion-table.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { print } from '../terminal.ts';

/** Samples of a run; the figures do not depend on it. */
const BATCH = 250;

const options: OptionTable = {
  weights: { value: 'FILE', description: 'the safetensors file to evaluate (default: that of the last `netc train`)' },
  split: { value: 'NAME', choices: ['train', 'test', 'validation'], description: 'the samples to use (default: test)' },
  data: { value: 'DIR', description: "the data set's folder, or `synthetic` (default: looked for, then downloaded)" },
  device: { value: 'NAME', choices: ['auto', 'webgpu', 'cpu'], description: 'where to compute (default: auto)' },
  threads: { value: 'N', atLeast: 1, description: 'threads of the CPU device' },
  name: { value: 'NAME', description: 'the `train` declaration, where the file has several' },
  json: { description: 'print {"split","samples","loss","accuracy","confusion"}' },
};

export const evalCommand: Command = {
  name: 'eval',
  usage: 'netc eval FILE.net [--weights FILE]',
  summary: 'loss, accuracy and confusion on a split',
  details: ['The `train` declaration says what the data set, the loss and the metrics are.'],
  options,
  async run(argv) {
    const given = readOptions('eval', options, argv);
    const file = sourceArgument('eval', given.positionals);
    const { openProgram } = await import('../open-program.ts');
    const program = await openProgram(file);
    if (!program) return 1;
    const training = chooseTraining(await program.classes(), file, given.text('name'));
    const [{ openSplit }, { openDevice }, { CompiledModel, openModel }, { Display }, { evaluate }] = await Promise.all([
      import('../../../runtime/data/later.ts'),
      import('../../../runtime/open-device.ts'),
      import('../../../runtime/model.ts'),
      import('../../../runtime/train/display.ts'),
      import('../../../runtime/train/evaluate.ts'),
    ]);
    const weights = given.text('weights') ?? lastWeights(file, training);
    const split = given.text('split');
    const choice = given.text('device');
    const data = await openSplit(training.dataset, split === 'train' || split === 'validation' ? split : 'test', {
      data: given.text('data'),
    });
    const threads = given.number('threads');
    const display = new Display(process.stderr);
    const device = await openDevice(choice === 'webgpu' || choice === 'cpu' ? choice : 'auto', { threads });
    try {
      const session = await openModel(training.model, device, {
        weights,
        batch: Math.min(BATCH, data.samples),
        progress: display.compiling,
      });
      display.end();
      const model = new CompiledModel(training.model, session);
      const evaluation = await evaluate(model, training, data);
      await print(
        process.stdout,
        given.has('json') ? json(evaluation) : table(evaluation, training, weights, device.description),
      );
    } finally {
      await device.destroy();
    }
    return 0;
  },
};

/** Where `netc train` leaves them, if it has. */
function lastWeights(file: string, training: TrainingSpec): string {
  const weights = `runs/${snakeCase(training.name)}/weights.safetensors`;
  if (existsSync(weights)) return weights;
  throw new UserError(
    `there are no weights in ${weights}; train first (\`netc train ${file}\`), or name a file with --weights`,
  );
}

function json({ split, samples, loss, accuracy, confusion }: Evaluation): string {
  return JSON.stringify({ split, samples, loss, accuracy, confusion });
}

function table(evaluation: Evaluation, training: TrainingSpec, weights: string, device: string): string {
  const { split, samples, loss, accuracy, confusion } = evaluation;
  const head = `${training.name} with ${weights} on ${samples.toLocaleString('en-US')} samples of ${training.dataset.name}, ${split} (${device})`;
  const figures = `loss ${loss.toFixed(4)}${accuracy === null ? '' : `, accuracy ${(100 * accuracy).toFixed(2)} %`}`;
  return [head, figures, ...(confusion ? ['', confusionTable(confusion, training.dataset.classes)] : [])].join('\n');
}

function chooseTraining(
  exports: Readonly<Record<string, unknown>>,
  file: string,
  name: string | undefined,
): TrainingSpec {
  const all = Object.values(exports).filter(isTraining);
  const [training, second] = name === undefined ? all : all.filter((candidate) => candidate.name === name);
  const names = all.map((candidate) => candidate.name).join(', ');
  if (training && !second) return training;
  if (all.length === 0) throw new UserError(`${file} has no \`train\` declaration, which says what to evaluate on`);
  if (name === undefined)
    throw new UserError(`${file} has several \`train\` declarations; choose one with --name: ${names}`);
  throw new UserError(`${file} has no \`train\` declaration called ${name}; it has ${names}`);
}

/** A generated module exports classes, data sets and trainings; only the last have all of these. */
function isTraining(value: unknown): value is TrainingSpec {
  return typeof value === 'object' && value !== null && 'dataset' in value && 'fields' in value && 'uniforms' in value;
}
