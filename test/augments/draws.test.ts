/**
 * What an augment draws with: the seed, the epoch and the sample's place in it, and nothing else. So a picture is the same on
 * every device, for every size of the batches and number of threads, and can be computed again by itself.
 */
import { afterAll, expect, test } from 'vitest';
import { philoxUniform } from '../../compiler/ops/philox.ts';
import type { Device } from '../../runtime/device.ts';
import { Learner, Loader, type RunNumbers } from '../../runtime/index.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { epochKeys } from '../../runtime/random.ts';
import { uniform } from '../reference/formula.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { tinyLearner, tinySplit } from '../support/tiny-training.ts';
import { compileGraph, runGraph } from '../target/run-graph.ts';
import { augmentGraph, type Size } from './augmented.ts';

const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});
async function open(kind: 'cpu' | 'webgpu', threads = 1): Promise<Device> {
  const device = await openDevice(kind, { threads });
  devices.push(device);
  return device;
}

const size: Size = [1, 12, 16];
const pixels = 12 * 16;
const count = 23;
/** One picture over and over: what differs, differs by the draws. */
const picture = uniform(80, pixels, 0, 1);

/** The epoch's pictures on a device, in batches of a size. */
async function epoch(
  device: Device,
  augment: string,
  batch: number,
  keys: readonly [number, number],
): Promise<number[]> {
  const module = compileGraph(augmentGraph(augment, size));
  const found: number[] = [];
  for (let first = 0; first < count; first += batch) {
    const n = Math.min(batch, count - first);
    const image = Float64Array.from({ length: n * pixels }, (_, i) => picture[i % pixels]);
    found.push(...(await runGraph(device, module, n, { image }, [...keys, first])).output);
  }
  return found;
}

test('batches of any size, threads and devices: the same pictures; another epoch or seed, others', async () => {
  const chain = 'RandomHorizontalFlip |> RandomRotation(20) |> RandomResizedCrop((12, 16))';
  const keys = epochKeys(7)(3);
  const [one, three] = [await open('cpu'), await open('cpu', 3)];
  const whole = await epoch(one, chain, count, keys);
  expect(new Set(Array.from({ length: count }, (_, i) => whole.slice(i * pixels, (i + 1) * pixels).join())).size).toBe(
    count,
  );
  for (const [device, batch] of [
    [one, 4],
    [one, 1],
    [three, 9],
  ] as const) {
    expect(await epoch(device, chain, batch, keys)).toEqual(whole);
  }
  if (missingSwiftShader() === undefined) {
    const apart = (await epoch(await open('webgpu'), chain, 5, keys)).map((value, i) => Math.abs(value - whole[i]));
    expect(Math.max(...apart)).toBeLessThan(1e-4);
  }
  expect(await epoch(one, chain, count, epochKeys(7)(4))).not.toEqual(whole);
  expect(await epoch(one, chain, count, epochKeys(8)(3))).not.toEqual(whole);
});

test('the draws of one sample can be made again alone', async () => {
  const [key0, key1] = epochKeys(42)(5);
  const found = await epoch(await open('cpu'), 'RandomHorizontalFlip', 4, [key0, key1]);
  for (let place = 0; place < count; place++) {
    // The first draw of the program, of the sample at this place of the epoch.
    const mirrored = philoxUniform(place, 0, key0, key1) < 0.5;
    const row = found.slice(place * pixels, place * pixels + 16);
    const before = [...picture.slice(0, 16)].map(Math.fround);
    expect(row).toEqual(mirrored ? before.reverse() : before);
  }
});

test('a training hands over the epoch and the place in it, whatever the size of the batches', async () => {
  const device = await open('cpu');
  const split = tinySplit(40);
  const places = async (batch: number): Promise<Map<string, string>> => {
    const learner = await tinyLearner(device);
    const numbers: RunNumbers[] = [];
    const uniforms = (each: RunNumbers): readonly number[] => {
      numbers.push(each);
      return learner.training.uniforms(each);
    };
    const watched = new Learner(learner.model, { ...learner.training, uniforms });
    watched.seed = 9;
    const loader = new Loader(split, { batch, shuffle: true, seed: 9 });
    const drawn = new Map<string, string>();
    for (const epoch of [0, 1]) {
      for (const each of loader.epoch(epoch)) {
        const rows = [...each.origin.rows];
        watched.step(each);
        const { epochKey0, epochKey1, first } = numbers[numbers.length - 1];
        for (const [i, row] of rows.entries())
          drawn.set(`epoch ${epoch} sample ${row}`, `${epochKey0} ${epochKey1} ${first + i}`);
      }
    }
    learner.session.dispose();
    return drawn;
  };
  const byFour = await places(4);
  expect(byFour.size).toBe(80);
  expect(new Set(byFour.values()).size).toBe(80);
  expect(await places(3)).toEqual(byFour);
  const [key0, key1] = epochKeys(9)(1);
  expect([...byFour].filter(([, drawn]) => drawn.startsWith(`${key0} ${key1} `)).length).toBe(40);
});
