/** A program of its own for process.test.ts: does some work on a device, says DONE, and ends in the way it is told to. */
import { UserError } from '../../runtime/errors.ts';
import type { DeviceChoice } from '../../runtime/open-device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { buffers, toy } from './toy.ts';

const [choice, ending] = process.argv.slice(2);
const choices: readonly DeviceChoice[] = ['auto', 'webgpu', 'cpu'];
const device = await openDevice(choices.find((known) => known === choice) ?? 'auto', { threads: 2 }).catch(refuse);
if (ending === 'report') process.stdout.write(`${device.description}\n`);
const session = await device.load(toy, { batch: 2 });
session.write(buffers.p, Float32Array.of(1, 10, 100, 1000));
const uniforms = Float32Array.of(0, 0);
for (let run = 0; run < 100; run++) session.run('train', 2, uniforms);
await session.history();

if (ending === 'destroy') await device.destroy();
if (ending === 'exit') setTimeout(() => process.exit(7));
if (ending === 'uncaught') setTimeout(() => Promise.reject(new Error('a mistake elsewhere')));
if (ending === 'interrupt') {
  let running = true;
  process.once('SIGINT', () => {
    running = false;
  });
  process.stdout.write('DONE\n');
  while (running) {
    session.run('train', 2, uniforms);
    await session.history();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await device.destroy();
  process.exitCode = 130;
}
// `idle` keeps the device and ends all the same. Held globally, so that nothing is collected before.
Object.assign(globalThis, { kept: [device, session] });
process.stdout.write('DONE\n');

function refuse(error: unknown): never {
  process.stdout.write(`${error}\n`);
  process.exit(error instanceof UserError ? 1 : 70);
}
