/** `netc summary FILE.net`: the layers with shapes, parameters and multiply-adds, as a table or as JSON. */
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { Limits } from '../limits.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import type { Summary } from '../summarize.ts';
import { summaryTable } from '../summary-table.ts';
import { print } from '../terminal.ts';

/** What --limits takes the batch to be. */
const BATCH = 64;

const options: OptionTable = {
  batch: { value: 'N', atLeast: 1, description: 'show the shapes and multiply-adds of a batch of N samples' },
  limits: {
    description: `compile, and add memory, work and the largest batch of training and inference (batch ${BATCH} unless given)`,
  },
  json: { description: 'print JSON; of a file with several models, an array' },
};

export const summaryCommand: Command = {
  name: 'summary',
  usage: 'netc summary FILE.net [--batch N] [--limits] [--json]',
  summary: 'lists the layers with shapes, parameters and multiply-adds',
  details: [
    'Multiply-adds count convolutions and matrix products, for one sample unless --batch is given.',
    "With --limits: what a training step and a prediction take, and the largest batch under WebGPU's default limits.",
  ],
  options,
  async run(argv) {
    const given = readOptions('summary', options, argv);
    const file = sourceArgument('summary', given.positionals);
    const batch = given.number('batch');
    const { diagnostics, summaries } = given.has('limits') ? await compiled(file, batch ?? BATCH) : await checked(file);
    await showDiagnostics(diagnostics.filter((diagnostic) => diagnostic.severity === 'error' || !given.has('json')));
    if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
      await print(process.stderr, countLine(diagnostics));
      return 1;
    }
    const { limitsTable } = await import('../limits-table.ts');
    const tables = summaries.map(({ limits, ...summary }) =>
      [summaryTable(summary, batch), ...(limits ? [limitsTable(limits)] : [])].join('\n'),
    );
    const json = JSON.stringify(summaries.length === 1 ? summaries[0] : summaries, null, 2);
    const text =
      tables.join('\n\n') ||
      `${file} declares no model that can be built without configuration, so there is nothing to list`;
    await print(process.stdout, given.has('json') ? json : text);
    return 0;
  },
};

interface Listed {
  readonly diagnostics: readonly Diagnostic[];
  readonly summaries: readonly (Summary & { readonly limits?: Limits })[];
}

/** A summary for each model. */
async function checked(file: string): Promise<Listed> {
  const [{ analyze }, { summarize }] = await Promise.all([import('../analyze.ts'), import('../summarize.ts')]);
  const { program, diagnostics } = analyze(file);
  return { diagnostics, summaries: program.models.map(summarize) };
}

/** A summary with limits for each class that would be generated: a model that is trained in two ways has two. */
async function compiled(file: string, batch: number): Promise<Listed> {
  const [{ compileUnits }, { limitsOf }, { summarize }] = await Promise.all([
    import('../compile-units.ts'),
    import('../limits.ts'),
    import('../summarize.ts'),
  ]);
  const { diagnostics, units } = compileUnits(file);
  const wrong = diagnostics.some(({ severity }) => severity === 'error');
  const summaries = wrong ? [] : units.map((unit) => ({ ...summarize(unit.model), limits: limitsOf(unit, batch) }));
  return { diagnostics, summaries };
}
