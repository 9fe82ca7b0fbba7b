/** `netc train FILE.net`: compiles, and runs the generated training loop with the rest of the words as its options. */
import { CommandLineError, describeTrainOptions, parseTrainOptions } from '../../../runtime/train/options.ts';
import type { TrainOptions } from '../../../runtime/train/training.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';

/** Stands for the settings of a file that is not known yet. */
const unknown: TrainOptions = {
  epochs: 1,
  batch: 1,
  shuffle: true,
  seed: 0,
  device: 'auto',
  out: 'runs',
  resume: false,
  validateEvery: 1,
  logEvery: 1,
};

export const trainCommand: Command = {
  name: 'train',
  usage: 'netc train FILE.net [--epochs N …]',
  summary: 'compiles and trains; weights, metrics and checkpoint go to runs/',
  details: [
    'Runs the training loop that `netc FILE.net` writes as generated/FILE.train.ts. What is not given here is as the',
    '`train` declaration says; --name NAME chooses the declaration where the file has several, --tuned uses',
    'what `netc tune` measured on this machine.',
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
    const tunes = argv.includes('--tuned');
    const { name, words } = takeName(argv.filter((word) => word !== file && word !== '--tuned'));
    // Says what is wrong with the options before it spends time on compiling.
    parseTrainOptions(words, unknown);
    const { openProgram } = await import('../open-program.ts');
    const tuned = tunes ? await (await import('../tuning/tuned.ts')).loadTuned() : undefined;
    const program = await openProgram(file, tuned);
    if (!program) return 1;
    const { main } = await program.trainingLoop(name);
    if (typeof main !== 'function') throw new Error(`the training loop of ${file} exports no main`);
    const status: unknown = await main(words);
    return typeof status === 'number' ? status : 0;
  },
};

/** Separates the one option that is not the loop's, which loop, from those that it gets. */
function takeName(argv: readonly string[]): { readonly name: string | undefined; readonly words: readonly string[] } {
  const at = argv.findIndex((word) => word === '--name' || word.startsWith('--name='));
  if (at < 0) return { name: undefined, words: argv };
  const inline = argv[at].includes('=');
  const name = inline ? argv[at].slice('--name='.length) : argv[at + 1];
  if (!name) throw new CommandLineError('`--name` needs a value: the name of a `train` declaration');
  return { name, words: argv.filter((_, i) => i !== at && (inline || i !== at + 1)) };
}
