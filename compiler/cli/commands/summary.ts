/** `netc summary FILE.net`: the layers with shapes, parameters and multiply-adds, as a table or as JSON. */
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { summaryTable } from '../summary-table.ts';
import { print } from '../terminal.ts';

const options: OptionTable = {
  batch: { value: 'N', atLeast: 1, description: 'show the shapes and multiply-adds of a batch of N samples' },
  json: { description: 'print JSON; of a file with several models, an array' },
};

export const summaryCommand: Command = {
  name: 'summary',
  usage: 'netc summary FILE.net [--batch N] [--json]',
  summary: 'lists the layers with shapes, parameters and multiply-adds',
  details: ['Multiply-adds count convolutions and matrix products, for one sample unless --batch is given.'],
  options,
  async run(argv) {
    const given = readOptions('summary', options, argv);
    const file = sourceArgument('summary', given.positionals);
    const [{ analyze }, { summarize }] = await Promise.all([import('../analyze.ts'), import('../summarize.ts')]);
    const { program, diagnostics } = analyze(file);
    await showDiagnostics(diagnostics.filter((diagnostic) => diagnostic.severity === 'error' || !given.has('json')));
    if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
      await print(process.stderr, countLine(diagnostics));
      return 1;
    }
    const summaries = program.models.map((model) => summarize(model));
    const tables = summaries.map((summary) => summaryTable(summary, given.number('batch'))).join('\n\n');
    const json = JSON.stringify(summaries.length === 1 ? summaries[0] : summaries, null, 2);
    const text =
      tables || `${file} declares no model that can be built without configuration, so there is nothing to list`;
    await print(process.stdout, given.has('json') ? json : text);
    return 0;
  },
};
