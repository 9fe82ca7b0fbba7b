/** The texts of `netc --help` and `netc COMMAND --help`, made from the commands' own descriptions. */
import type { Command } from './command.ts';
import { commands, findCommand } from './commands/index.ts';
import { describeOptions } from './options.ts';

/** All commands, a line each. */
export async function overview(): Promise<string> {
  const all = await Promise.all(Object.keys(commands).map((name) => findCommand(name)));
  const rows = all.flatMap((command) => (command ? [{ left: command.usage, right: command.summary }] : []));
  const width = Math.max(...rows.map((row) => row.left.length));
  return [
    'netc: a typed deep-learning language; it compiles .net files to WebGPU and WebAssembly.',
    '',
    ...rows.map((row) => `  ${row.left.padEnd(width)}  ${row.right}`),
    '',
    '`netc COMMAND --help` lists its options. Exit status: 0 fine, 1 the program or its data has errors, 2 the command line is wrong.',
  ].join('\n');
}

/** One command with its options. */
export function commandHelp(command: Command): string {
  return [
    `${command.usage}`,
    '',
    command.summary,
    ...command.details,
    ...(Object.keys(command.options).length > 0 ? ['', 'Options:', ...describeOptions(command.options)] : []),
  ].join('\n');
}
