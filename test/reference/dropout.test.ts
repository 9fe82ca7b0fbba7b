/**
 * Dropout while training: the share that is dropped, the others scaled up, the same choice forwards and backwards, another
 * one each step; and nothing of it in inference.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { compileTraining, DeviceTraining } from './compiled-training.ts';

const size = 2000;
const p = 0.3;

/** The loss is the sum of what is left of the parameters; a step takes its gradient from them. */
const compiled = compileTraining(`
dataset Numbers {
  sample { x: f32[${size}] }
  train { x = idx("numbers") }
}

model Dropped(input: f32[N, ${size}]) -> f32[N, ${size}] {
  param scale: f32[${size}] = ones()
  input * scale |> Dropout(${p})
}

train Dropped on Numbers {
  input     = x
  loss      = sum(output)
  optimizer = SGD(lr=1)
}
`);

describe.each(['cpu', 'webgpu'] as const)('on the device %s', async (choice) => {
  const device = await openDevice(choice);
  afterAll(() => device.destroy());

  test('while training and in inference', async () => {
    const ones = new Float32Array(size).fill(1);
    const training = await DeviceTraining.start(device, compiled, 1, { scale: ones });
    const choices: boolean[][] = [];
    let before = [...ones];
    for (let step = 0; step < 2; step++) {
      const loss = await training.step(1, { x: ones });
      const after = [...((await training.values()).scale ?? [])];
      const kept = before.map((value, i) => value !== after[i]);
      const gradients = before.flatMap((value, i) => (kept[i] ? [value - after[i]] : []));
      for (const gradient of gradients) expect(gradient).toBeCloseTo(1 / (1 - p), 5);
      // Four standard deviations of the share.
      expect(Math.abs(gradients.length / size - (1 - p))).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / size));
      const left = before.reduce((sum, value, i) => sum + (kept[i] ? value / (1 - p) : 0), 0);
      expect(loss / left).toBeCloseTo(1, 4);
      choices.push(kept);
      before = after;
    }
    expect(choices[0]).not.toEqual(choices[1]);
    expect([...(await training.infer(1, { input: ones }, size))]).toEqual(before);
    training.dispose();
  });
});
