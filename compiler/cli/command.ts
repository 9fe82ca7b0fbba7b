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
  /**
   * Runs the command with the words after its name and gives the exit status: 0 fine, 1 the program or its data has errors,
   * 2 the command line is wrong, 130 interrupted; 70, a defect of netc, is `run.ts`'s. May throw `CommandLineError` or
   * `UserError`, whose messages are complete.
   */
  run(argv: readonly string[]): Promise<number>;
}
