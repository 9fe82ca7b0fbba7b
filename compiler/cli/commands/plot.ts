/** `netc plot samples FILE.net` and `netc plot augment FILE.net`: pictures of what a network is trained on, as a PNG. */
import { CommandLineError } from '../../../runtime/train/options.ts';
import { nearest } from '../../2-check/suggest.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';

const KINDS = ['samples', 'augment'] as const;
type Kind = (typeof KINDS)[number];

const SAMPLES: Readonly<Record<Kind, number>> = { samples: 16, augment: 4 };
const VARIANTS = 8;

const options: OptionTable = {
  output: {
    value: 'FILE',
    short: 'o',
    description: 'the PNG to write (default: FILE_samples.png, FILE_augment.png, here)',
  },
  samples: {
    value: 'N',
    atLeast: 1,
    description: `show the first N training samples (default: ${SAMPLES.samples}, with \`augment\` ${SAMPLES.augment})`,
  },
  variants: { value: 'N', atLeast: 1, description: `augment: show each in the first N epochs (default: ${VARIANTS})` },
  seed: { value: 'N', atLeast: 0, description: "augment: draw with this seed (default: the training's)" },
  device: {
    value: 'NAME',
    choices: ['auto', 'webgpu', 'cpu'],
    description: 'augment: where to compute (default: auto)',
  },
  data: { value: 'DIR', description: "the data set's folder, or `synthetic` (default: looked for, then downloaded)" },
  scale: { value: 'N', atLeast: 1, description: 'make each pixel a square of N (default: what makes pictures fit)' },
  name: { value: 'NAME', description: 'the `train` declaration, where the file has several' },
};

export const plotCommand: Command = {
  name: 'plot',
  usage: 'netc plot samples|augment FILE.net [-o FILE.png]',
  summary: 'draws training samples, or what an augment makes of them, as a PNG',
  details: [
    '`samples`: the first training pictures with the names of their classes.',
    '`augment`: a row for each of the first training samples: the picture as it is, then as each of the first epochs sees it,',
    "computed as in training, with the training's seed. Numbers beyond 0..1 are shown from the least, black, to the largest, white.",
  ],
  options,
  async run(argv) {
    const given = readOptions('plot', options, argv);
    const [kind, file] = subjectOf(given.positionals);
    for (const only of ['variants', 'seed', 'device']) {
      if (kind === 'samples' && given.has(only))
        throw new CommandLineError(`\`--${only}\` goes with \`netc plot augment\`, not with \`netc plot samples\``);
    }
    const [{ checkFile }, { plotFile }] = await Promise.all([
      import('../plot/check-file.ts'),
      import('../plot/plot-file.ts'),
    ]);
    const { diagnostics, state } = checkFile(file);
    await showDiagnostics(diagnostics);
    if (!state) {
      await print(process.stderr, countLine(diagnostics));
      return 1;
    }
    const device = given.text('device');
    return await plotFile(kind, file, state, {
      output: given.text('output'),
      name: given.text('name'),
      samples: given.number('samples') ?? SAMPLES[kind],
      variants: given.number('variants') ?? VARIANTS,
      seed: given.number('seed'),
      device: device === 'webgpu' || device === 'cpu' ? device : 'auto',
      data: given.text('data'),
      scale: given.number('scale'),
    });
  },
};

/** What is to be drawn, and of which file. */
function subjectOf([kind, ...files]: readonly string[]): readonly [Kind, string] {
  const known = KINDS.find((each) => each === kind);
  if (known) return [known, sourceArgument(`plot ${known}`, files)];
  const example = '`netc plot samples models/fashion_cnn.net`';
  if (kind === undefined || kind.endsWith('.net')) {
    throw new CommandLineError(`\`netc plot\` needs to know what to draw, \`samples\` or \`augment\`: ${example}`);
  }
  const near = nearest(kind, KINDS);
  throw new CommandLineError(
    `\`netc plot\` draws \`samples\` or \`augment\`, not \`${kind}\`; ${near ? `did you mean \`${near}\`?` : `as in ${example}`}`,
  );
}
