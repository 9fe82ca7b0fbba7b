import { afterAll, expect, test } from 'vitest';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import { buffers, toy } from './toy.ts';

const device = openCpuDevice({ threads: 2 });
afterAll(() => device.destroy());

test('runs', async () => {
  const session = await device.load(toy, { batch: 2 });
  session.write(buffers.x, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
  session.write(buffers.p, Float32Array.of(1, 10, 100, 1000));
  session.run('evaluate', 2, Float32Array.of(0.5, 0));
  expect(await session.read(buffers.y, 0, 8)).toEqual(
    Float32Array.of(1.5, 20.5, 300.5, 4000.5, 5.5, 60.5, 700.5, 8000.5),
  );
  expect(await session.history()).toEqual([Float32Array.of(13090)]);
});
