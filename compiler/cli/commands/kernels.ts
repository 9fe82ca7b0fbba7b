/** `netc kernels FILE.net`: what each dispatch of training and inference does, costs and looks like. */
import type { ProgramName } from '../../../runtime/program.ts';
import { sourceArgument } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';

const BATCH = 64;

const options: OptionTable = {
  program: {
    value: 'NAME',
    choices: ['train', 'infer', 'evaluate', 'prepare'],
    description: 'list that program alone (default: train and infer)',
  },
  batch: { value: 'N', atLeast: 1, description: `count for batches of N samples (default: ${BATCH})` },
  tuned: { description: 'as `netc FILE.net --tuned` compiles it' },
  wgsl: { description: "print each kernel's WGSL too" },
  json: {
    description: 'print {"train":[…],"infer":[…]}, an entry a dispatch; of a file with several models, an array',
  },
};

const TITLES: Readonly<Record<ProgramName, string>> = {
  train: 'a training step',
  infer: 'inference',
  evaluate: 'evaluation',
  prepare: 'what inference needs of the parameters',
};

export const kernelsCommand: Command = {
  name: 'kernels',
  usage: 'netc kernels FILE.net [--program NAME] [--batch N] [--tuned] [--wgsl] [--json]',
  summary: 'lists the kernels: what was fused, schedules, work, memory',
  details: [
    'For each dispatch: what it does; what was fused into it; what is kept in memory for others, or computed again, and why;',
    'how both devices run it; arithmetic (guards count as true: at most so much), elements read and written, each once.',
  ],
  options,
  async run(argv) {
    const given = readOptions('kernels', options, argv);
    const file = sourceArgument('kernels', given.positionals);
    const [{ compileUnits }, { kernelEntries }, { kernelsText }] = await Promise.all([
      import('../compile-units.ts'),
      import('../kernel-entries.ts'),
      import('../kernels-text.ts'),
    ]);
    const tuned = given.has('tuned') ? await (await import('../tuning/tuned.ts')).loadTuned() : undefined;
    const { diagnostics, units } = compileUnits(file, tuned?.choiceOf);
    await showDiagnostics(diagnostics.filter((diagnostic) => diagnostic.severity === 'error' || !given.has('json')));
    if (diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
      await print(process.stderr, countLine(diagnostics));
      return 1;
    }
    await tuned?.report(file);
    const batch = given.number('batch') ?? BATCH;
    const chosen = (['train', 'infer', 'evaluate'] as const).find((name) => name === given.text('program'));
    const programs: readonly ProgramName[] = chosen ? [chosen] : ['train', 'infer'];
    const listed = units.map((unit) => ({
      unit,
      programs: programs.map((name) => ({ name, entries: kernelEntries(unit, name, batch) })),
    }));
    if (given.has('json')) {
      const all = listed.map(({ unit, programs: lists }) => ({
        ...(listed.length === 1 ? {} : { model: unit.name }),
        ...Object.fromEntries(lists.map(({ name, entries }) => [name, entries])),
      }));
      await print(process.stdout, JSON.stringify(all.length === 1 ? all[0] : all, null, 2));
      return 0;
    }
    const texts = listed.flatMap(({ unit, programs: lists }) =>
      lists
        .filter(({ entries }) => entries.length > 0)
        .map(({ name, entries }) =>
          kernelsText(`${unit.name}, ${TITLES[name]} with a batch of ${batch}`, entries, given.has('wgsl')),
        ),
    );
    const hint = given.has('wgsl') ? [] : ['--wgsl adds the text of each kernel, --json gives everything as data.'];
    const nothing = `${file} declares no ${chosen === undefined || chosen === 'infer' ? 'model' : 'training'}, so there is nothing to list`;
    await print(process.stdout, texts.length === 0 ? nothing : [...texts, ...hint].join('\n\n'));
    return 0;
  },
};
