/** `netc check FILE.net…`: every error and warning, for people or as JSON. Compiles nothing. */
import { sourceArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';

const options: OptionTable = {
  json: { description: 'print a JSON array of diagnostics on standard output' },
};

export const checkCommand: Command = {
  name: 'check',
  usage: 'netc check FILE.net… [--json]',
  summary: 'reports errors and warnings without compiling',
  details: [],
  options,
  async run(argv) {
    const given = readOptions('check', options, argv);
    const files = sourceArguments('check', given.positionals);
    const [{ analyze }, { arrange }] = await Promise.all([
      import('../analyze.ts'),
      import('../../diagnostics/order.ts'),
    ]);
    // A file that several of them import is reported once.
    const diagnostics = arrange(files.flatMap((file) => analyze(file).diagnostics));
    if (given.has('json')) {
      const { toJson } = await import('../../diagnostics/json.ts');
      await print(process.stdout, JSON.stringify(toJson(diagnostics), null, 2));
    } else {
      await showDiagnostics(diagnostics);
      if (diagnostics.length === 0) await print(process.stdout, `${files.join(', ')}: no errors, no warnings`);
      else await print(process.stderr, countLine(diagnostics));
    }
    return diagnostics.some((diagnostic) => diagnostic.severity === 'error') ? 1 : 0;
  },
};
