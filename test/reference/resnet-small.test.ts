/**
 * models/resnet18.net against torchvision's on small grey pictures, eight at a time: a step with every gradient, and what ten
 * steps lead to. On the CPU device and, for fewer steps, through WGSL: both in one file, as compiling takes longer than running.
 */
import { afterAll, describe, test } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { resnetRuns } from './fixtures.ts';
import { compareStep, compareTraining, compileResnet } from './resnet.ts';

const [small, , training] = resnetRuns();
const compiled = compileResnet(small);

describe.each([
  { choice: 'cpu', steps: training.losses.length },
  { choice: 'webgpu', steps: 2 },
] as const)('on the device $choice', { timeout: 300_000 }, async ({ choice, steps }) => {
  const device = await openDevice(choice);
  afterAll(() => device.destroy());

  test(small.name, () => compareStep(device, compiled, small));
  test(`${training.name}: ${steps}`, () => compareTraining(device, compiled, training, steps));
});
