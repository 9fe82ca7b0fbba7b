/** `netc train FILE.net`: compiles, and runs the generated training loop with the rest of the words as its options. */
import { describeTrainOptions, parseTrainOptions } from '../../../runtime/train/options.ts';
import type { TrainOptions } from '../../../runtime/train/training.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';

/** The one option that is not the loop's: which loop. */
const NAME = '--name';

/** Stands for the settings of a file that is not known yet. */
const unknown: TrainOptions = {
  epochs: 1,
  batch: 1,
  shuffle: true,
  seed: 0,
  device: 'auto',
  out: 'runs',
  resume: false,
  logEvery: 1,
};

export const trainCommand: Command = {
  name: 'train',
  usage: 'netc train FILE.net [--epochs N …]',
  summary: 'compiles and trains; weights, metrics and checkpoint go to runs/',
  details: [
    'Runs the training loop that `netc FILE.net` writes as generated/FILE.train.ts. What is not given here is as the',
    '`train` declaration says; --name NAME chooses the declaration where the file has several.',
    '',
    // Without the values of the settings, which are the file's.
    describeTrainOptions(unknown)
      .replace(/ \([^()]*\)$/gm, '')
      .trimEnd(),
  ],
  options: {},
  async run(argv) {
    const source = argv.filter((word) => word.endsWith('.net'));
    const file = sourceArgument('train', source);
    const words = argv.filter((word) => word !== file);
    const at = words.indexOf(NAME);
    const name = at < 0 ? undefined : words[at + 1];
    if (at >= 0) words.splice(at, 2);
    // Says what is wrong with the options before it spends time on compiling.
    parseTrainOptions(words, unknown);
    const { openProgram } = await import('../open-program.ts');
    const program = await openProgram(file);
    if (!program) return 1;
    const { main } = await program.trainingLoop(name);
    if (typeof main !== 'function') throw new Error(`the training loop of ${file} exports no main`);
    const status: unknown = await main(words);
    return typeof status === 'number' ? status : 0;
  },
};
