/** What `--tuned` makes the compiler choose: the winners that `netc tune` left for this machine's devices. */
import { cpus } from 'node:os';
import type { Device } from '../../../runtime/device.ts';
import { openDevice } from '../../../runtime/open-device.ts';
import type { Choice } from '../../5-loop/choice.ts';
import type { ChoiceOf } from '../../7-emit/choices.ts';
import { print } from '../terminal.ts';
import { hashOf, readWinners } from './store.ts';

/** A device as winners are filed: with the processor, and the engine that compiles for it. */
export function deviceName({ kind, description }: Device): string {
  if (kind === 'webgpu') return description;
  return `${description}, ${cpus()[0]?.model ?? 'unknown processor'}, V8 ${process.versions.v8}`;
}

export class Tuned {
  /** Changes with what is known. */
  readonly fingerprint: string;
  readonly #choices: ReadonlyMap<string, Choice>;
  #used = 0;

  constructor(choices: ReadonlyMap<string, Choice>) {
    this.#choices = choices;
    this.fingerprint = JSON.stringify([...choices]);
  }

  readonly choiceOf: ChoiceOf = (key) => {
    const choice = this.#choices.get(hashOf(key));
    if (choice) this.#used++;
    return choice;
  };

  /** How many parts of the programs that were compiled with it were measured; where none was, says so. */
  async report(file: string): Promise<number> {
    if (this.#used === 0) {
      await print(
        process.stderr,
        `nothing of ${file} was measured here yet (\`netc tune ${file}\`): compiled as without --tuned`,
      );
    }
    return this.#used;
  }
}

/** Says what is wrong with a file of winners that is damaged. Only the CPU device has parts that can be run in several ways. */
export async function loadTuned(): Promise<Tuned> {
  const device = await openDevice('cpu');
  const stored = readWinners(deviceName(device));
  await device.destroy();
  await warnOfDamage(stored);
  return new Tuned(new Map([...stored.winners].map(([key, { choice }]) => [key, choice])));
}

export async function warnOfDamage({ path, damaged }: ReturnType<typeof readWinners>): Promise<void> {
  if (damaged === undefined) return;
  await print(process.stderr, `warning: ${path} is not what \`netc tune\` writes (${damaged}); it is ignored`);
}
