/** Runs many seeds and says which disagree: `npx tsx test/fuzz/campaign.ts <from> <to> [cpu] [webgpu]`. Not a test. */
import { openDevice } from '../../runtime/open-device.ts';
import { check, type Failure } from './check.ts';

/** Graphs in one module. */
const TOGETHER = 25;

const [from, to, ...kinds] = process.argv.slice(2);
const devices = [];
if (kinds.includes('cpu')) for (const threads of [1, 2, 3]) devices.push(await openDevice('cpu', { threads }));
if (kinds.includes('webgpu')) devices.push(await openDevice('webgpu'));
const batches = [1, 2, 3, 4, 5, 8, 9];
for (let first = Number(from); first < Number(to); first += TOGETHER) {
  const seeds = Array.from({ length: Math.min(TOGETHER, Number(to) - first) }, (_, i) => first + i);
  const options = { devices, batches, interpreted: [1, 5] };
  const start = performance.now();
  const { failures, compared, skipped } = await check(seeds, options).catch(async (error: unknown) => {
    // One graph brings the module down: find it.
    const alone: Failure[] = [];
    for (const seed of seeds) {
      await check([seed], options).catch((reason) =>
        alone.push({ seed, n: 0, stage: 'module', what: String(reason?.message ?? reason).slice(0, 400) }),
      );
    }
    return { failures: alone, compared: 0, skipped: 0, error };
  });
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${first}: ${compared} compared, ${skipped} seeds skipped, ${seconds.toFixed(1)} s\n`);
  const known = new Set<string>();
  for (const { seed, n, stage, what } of failures) {
    if (known.has(`${seed} ${stage}`)) continue;
    known.add(`${seed} ${stage}`);
    process.stdout.write(`  seed ${seed}, n ${n}, ${stage}: ${what}\n`);
  }
}
for (const device of devices) await device.destroy();
