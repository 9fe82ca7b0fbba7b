/** The words of the command line. */
import { parseArgs } from 'node:util';
import { networks as known } from './networks.ts';
import type { Mode, NetworkName } from './task.ts';

export interface Options {
  /** One round, netc on the CPU and PyTorch alone, shorter measurements. */
  readonly quick: boolean;
  readonly modes: readonly Mode[];
  /** Contenders whose id has one of these in it; all where it is empty. */
  readonly contenders: readonly string[];
  readonly rounds: number;
  readonly networks: readonly NetworkName[];
  /** Prints tables for a document instead of a terminal. */
  readonly markdown: boolean;
  readonly json: string;
  /** An earlier run's file: prints its tables and measures nothing. */
  readonly from: string | undefined;
  readonly help: boolean;
}

export const usage = `npm run bench -- [options]

Measures netc, PyTorch, ONNX Runtime, TensorFlow.js and jax-js side by side and prints tables.

  --quick            one round, only netc on the CPU and PyTorch, shorter measurements
  --only train|infer one of the two
  --contenders A,B   only those whose id contains one of these words: netc, pytorch-1, jax
  --rounds N         how often each is measured (3)
  --networks A,B     which of fashion_cnn, resnet18, resnet18_224 (fashion_cnn)
  --markdown         print the tables as markdown
  --json FILE        where the figures go (test/bench/results/latest.json)
  --from FILE        print the tables of an earlier run's figures; measures nothing
`;

/** Throws an error with a message for people. */
export function readOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      contenders: { type: 'string', default: '' },
      rounds: { type: 'string' },
      networks: { type: 'string', default: 'fashion_cnn' },
      markdown: { type: 'boolean', default: false },
      json: { type: 'string', default: 'test/bench/results/latest.json' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { quick, only, contenders, rounds = quick ? '1' : '3', networks, markdown, json, from, help } = values;
  if (only !== undefined && only !== 'train' && only !== 'infer')
    throw new Error(`--only is \`train\` or \`infer\`, not \`${only}\``);
  if (!/^[1-9]\d*$/.test(rounds)) throw new Error(`--rounds is a whole number of at least 1, not \`${rounds}\``);
  return {
    quick,
    modes: only === undefined ? ['train', 'infer'] : [only],
    contenders: contenders.split(',').filter((word) => word !== ''),
    rounds: Number(rounds),
    networks: networks.split(',').map(networkNamed),
    markdown,
    json,
    from,
    help,
  };
}

function networkNamed(name: string): NetworkName {
  const isKnown = (word: string): word is NetworkName => word in known;
  if (isKnown(name)) return name;
  throw new Error(`--networks takes ${Object.keys(known).join(', ')}, not \`${name}\``);
}
