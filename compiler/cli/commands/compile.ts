/** `netc FILE.net…`: checks and compiles, and writes the generated TypeScript. */
import { CommandLineError } from '../../../runtime/train/options.ts';
import type { EmitUnit } from '../../7-emit/index.ts';
import { stemOf } from '../../7-emit/names.ts';
import { sourceArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { type Emitter, startEmitter } from '../emitter.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { sourceFolders } from '../source-folders.ts';
import { print } from '../terminal.ts';
import type { Tuned } from '../tuning/tuned.ts';

const options: OptionTable = {
  output: { value: 'DIR', short: 'o', description: 'write the generated files there (default: generated)' },
  tuned: { description: 'use what `netc tune` measured on this machine' },
  'print-after': { value: 'PASS', description: 'print what the program looks like after a pass, and write nothing' },
};

export const compileCommand: Command = {
  name: 'compile',
  usage: 'netc FILE.net… [-o DIR] [--tuned]',
  summary: 'compiles to TypeScript: DIR/FILE.ts, its kernels and its training loop',
  details: ['`netc compile FILE.net…` is the same.'],
  options,
  async run(argv) {
    const given = readOptions('compile', options, argv);
    const files = sourceArguments('compile', given.positionals);
    const folder = given.text('output') ?? 'generated';
    const twice = sameOutput(files);
    if (twice !== undefined) {
      throw new CommandLineError(
        `two of the files would both write ${folder}/${twice}.ts; compile them with different -o`,
      );
    }
    const load = async () => await (await import('../tuning/tuned.ts')).loadTuned();
    const printAfter = given.text('print-after');
    const emitter = printAfter === undefined ? startEmitter() : undefined;
    try {
      let status = 0;
      for (const file of files) {
        const tuned = given.has('tuned') ? await load() : undefined;
        status = Math.max(status, await compileOne(file, folder, emitter, printAfter, tuned));
      }
      return status;
    } finally {
      await emitter?.stop();
    }
  },
};

/** Without an emitter the file is compiled for what is printed of it. */
async function compileOne(
  file: string,
  folder: string,
  emitter: Emitter | undefined,
  printAfter: string | undefined,
  tuned: Tuned | undefined,
): Promise<number> {
  const start = performance.now();
  const { compileFile } = await import('../compile-file.ts');
  const result = compileFile(file, printAfter, tuned?.choiceOf);
  await showDiagnostics(result.diagnostics);
  if (result.printed !== undefined) await print(process.stdout, result.printed);
  if (result.diagnostics.some((diagnostic) => diagnostic.severity === 'error')) {
    await print(process.stderr, countLine(result.diagnostics));
    return 1;
  }
  if (!emitter) return 0;
  if (result.units.length === 0) {
    await print(process.stdout, `${file}: no errors; it declares no model, so there is nothing to generate`);
    return 0;
  }
  await tuned?.report(file);
  const { writeFiles } = await import('../write-files.ts');
  const emitted = await emitter.emit('sources', result.units, {
    source: result.source,
    output: folder,
    sourceFolders: sourceFolders(result.units, folder),
  });
  await writeFiles(folder, emitted);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const names = emitted.map(({ path }) => path).join(', ');
  await print(
    process.stdout,
    `${file}: ${result.units.map(describe).join('; ')}\n  ${folder}/{${names}} in ${seconds} s`,
  );
  return 0;
}

/** `FashionCnn, 167,114 parameters, 23 kernels`. */
function describe({ name, spec }: EmitUnit): string {
  const parameters = spec.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  return `${name}, ${parameters.toLocaleString('en-US')} parameters, ${spec.kernels.length} kernels`;
}

/** The stem that two files share, whose output would be the same files. */
function sameOutput(files: readonly string[]): string | undefined {
  const stems = files.map(stemOf);
  return stems.find((stem, i) => stems.indexOf(stem) < i);
}
