/**
 * Options of a command: one table says what they are, reads them and explains them in the help. Reading the words is
 * `node:util`'s; the messages are ours, because they have to say what to do next.
 */
import { parseArgs } from 'node:util';
import { CommandLineError } from '../../runtime/train/options.ts';
import { nearest } from '../2-check/suggest.ts';

export interface OptionSpec {
  /** What stands for the value in the help (`FILE`, `N`); an option without it is a flag. */
  readonly value?: string;
  readonly short?: string;
  readonly description: string;
  /** A whole number of at least this. */
  readonly atLeast?: number;
  /** The only values that are accepted. */
  readonly choices?: readonly string[];
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

export interface Options {
  readonly positionals: readonly string[];
  has(name: string): boolean;
  text(name: string): string | undefined;
  number(name: string): number | undefined;
}

/** Reads a command's words. Throws `CommandLineError` for an unknown option, a missing or unfit value. */
export function readOptions(command: string, table: OptionTable, argv: readonly string[]): Options {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(table).map(([name, spec]) => [
        name,
        { type: spec.value ? ('string' as const) : ('boolean' as const), ...(spec.short ? { short: spec.short } : {}) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(table, token.name) ? table[token.name] : undefined;
    if (!spec) throw unknownOption(command, table, token.rawName);
    values.set(token.name, checkedValue(command, token.rawName, spec, token.value, token.inlineValue === true));
  }
  return {
    positionals,
    has: (name) => values.has(name),
    text: (name) => values.get(name),
    number: (name) => (values.has(name) ? Number(values.get(name)) : undefined),
  };
}

function unknownOption(command: string, table: OptionTable, written: string): CommandLineError {
  const names = Object.keys(table);
  const near = nearest(written.replace(/^-+/, ''), names);
  const remedy = near
    ? `did you mean \`--${near}\`?`
    : `its options are ${names.map((name) => `--${name}`).join(', ')}`;
  return new CommandLineError(`\`netc ${command}\` has no option \`${written}\`; ${remedy}`);
}

function checkedValue(
  command: string,
  written: string,
  spec: OptionSpec,
  value: string | undefined,
  inline: boolean,
): string {
  if (!spec.value) {
    if (value !== undefined) throw new CommandLineError(`\`${written}\` takes no value, but was given \`${value}\``);
    return '';
  }
  if (value === undefined || value === '' || (!inline && value.startsWith('--'))) {
    throw new CommandLineError(`\`${written}\` needs a value: \`netc ${command} ${written} ${spec.value}\``);
  }
  if (spec.choices && !spec.choices.includes(value)) {
    throw new CommandLineError(`\`${written}\` is one of ${spec.choices.join(', ')}, not \`${value}\``);
  }
  if (spec.atLeast !== undefined && !(/^\d+$/.test(value) && Number(value) >= spec.atLeast)) {
    throw new CommandLineError(`\`${written}\` is a whole number of at least ${spec.atLeast}, not \`${value}\``);
  }
  return value;
}

/** The help's lines for a table: `  -o, --output DIR    where…`. */
export function describeOptions(table: OptionTable): string[] {
  const rows = Object.entries(table).map(([name, spec]) => ({
    left: `${spec.short ? `-${spec.short}, ` : ''}--${name}${spec.value ? ` ${spec.value}` : ''}`,
    right: spec.description,
  }));
  const width = Math.max(0, ...rows.map((row) => row.left.length));
  return rows.map((row) => `  ${row.left.padEnd(width)}  ${row.right}`);
}
