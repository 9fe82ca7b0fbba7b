/**
 * Winners of `netc tune` on disk: in the cache folder a file for each device and version of the compiler. A file that cannot
 * be understood is left alone and said to be ignored, as tuning is never needed for right results.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../../runtime/data/locate.ts';
import { UserError } from '../../../runtime/errors.ts';
import { makeFolder, reasonFor, writeFileAtomically } from '../../../runtime/host/files.ts';
import { type Choice, TILES, WIDTHS } from '../../5-loop/choice.ts';
import { version } from '../version.ts';

export interface Winner {
  readonly choice: Choice;
  /** For people who look into the file: what was measured, for batches of how many samples. */
  readonly label: string;
  readonly batch: number;
}

/** By the hash of the part's key. */
export type Winners = ReadonlyMap<string, Winner>;

export interface Stored {
  readonly path: string;
  readonly winners: Winners;
  /** Why the file that is there is not used; undefined where it is, or there is none. */
  readonly damaged: string | undefined;
}

export const hashOf = (key: string): string => createHash('sha256').update(`${version()}\n${key}`).digest('hex');

/** `0.1.0-3f2a….json`: a description may hold what a file name may not. */
export function storePath(device: string): string {
  const hash = createHash('sha256').update(device).digest('hex').slice(0, 16);
  return join(cacheFolder('tuning'), `${version()}-${hash}.json`);
}

export function readWinners(device: string): Stored {
  const path = storePath(device);
  try {
    return { path, winners: parse(readFileSync(path, 'utf8')), damaged: undefined };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    return { path, winners: new Map(), damaged: missing ? undefined : reasonFor(error) };
  }
}

/** Adds to what the file has by now, which another run may have added to. Throws `UserError` where nothing can be written. */
export async function storeWinners(device: string, added: Winners): Promise<void> {
  const { path, winners } = readWinners(device);
  const all = Object.fromEntries([...winners, ...added]);
  const text = `${JSON.stringify({ device, version: version(), winners: all }, null, 1)}\n`;
  try {
    await makeFolder(cacheFolder('tuning'));
  } catch (error) {
    throw new UserError(
      `cannot make the folder ${cacheFolder('tuning')}: ${reasonFor(error)}; NETC_CACHE=DIR names another`,
    );
  }
  await writeFileAtomically(path, [new TextEncoder().encode(text)], 'what was measured');
}

/** Throws where the text is not of such a file. */
function parse(text: string): Winners {
  const { winners } = recordOf(JSON.parse(text));
  return new Map(Object.entries(recordOf(winners)).map(([key, value]) => [key, winnerOf(recordOf(value))]));
}

function winnerOf({ choice, label, batch }: Readonly<Record<string, unknown>>): Winner {
  const { form, tile, width } = recordOf(choice);
  if (form !== 'own' && form !== 'plain') throw new Error(`the form ${form} is unknown`);
  const among = (value: unknown, known: readonly number[]): number | undefined => {
    if (value !== undefined && !known.some((each) => each === value))
      throw new Error(`${value} is none of ${known.join()}`);
    return value === undefined ? undefined : Number(value);
  };
  return {
    choice: { form, tile: among(tile, TILES), width: among(width, WIDTHS) },
    label: String(label),
    batch: Number(batch),
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is missing');
  return { ...value };
}
