/** models/resnet18.net as it stands there, for ImageNet, against torchvision's: one step on one picture with every gradient. */
import { afterAll, test } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { resnetRuns } from './fixtures.ts';
import { compareStep, compileResnet } from './resnet.ts';

const [, large] = resnetRuns();
const device = await openDevice('cpu');
afterAll(() => device.destroy());

test(large.name, { timeout: 120_000 }, () => compareStep(device, compileResnet(large), large));
