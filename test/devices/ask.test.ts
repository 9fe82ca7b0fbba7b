/** Waiting for a GPU's answer takes no core, with WebGPU's package for Node, which looks for answers as often as it is let. */
import { performance } from 'node:perf_hooks';
import { afterAll, expect, test } from 'vitest';
import { FashionCnn } from '../../generated/fashion_cnn.ts';
import { openDevice, tensor } from '../../runtime/index.ts';
import { ask } from '../../runtime/webgpu/ask.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';

const immediate = globalThis.setImmediate;
afterAll(() => {
  globalThis.setImmediate = immediate;
});

/** As the package does it: looks in each turn of the event loop until so many milliseconds have gone by; when it looked. */
function answered(after: number): Promise<number[]> {
  const start = performance.now();
  const looks: number[] = [];
  return new Promise((resolve) => {
    const look = (): void => {
      looks.push(performance.now() - start);
      if (performance.now() - start < after) setImmediate(look);
      else resolve(looks);
    };
    setImmediate(look);
  });
}

test('an answer that is near is looked for at once, a later one once a millisecond', async () => {
  const looks: number[][] = [];
  for (let i = 0; i < 3; i++) looks.push(await ask(() => answered(60)));
  const between = (from: number, to: number) => looks.map((times) => times.filter((t) => t >= from && t < to).length);
  // A busy machine may leave out the start of one of them.
  expect(Math.max(...between(0, 4))).toBeGreaterThan(20);
  expect(Math.max(...between(10, 60))).toBeLessThan(52);
});

test('nobody else sees another setImmediate, whatever the question comes to', async () => {
  const seen: unknown[] = [];
  const question = ask(async () => {
    seen.push(globalThis.setImmediate);
    await answered(20);
    throw new Error('no');
  });
  expect(globalThis.setImmediate).toBe(immediate);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(globalThis.setImmediate).toBe(immediate);
  await expect(question).rejects.toThrow('no');
  expect(() =>
    ask(() => {
      throw new Error('at once');
    }),
  ).toThrow('at once');
  expect(globalThis.setImmediate).toBe(immediate);
  expect(seen).not.toContain(immediate);
});

test.skipIf(missingSwiftShader() !== undefined)('while WebGPU computes the event loop is idle', async () => {
  const device = await openDevice('webgpu');
  const model = await FashionCnn.create(device, { batch: 256 });
  const image = tensor(new Float32Array(256 * 28 * 28), [256, 1, 28, 28]);
  await model.forward({ image });
  const before = performance.eventLoopUtilization();
  await model.forward({ image });
  expect(performance.eventLoopUtilization(before).utilization).toBeLessThan(0.6);
  model.dispose();
  await device.destroy();
});
