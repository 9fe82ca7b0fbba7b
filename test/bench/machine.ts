/** What the figures were measured on, and with how much company. */
import { existsSync, readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Places } from './launch.ts';
import type { Machine } from './results.ts';

export function describeMachine(places: Places, loads: readonly number[]): Machine {
  const { adapter } = places;
  return {
    cpu: [cpus()[0]?.model ?? 'unknown processor', vectorsOf(cpuinfo())].filter((part) => part !== '').join(' with '),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    webgpu: 'missing' in adapter ? `none: ${adapter.missing}` : adapter.name,
    load: loads,
  };
}

export const loadNow = (): number => loadavg()[0] ?? 0;

/** What tells how far native code is ahead of WebAssembly, whose vectors have four numbers: the processor's may have eight or sixteen. */
export function vectorsOf(flags: string): string {
  if (/\bavx512f\b/.test(flags)) return 'AVX-512';
  return /\bavx2\b/.test(flags) ? 'AVX2' : '';
}

/** What Linux says of the processor; nothing elsewhere. */
const cpuinfo = (): string => (existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '');
