/** Half of the random networks: the fused program, in the interpreter and on one and two threads, equals the unfused one. */
import { afterAll } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { testNetworks } from './test-networks.ts';

const devices = Promise.all([openDevice('cpu', { threads: 1 }), openDevice('cpu', { threads: 2 })]);
afterAll(async () => {
  for (const device of await devices) await device.destroy();
});

testNetworks({ from: 0, count: 200, together: 25 }, () => devices);
