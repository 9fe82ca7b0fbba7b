/**
 * What a command of the command line is. One file in `commands/` each; `commands/index.ts` lists them.
 */
import type { OptionTable } from './options.ts';

export interface Command {
  readonly name: string;
  /** `netc check FILE.net…`, without the options. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** More lines for `netc help COMMAND`; may be empty. */
  readonly details: readonly string[];
  readonly options: OptionTable;
  run(argv: readonly string[]): Promise<number>;
}
