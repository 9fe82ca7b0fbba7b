/** Measures the parts of a file's models one after the other, says what came out, and stores each winner at once. */
import type { Device } from '../../../runtime/device.ts';
import { openDevice } from '../../../runtime/open-device.ts';
import type { ModuleSpec } from '../../../runtime/program.ts';
import type { Choice } from '../../5-loop/choice.ts';
import type { CompilationUnit } from '../../compilation.ts';
import { wrapped } from '../table.ts';
import { print } from '../terminal.ts';
import { measure } from './measure.ts';
import { type Measurable, measurableParts } from './plan.ts';
import { readWinners, storePath, storeWinners } from './store.ts';
import { deviceName, warnOfDamage } from './tuned.ts';

/** How much of the default's time another way may take at most to be preferred: less is noise. */
const PREFERRED = 0.97;
/** Measurements of every way, and of those that are left when it is known which are far behind. */
const ROUNDS = { all: 7, near: 21 };
/** So much more than the shortest time is not far behind. */
const NEAR = 1.2;
const WIDTH = 120;

export interface TuneOptions {
  readonly kind: 'cpu' | 'webgpu';
  readonly batch: number;
}

/** Throws `UserError` where there is no such device, it has no room for the batch, or nothing can be stored. */
export async function tuneUnits(
  units: readonly CompilationUnit[],
  file: string,
  { kind, batch }: TuneOptions,
): Promise<void> {
  const device = await openDevice(kind);
  try {
    const all = units.flatMap((unit) => measurableParts(unit, kind === 'cpu' ? 'wasm' : 'wgsl', batch));
    const parts = [...new Map(all.map((part) => [part.hash, part])).values()];
    if (parts.length === 0) {
      await print(
        process.stdout,
        `${file}: nothing to measure, every kernel has one way to run on this device (${device.description})`,
      );
      return;
    }
    const name = deviceName(device);
    await warnOfDamage(readWinners(name));
    await print(process.stdout, `${file}: ${count(parts.length, 'part')}, batches of ${batch}, on ${name}`);
    let faster = 0;
    for (const [i, part] of parts.entries()) {
      const { times, best } = await compare(device, part.choices.map(part.moduleOf), batch);
      if (best > 0) faster++;
      await print(process.stdout, resultText(`${i + 1}/${parts.length} ${part.label}`, part, times, best));
      await storeWinners(name, new Map([[part.hash, { choice: part.choices[best], label: part.label, batch }]]));
    }
    await print(
      process.stdout,
      `${faster} of ${count(parts.length, 'part')} faster than by default; stored in ${storePath(name)}, which --tuned uses`,
    );
  } finally {
    await device.destroy();
  }
}

/**
 * The time of each module and the place of the best. Those near the best are measured again, and what then is faster than the
 * default must be so once more: among many that are measured on a busy machine some look fast by chance.
 */
async function compare(
  device: Device,
  modules: readonly ModuleSpec[],
  batch: number,
): Promise<{ readonly times: readonly number[]; readonly best: number }> {
  const first = await measure(device, modules, batch, ROUNDS.all);
  const limit = NEAR * Math.min(...first);
  const near = modules.filter((_, i) => i === 0 || first[i] <= limit);
  if (near.length === 1) return { times: first, best: 0 };
  const second = await measure(device, near, batch, ROUNDS.near);
  const times = modules.map((module, i) => (near.includes(module) ? second[near.indexOf(module)] : first[i]));
  const best = bestOf(times);
  if (best === 0) return { times, best };
  const confirmed = bestOf(await measure(device, [modules[0], modules[best]], batch, ROUNDS.near));
  return { times, best: confirmed === 0 ? 0 : best };
}

/** The place of the shortest time; the first, unless another is clearly shorter. */
export function bestOf(times: readonly number[]): number {
  const best = times.indexOf(Math.min(...times));
  return times[best] < PREFERRED * times[0] ? best : 0;
}

function resultText(heading: string, { choices }: Measurable, times: readonly number[], best: number): string {
  const each = choices.map((choice, i) => `${describe(choice)} ${times[i].toFixed(3)}`).join(', ');
  const gain = Math.round(100 * (1 - times[best] / times[0]));
  const winner = best === 0 ? 'the default stays' : `${describe(choices[best])}, ${gain} % less time`;
  return [...wrapped('', heading, WIDTH), ...wrapped('    ', `ms: ${each}`, WIDTH), `    -> ${winner}`].join('\n');
}

/** `default`, `plain 4x8`: a tile of 4 rows by 8 lanes; `?` where it is left to the compiler. */
export function describe({ form, tile, width }: Choice): string {
  const tiled = tile === undefined && width === undefined ? [] : [`${tile ?? '?'}x${width ?? '?'}`];
  return [...(form === 'plain' ? ['plain'] : []), ...tiled].join(' ') || 'default';
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
