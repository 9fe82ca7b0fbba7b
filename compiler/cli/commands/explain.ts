/** `netc explain CODE`: the long story of an error, with a program that has it and the same program put right. */
import { CommandLineError } from '../../../runtime/train/options.ts';

import { nearest } from '../../2-check/suggest.ts';
import type { Entry } from '../../diagnostics/catalogue/entry.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { print, wantsColor } from '../terminal.ts';

const options: OptionTable = {};

export const explainCommand: Command = {
  name: 'explain',
  usage: 'netc explain CODE',
  summary: 'explains an error or warning, with an example and its remedy',
  details: ['Example: netc explain E0301'],
  options,
  async run(argv) {
    const { positionals } = readOptions('explain', options, argv);
    const { catalogue } = await import('../../diagnostics/catalogue.ts');
    const entries = new Map<string, Entry>(Object.entries(catalogue));
    const [wanted] = positionals;
    if (wanted === undefined || positionals.length > 1) {
      throw new CommandLineError(
        `\`netc explain\` takes one code, such as E0301; the codes are ${[...entries.keys()].join(', ')}`,
      );
    }
    const code = wanted.toUpperCase();
    const entry = entries.get(code);
    if (!entry) {
      const near = nearest(code, entries.keys());
      throw new CommandLineError(
        `there is no error \`${wanted}\`; ${near ? `did you mean ${near}?` : `the codes are ${[...entries.keys()].join(', ')}`}`,
      );
    }
    const { explanation } = await import('../explanation.ts');
    await print(process.stdout, explanation(code, entry, wantsColor(process.stdout)));
    return 0;
  },
};
