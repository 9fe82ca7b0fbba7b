/** `netc explain CODE`: the long story of an error, with a program that has it and the same program put right. */
import { CommandLineError } from '../../../runtime/train/options.ts';

import { nearest } from '../../2-check/suggest.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { print } from '../terminal.ts';

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
    const entries = new Map(Object.entries(catalogue));
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
    const indented = (text: string): string =>
      text
        .trim()
        .split('\n')
        .map((line) => (line === '' ? '' : `    ${line}`))
        .join('\n');
    await print(
      process.stdout,
      [
        `${entry.severity}[${code}]: ${entry.title}`,
        '',
        entry.explanation.trim(),
        '',
        'This has it:',
        '',
        indented(entry.failing),
        '',
        'Put right:',
        '',
        indented(entry.fixed),
      ].join('\n'),
    );
    return 0;
  },
};
