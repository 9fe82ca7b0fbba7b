/**
 * Finds the command, runs it, and turns whatever goes wrong into a message and an exit status. No stack trace ever
 * reaches a user: an error that is not the user's is reported as a defect of netc.
 */

import { UserError } from '../../runtime/errors.ts';
import { CommandLineError } from '../../runtime/train/options.ts';
import { nearest } from '../2-check/suggest.ts';
import { commands, findCommand } from './commands/index.ts';
import { commandHelp, overview } from './help.ts';

import { print, wantsColor } from './terminal.ts';
import { version } from './version.ts';

/** Runs a command line without the program's name; the result is the exit status. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return await report(error);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    await print(process.stderr, await overview());
    return 2;
  }
  if (first === '--version' || first === '-V') {
    await print(process.stdout, version());
    return 0;
  }
  if (first === '--help' || first === '-h' || first === 'help') {
    const name = rest[0];
    await print(process.stdout, name === undefined ? await overview() : commandHelp(await known(name)));
    return 0;
  }
  // `netc models/x.net` is `netc compile models/x.net`: a first word that is a path or an option names no command.
  const compiles = first.startsWith('-') || /[./\\]/.test(first);
  const command = await known(compiles ? 'compile' : first);
  const words = compiles ? argv : rest;
  const end = words.indexOf('--');
  if ((end < 0 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h')) {
    await print(process.stdout, commandHelp(command));
    return 0;
  }
  return await command.run(words);
}

async function known(name: string) {
  const command = await findCommand(name);
  if (command) return command;
  const names = Object.keys(commands);
  const near = nearest(name, names);
  throw new CommandLineError(
    `netc has no command \`${name}\`; ${near ? `did you mean \`netc ${near}\`?` : `its commands are ${names.join(', ')}`}`,
  );
}

async function report(error: unknown): Promise<number> {
  const color = wantsColor(process.stderr);
  const heading = (text: string): string => (color ? `\u001b[1;31m${text}\u001b[0m` : text);
  if (error instanceof CommandLineError) {
    await print(process.stderr, `${heading('error:')} ${error.message}\nRun \`netc --help\` to see what netc can do.`);
    return 2;
  }
  if (error instanceof UserError) {
    await print(process.stderr, `${heading('error:')} ${error.message}`);
    return 1;
  }
  const text = error instanceof Error ? error.message : String(error);
  const trace = process.env.NETC_TRACE && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  await print(
    process.stderr,
    `${heading('netc has a bug:')} ${text}\n` +
      `This is not your program's fault. Please report it with the .net file, the command and \`netc --version\` (${version()}); ` +
      `NETC_TRACE=1 adds what a developer needs.${trace}`,
  );
  return 70;
}
