/** The files that a command is given. */
import { CommandLineError } from '../../runtime/train/options.ts';

/** One `.net` file or more. */
export function sourceArguments(command: string, positionals: readonly string[]): readonly string[] {
  if (positionals.length === 0) {
    throw new CommandLineError(`\`netc ${command}\` needs a file: \`netc ${command} models/fashion_cnn.net\``);
  }
  const other = positionals.find((path) => !path.endsWith('.net'));
  if (other !== undefined) throw new CommandLineError(`\`netc ${command}\` takes .net files, not \`${other}\``);
  return positionals;
}

/** Exactly one `.net` file. */
export function sourceArgument(command: string, positionals: readonly string[]): string {
  const [file, second] = sourceArguments(command, positionals);
  if (second !== undefined)
    throw new CommandLineError(`\`netc ${command}\` takes one file, but was also given \`${second}\``);
  return file;
}
