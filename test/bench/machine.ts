/** What the figures were measured on, and with how much company. */
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Places } from './launch.ts';
import type { Machine } from './results.ts';

export function describeMachine(places: Places, loads: readonly number[]): Machine {
  const { adapter } = places;
  return {
    cpu: cpus()[0]?.model ?? 'unknown processor',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    webgpu: 'missing' in adapter ? `none: ${adapter.missing}` : adapter.name,
    load: loads,
  };
}

export const loadNow = (): number => loadavg()[0] ?? 0;
