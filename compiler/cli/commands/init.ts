/** `netc init NAME`: begins a project in a folder of its own, with a network that trains as it is. */
import { existsSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../../../runtime/errors.ts';
import { makeFolder, reasonFor, writeFileAtomically } from '../../../runtime/host/files.ts';
import { CommandLineError } from '../../../runtime/train/options.ts';
import type { Command } from '../command.ts';
import { type OptionTable, readOptions } from '../options.ts';
import { hasNetc, netcDependency, packageFile } from '../starter/package-file.ts';
import { firstCommands, type ProjectFile, projectFiles } from '../starter/project.ts';
import { print } from '../terminal.ts';

const options: OptionTable = {};

/** What a folder may have that is no project yet; nothing of it is touched. */
const mayBeThere = ['.git', 'node_modules', 'package.json', 'package-lock.json'];

export const initCommand: Command = {
  name: 'init',
  usage: 'netc init NAME',
  summary: 'begins a project: a small network with its data, which trains as it is',
  details: [
    'Makes the folder NAME with NAME.net, a data set of drawn shapes and a README; `netc init .` uses the folder you are in.',
    'Whatever is there already is left alone: a folder that is not empty is refused.',
  ],
  options,
  async run(argv) {
    const { positionals } = readOptions('init', options, argv);
    const [wanted, second] = positionals;
    if (!wanted) {
      throw new CommandLineError(
        '`netc init` needs a name: `netc init my-net`, or `netc init .` for the folder you are in',
      );
    }
    if (second !== undefined) {
      throw new CommandLineError(`\`netc init\` takes one name, but was also given \`${second}\``);
    }
    const folder = resolve(wanted);
    const project = checkedName(basename(folder), wanted);
    refuseOccupied(folder, wanted);
    const install = !hasNetc(folder);
    const described = existsSync(join(folder, 'package.json'));
    const files = [
      ...projectFiles(project, install),
      ...(install && !described ? [{ path: 'package.json', content: packageFile(project, folder) }] : []),
    ];
    await writeAll(folder, files);
    await print(process.stdout, report(project, wanted, folder, files, install && described));
    return 0;
  },
};

/** The folder's name names the file and the model. Throws `CommandLineError`. */
function checkedName(name: string, wanted: string): string {
  if (/^[A-Za-z][A-Za-z0-9_-]*$/.test(name) && name.length <= 100) return name;
  const plain = name
    .replace(/\.net$/, '')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 90);
  const fitting = /^[A-Za-z]/.test(plain) ? plain : `net-${plain}`.replace(/-$/, '');
  const remedy = `\`netc init ${join(dirname(wanted), fitting)}\` would do`;
  throw new CommandLineError(
    `\`${name}\` cannot name a project: a letter comes first, then up to 99 letters, digits, \`-\` and \`_\`; ${remedy}`,
  );
}

/** Throws `UserError` where files of the user's own might be in the way. */
function refuseOccupied(folder: string, wanted: string): void {
  let names: readonly string[];
  try {
    if (!statSync(folder).isDirectory()) {
      throw new UserError(`${wanted} is a file, not a folder; nothing was written. Choose another name`);
    }
    names = readdirSync(folder).filter((name) => !mayBeThere.includes(name));
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (!existsSync(folder)) return;
    throw new UserError(`cannot look into the folder ${wanted}: ${reasonFor(error)}; nothing was written`);
  }
  if (names.length === 0) return;
  const shown = names.slice(0, 4).join(', ') + (names.length > 4 ? `, … (${names.length} in all)` : '');
  const where = folder === process.cwd() ? 'the folder you are in' : `the folder ${wanted}`;
  throw new UserError(
    `${where} is not empty, it has ${shown}; nothing was written. Choose another name, or move away what is there`,
  );
}

/** All or none: what was written is removed when something cannot be. */
async function writeAll(folder: string, files: readonly ProjectFile[]): Promise<void> {
  const made = missingFolders(join(folder, 'data'));
  const written: string[] = [];
  try {
    await makeFolder(join(folder, 'data')).catch((error) => {
      throw new UserError(`cannot make the folder ${folder}: ${reasonFor(error)}; choose another place`);
    });
    for (const { path, content } of files) {
      const target = join(folder, path);
      const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
      await writeFileAtomically(target, [bytes], "the project's file");
      written.push(target);
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    for (const path of made) if (existsSync(path)) rmdirSync(path);
    throw error;
  }
}

/** The folder and those above it that do not exist, the innermost first. */
function missingFolders(folder: string): readonly string[] {
  return existsSync(folder) ? [] : [folder, ...missingFolders(dirname(folder))];
}

/** What was written, and what to do now. `add`: the folder has a package.json that does not know netc. */
function report(project: string, wanted: string, folder: string, files: readonly ProjectFile[], add: boolean): string {
  const shown = [...files.map(({ path }) => path).filter((path) => !path.startsWith('data/')), 'data/'].sort();
  const there = relative(process.cwd(), folder);
  const commands = firstCommands(project, false).map(([command]) => command);
  const install = files.some(({ path }) => path === 'package.json') ? ['npm install'] : [];
  const next = [
    ...(there === '' ? [] : [`cd ${/\s/.test(wanted) ? JSON.stringify(wanted) : wanted}`]),
    ...(add ? [`npm install ${netcDependency(folder).replace(/^\^/, 'netc@')}`] : install),
    ...commands,
  ];
  return [
    `${there === '' ? 'The folder you are in' : wanted} has a project now: ${shown.join(', ')}`,
    '',
    `Read ${project}.net first. Then:`,
    '',
    ...next.map((command) => `  ${command}`),
  ].join('\n');
}
