/** Rounds of measurements: every contender once, then every contender again, so that what disturbs one disturbs the next. */
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { scratch } from './compile.ts';
import { isSoftware, launch, missing, type Places } from './launch.ts';
import { networks } from './networks.ts';
import type { Options } from './options.ts';
import type { ContenderResult, Measurement } from './results.ts';
import { type Entry, roster } from './roster.ts';
import type { Mode, Outcome } from './task.ts';
import type { Workload } from './workload.ts';

/** A process may take so long, in milliseconds. */
const limit = 150_000;
/** One that took longer is not measured again, unless it was asked for by name. */
const longest = 12_000;
/** No round begins after so many: on a busy machine all takes longer, and fewer rounds must do. */
const budget = 180_000;

/** Told how it goes, line by line. */
export type Report = (line: string) => void;

export async function measure(
  workload: Workload,
  places: Places,
  options: Options,
  report: Report,
  loads: number[],
): Promise<ContenderResult[]> {
  const { batch, network } = workload;
  const entries = roster.filter((entry) => takesPart(entry, workload, options));
  const modes = options.modes.filter((mode) => networks[network].modes.includes(mode));
  const present = entries.filter((entry) => missing(entry, places, network) === undefined);
  for (const entry of entries) {
    const reason = missing(entry, places, network);
    if (reason !== undefined) report(`${entry.title}: left out, ${reason}`);
  }
  const found = new Map<string, Measurement['rounds'][number][]>();
  const enough = new Set<string>();
  const began = performance.now();
  for (let round = 0; round < options.rounds; round++) {
    if (performance.now() - began > budget) {
      report(`${round} of ${options.rounds} rounds: they have taken long enough`);
      break;
    }
    for (const mode of modes) {
      for (const entry of present.filter(({ modes }) => modes.includes(mode))) {
        const outcomes = found.get(entry.id + mode) ?? [];
        found.set(entry.id + mode, outcomes);
        if (enough.has(entry.id + mode)) continue;
        const start = performance.now();
        const outcome = await attempt(entry, mode, workload, places, options);
        outcomes.push(outcome);
        loads.push(loadavg()[0] ?? 0);
        const took = performance.now() - start;
        const slow = took > longest || runsInSoftware(entry, places);
        if ('failed' in outcome || (slow && options.contenders.length === 0)) enough.add(entry.id + mode);
        const where = `${network} ${mode}, round ${round + 1} of ${options.rounds}`;
        report(`${where}: ${entry.title}: ${inWords(outcome, batch)} (${(took / 1000).toFixed(1)} s)`);
      }
    }
  }
  return entries.map((entry): ContenderResult => {
    const { id, title, team, without } = entry;
    const reason = missing(entry, places, network);
    const measured = (mode: Mode): Partial<Record<Mode, Measurement>> => {
      const rounds = found.get(id + mode);
      return rounds ? { [mode]: { rounds } } : {};
    };
    return {
      id,
      title,
      team,
      ...(reason === undefined ? {} : { missing: reason }),
      ...(without === undefined ? {} : { without }),
      ...(runsInSoftware(entry, places) ? { software: true } : {}),
      modes: { ...measured('train'), ...measured('infer') },
    };
  });
}

const runsInSoftware = ({ webgpu }: Entry, places: Places): boolean => webgpu === true && isSoftware(places);

/** Whether the command line asks for it. */
export function takesPart(entry: Entry, workload: Workload, { quick, contenders }: Options): boolean {
  if (!entry.networks.includes(workload.network)) return false;
  if (contenders.length > 0) return contenders.some((word) => entry.id.includes(word));
  return !quick || entry.quick === true;
}

async function attempt(
  entry: Entry,
  mode: Mode,
  workload: Workload,
  places: Places,
  { quick }: Options,
): Promise<Measurement['rounds'][number]> {
  const { variant, threads } = entry;
  const seconds = quick ? 0.5 : 1;
  const outcome = join(scratch, 'outcome.json');
  try {
    return await launch(entry, { ...workload, mode, variant, threads, seconds, outcome }, places, limit);
  } catch (error) {
    return { failed: error instanceof Error ? error.message : String(error) };
  }
}

function inWords(outcome: Outcome | { readonly failed: string }, batch: number): string {
  if ('failed' in outcome) return `failed: ${outcome.failed}`;
  const { train, infer, losses } = outcome;
  const rate = (n: number, ms: number): string => `${Math.round((1000 * n) / ms).toLocaleString('en-US')} images/s`;
  if (train) return `${rate(batch, train.median)}, losses ${losses.map((loss) => loss.toFixed(4)).join(' ')}`;
  return Object.entries(infer ?? {})
    .map(([n, timing]) => `batch ${n}: ${rate(Number(n), timing.median)}`)
    .join(', ');
}
