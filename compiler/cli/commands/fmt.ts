/** `netc fmt FILE.net…`: files laid out in the language's one style, in place; from standard input for editors. */
import { chmodSync, realpathSync, statSync } from 'node:fs';
import { text as readAll } from 'node:stream/consumers';
import { writeFileAtomically } from '../../../runtime/host/files.ts';
import { CommandLineError } from '../../../runtime/train/options.ts';
import type { SourceFile } from '../../diagnostics/diagnostic.ts';
import { sourceArguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { readSource } from '../host.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { countLine, showDiagnostics } from '../show-diagnostics.ts';
import { print } from '../terminal.ts';

const options: OptionTable = {
  check: { description: 'write nothing; list the files that are not formatted, with exit status 1' },
  stdin: { description: 'format standard input, printing the result on standard output (or `-` for a file)' },
};

export const fmtCommand: Command = {
  name: 'fmt',
  usage: 'netc fmt FILE.net… [--check]',
  summary: 'formats files, keeping their comments and their meaning',
  details: ['A file with syntax errors is left as it is.'],
  options,
  async run(argv) {
    const given = readOptions('fmt', options, argv);
    const check = given.has('check');
    if (given.has('stdin') || given.positionals.includes('-')) {
      if (given.positionals.some((path) => path !== '-')) {
        throw new CommandLineError('`netc fmt` reads standard input or files, not both');
      }
      return await formatInput(check);
    }
    const paths = sourceArguments('fmt', given.positionals);
    // All are read before any is written: one that cannot be read leaves the others alone.
    const files = paths.map((path) => ({ path, source: readSource(path) }));
    return await formatFiles(files, check);
  },
};

async function formatInput(check: boolean): Promise<number> {
  const source = { path: 'standard input', text: await readAll(process.stdin) };
  const text = await formatted(source);
  if (text === undefined) return 1;
  if (check && text !== source.text) {
    await print(process.stderr, 'standard input is not formatted; without `--check`, `netc fmt -` prints it formatted');
    return 1;
  }
  if (check) return 0;
  if (text !== '') await print(process.stdout, text);
  return 0;
}

async function formatFiles(
  files: readonly { readonly path: string; readonly source: SourceFile }[],
  check: boolean,
): Promise<number> {
  let wrong = 0;
  let changed = 0;
  for (const { path, source } of files) {
    const text = await formatted(source);
    if (text === undefined) wrong++;
    else if (text !== source.text) {
      changed++;
      if (!check) await replace(path, text);
      await print(process.stdout, check ? source.path : `formatted ${source.path}`);
    }
  }
  if (changed === 0 && wrong === 0) {
    const names = files.map(({ source }) => source.path).join(', ');
    await print(process.stdout, `${names}: ${check ? 'formatted' : 'nothing to change'}`);
  }
  if (check && changed > 0) await print(process.stderr, '\n`netc fmt` without `--check` formats what is listed');
  return wrong > 0 || (check && changed > 0) ? 1 : 0;
}

/** Undefined where the file has syntax errors; they have been printed. */
async function formatted(source: SourceFile): Promise<string | undefined> {
  const { format } = await import('../../format/index.ts');
  const { text, diagnostics } = format(source);
  if (diagnostics.length === 0) return text;
  await showDiagnostics(diagnostics);
  await print(process.stderr, countLine(diagnostics));
  return undefined;
}

/** The file stays what it was otherwise: a link to another one, or readable by few. */
async function replace(path: string, text: string): Promise<void> {
  const target = realpathSync(path);
  const { mode } = statSync(target);
  await writeFileAtomically(target, [new TextEncoder().encode(text)], 'the formatted file');
  chmodSync(target, mode);
}
