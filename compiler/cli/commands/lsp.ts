/** `netc lsp`: the language server, for editors; speaks the Language Server Protocol on standard input and output. */
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { version } from '../version.ts';

const options: OptionTable = {
  stdio: { description: 'what it does anyway; editors pass it' },
};

export const lspCommand: Command = {
  name: 'lsp',
  usage: 'netc lsp',
  summary: 'the language server, for editors',
  details: [
    'Speaks the Language Server Protocol on standard input and output. compiler/editor/README.md sets editors up.',
  ],
  options,
  async run(argv) {
    readOptions('lsp', options, argv);
    const { serveStdio } = await import('../../editor/stdio.ts');
    await serveStdio(version());
    return 0;
  },
};
