/**
 * Random networks: the fused program, in the interpreter and on one and three threads, equals the unfused one. A hundred, which
 * take half a second each; with those through WGSL and the random graphs of `seeds.test.ts` a run tries 500 programs. The campaign
 * runs as many as one likes.
 */
import { afterAll } from 'vitest';
import { openDevice } from '../../runtime/open-device.ts';
import { testNetworks } from './test-networks.ts';

const devices = Promise.all([openDevice('cpu', { threads: 1 }), openDevice('cpu', { threads: 3 })]);
afterAll(async () => {
  for (const device of await devices) await device.destroy();
});

testNetworks({ from: 0, count: 100, together: 25 }, () => devices);
