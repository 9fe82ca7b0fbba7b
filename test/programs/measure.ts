/**
 * How long an editor waits for the diagnostics of each program in this folder once everything is warm: the library is parsed, the
 * code is compiled. The file itself is parsed anew each time, as after a keystroke. Run by hand:
 *
 *     npx tsx test/programs/measure.ts [name…]
 *
 * Processor time is what the checker costs; on an idle machine the wall clock says the same.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileHost } from '../../compiler/cli/host.ts';
import { analyze } from '../../compiler/front-end.ts';

const folder = new URL('./', import.meta.url);
const wanted = process.argv.slice(2);
const WARM = 30;
const RUNS = 60;

const at = (sorted: readonly number[], share: number): string =>
  (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.net'))) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
  const text = readFileSync(new URL(name, folder), 'utf8');
  const [cpu, wall]: [number[], number[]] = [[], []];
  for (let i = 0; i < WARM + RUNS; i++) {
    const [start, used] = [performance.now(), process.cpuUsage()];
    const { diagnostics } = analyze({ path: `test/programs/${name}`, text }, fileHost);
    const { user, system } = process.cpuUsage(used);
    if (diagnostics.length > 0) throw new Error(`${name}: ${diagnostics.map((d) => d.message).join('; ')}`);
    if (i < WARM) continue;
    wall.push(performance.now() - start);
    cpu.push((user + system) / 1000);
  }
  for (const times of [cpu, wall]) times.sort((a, b) => a - b);
  const figures = (times: readonly number[]): string => `median ${at(times, 0.5)} ms, p95 ${at(times, 0.95)} ms`;
  console.log(`${name}: processor ${figures(cpu)}; wall clock ${figures(wall)}`);
}
