/** The page that browser.test.ts bundles and opens. */
import type { DeviceChoice } from '../../runtime/open-device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { buffers, toy } from './toy.ts';

async function runToy(choice: DeviceChoice) {
  const device = await openDevice(choice, { threads: 2 });
  const session = await device.load(toy, { batch: 2 });
  session.write(buffers.x, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  session.write(buffers.p, Float32Array.of(1, 10, 100, 1000));
  for (let run = 0; run < 20; run++) session.run('train', 2, Float32Array.of(0.5, 0));
  const values = Array.from(await session.read(buffers.y, 0, 8));
  const history = (await session.history()).map((row) => Array.from(row));
  await device.destroy();
  return { description: device.description, values, history };
}

Object.assign(window, { runToy });
