/**
 * The command line of a trainer: one table says what the options are, reads them and explains them. The values change the
 * settings of the `train` declaration; nothing is run here.
 */
import { nodeModules } from '../host/node.ts';
import { didYouMean } from '../suggest.ts';
import type { TrainOptions } from './training.ts';

/** The command line is wrong: exit status 2. The message is complete. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}

interface OptionSpec {
  /** What stands for the value in the help; a flag has none. */
  readonly value?: string;
  readonly description: string;
  readonly read: (text: string, option: string) => Partial<TrainOptions>;
}

const devices = ['auto', 'webgpu', 'cpu'] as const;

const table: Readonly<Record<string, OptionSpec>> = {
  epochs: { value: 'N', description: 'passes over the training data', read: (t, o) => ({ epochs: whole(t, o, 0) }) },
  batch: { value: 'N', description: 'samples of a step', read: (t, o) => ({ batch: whole(t, o, 1) }) },
  device: {
    value: 'auto|webgpu|cpu',
    description: 'where to compute',
    read: (t, o) => ({ device: oneOf(t, o, devices) }),
  },
  threads: { value: 'N', description: 'threads of the CPU device', read: (t, o) => ({ threads: whole(t, o, 1) }) },
  data: {
    value: 'DIR|synthetic',
    description: "the folder of the data set's files, or drawn pictures",
    read: (data) => ({ data }),
  },
  'or-synthetic': {
    description: 'draws pictures where the data set is not there and cannot be downloaded',
    read: () => ({ orSynthetic: true }),
  },
  out: { value: 'DIR', description: 'where weights, checkpoint and metrics go', read: (out) => ({ out }) },
  resume: { description: 'goes on from the checkpoint in the output folder', read: () => ({ resume: true }) },
  weights: {
    value: 'FILE',
    description: 'starts from the parameters of a file, safetensors or PyTorch',
    read: (weights) => ({ weights, weightsFolder: undefined, except: undefined }),
  },
  steps: { value: 'N', description: 'stops after so many steps', read: (t, o) => ({ steps: whole(t, o, 1) }) },
  limit: { value: 'N', description: 'only the first N training samples', read: (t, o) => ({ limit: whole(t, o, 1) }) },
  'validate-every': {
    value: 'N',
    description: 'epochs from one evaluation to the next; the last is always evaluated',
    read: (t, o) => ({ validateEvery: whole(t, o, 1) }),
  },
  seed: { value: 'N', description: 'decides first parameters and order', read: (t, o) => ({ seed: whole(t, o, 0) }) },
  'no-shuffle': { description: 'takes the samples in the order of the data set', read: () => ({ shuffle: false }) },
  'log-every': {
    value: 'K',
    description: 'a line of metrics.jsonl each K steps',
    read: (t, o) => ({ logEvery: whole(t, o, 1) }),
  },
  quiet: { description: 'shows no progress', read: () => ({ quiet: true }) },
};

/** The settings, or `help` when it was asked for. Throws `CommandLineError` for what is not understood. */
export function parseTrainOptions(argv: readonly string[], defaults: TrainOptions): TrainOptions | 'help' {
  const { tokens } = nodeModules('a command line').util.parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(table).map(([name, spec]) => [
        name,
        { type: spec.value ? ('string' as const) : ('boolean' as const) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  let options = defaults;
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw new CommandLineError(`\`${token.value}\` is not expected here: a trainer takes only options (see --help)`);
    }
    if (token.kind !== 'option') continue;
    if (token.rawName === '--help' || token.rawName === '-h') return 'help';
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (!spec) throw unknown(token.rawName);
    if (!spec.value && token.value !== undefined) {
      throw new CommandLineError(`\`${token.rawName}\` takes no value, but was given \`${token.value}\``);
    }
    if (
      spec.value &&
      (token.value === undefined || token.value === '' || (!token.inlineValue && token.value.startsWith('--')))
    ) {
      throw new CommandLineError(`\`${token.rawName}\` needs a value: \`${token.rawName} ${spec.value}\``);
    }
    options = { ...options, ...spec.read(token.value ?? '', token.rawName) };
  }
  return options;
}

/** The help text: each option with what it is without being given. */
export function describeTrainOptions(defaults: TrainOptions): string {
  const rows = Object.entries(table).map(([name, { value, description }]) => {
    const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const preset = new Map<string, unknown>(Object.entries(defaults)).get(key);
    const shown = value && preset !== undefined ? ` (${preset})` : '';
    return { left: `--${name}${value ? ` ${value}` : ''}`, right: description + shown };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  return `Options:\n${rows.map(({ left, right }) => `  ${left.padEnd(width)}  ${right}`).join('\n')}\n`;
}

function unknown(written: string): CommandLineError {
  const names = Object.keys(table).map((name) => `--${name}`);
  const near = didYouMean(written, names);
  return new CommandLineError(
    `there is no option \`${written}\`; ${near === undefined ? `the options are ${names.join(', ')}` : `did you mean \`${near}\`?`}`,
  );
}

function whole(text: string, option: string, atLeast: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= atLeast) return value;
  throw new CommandLineError(`\`${option}\` is a whole number of at least ${atLeast}, not \`${text}\``);
}

function oneOf<Choice extends string>(text: string, option: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new CommandLineError(`\`${option}\` is one of ${choices.join(', ')}, not \`${text}\``);
}
