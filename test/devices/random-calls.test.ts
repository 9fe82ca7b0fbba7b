/**
 * Random sequences of calls mean the same on both devices: WebGPU collects runs and gives them slots, the CPU does each at
 * once. With as many slots as there may be, and without any, as on a device that allows no offsets.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import type { Device, Session } from '../../runtime/device.ts';
import { findAdapter } from '../../runtime/webgpu/adapter.ts';
import { openWebGpuDevice } from '../../runtime/webgpu/device.ts';
import { slotted } from '../../runtime/webgpu/slots.ts';
import { generator } from '../support/generator.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { buffers, toy } from './toy.ts';

const { x, y, p, total, codes, integers } = buffers;

/** Calls that a sequence is drawn from, small whole numbers throughout: sums are exact. Gives what was read, if anything. */
function call(session: Session, draw: (below: number) => number): Promise<unknown> | undefined {
  const n = 1 + draw(session.capacity);
  const floats = (length: number) => Float32Array.from({ length }, () => draw(4));
  const run = () => {
    const program = (['train', 'train', 'evaluate', 'infer'] as const)[draw(4)];
    session.run(program, n, Float32Array.of(draw(3), draw(20) === 0 ? 1 : 0));
  };
  const calls = [
    run,
    run,
    run,
    run,
    () => session.write(x, floats(4 * session.capacity)),
    () => session.write(x, floats(4 * n)),
    () => session.write(x, floats(3), 1 + draw(4 * session.capacity - 3)),
    () =>
      session.write(
        codes,
        Uint8Array.from({ length: n * 3 }, () => draw(256)),
      ),
    () => session.write(p, floats(2), draw(3)),
    () => session.read(x, 0, 4 * session.capacity),
    () => session.read(y, 0, 4),
    () => session.read(total, 0, 1),
    () => session.read(integers, 0, 3),
    () => session.history(),
  ];
  return calls[draw(calls.length)]() ?? undefined;
}

/** What all reads of a sequence of calls gave. Nothing is waited for in between. */
async function outcomes(device: Device, seed: number): Promise<unknown[]> {
  const session = await device.load(toy, { batch: 3 });
  const draw = generator(seed);
  const reads: Promise<unknown>[] = [];
  for (let i = 0; i < 300; i++) {
    if (i === 150) session.reserve(5);
    const read = call(session, draw);
    if (read) reads.push(read);
  }
  reads.push(session.history(), session.read(p, 0, 4));
  const results = await Promise.all(reads);
  session.dispose();
  return results;
}

async function openGpu(): Promise<Device> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(found.missing);
  return openWebGpuDevice(found, () => 0);
}

/** One that says that it allows no buffers with an offset. */
async function openPlainGpu(): Promise<Device> {
  const found = await findAdapter();
  if ('missing' in found) throw new Error(found.missing);
  const request = found.adapter.requestDevice.bind(found.adapter);
  const value = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
    const device = await request(descriptor);
    const { limits } = device;
    const less = { maxDynamicStorageBuffersPerPipelineLayout: 0 };
    const get = (_: unknown, key: string): unknown => Reflect.get(less, key) ?? Reflect.get(limits, key, limits);
    return Object.defineProperty(device, 'limits', { value: new Proxy(limits, { get }) });
  };
  Object.defineProperty(found.adapter, 'requestDevice', { value });
  return openWebGpuDevice(found, () => 0);
}

const noGpu = missingSwiftShader();
describe.skipIf(noGpu !== undefined)(`WebGPU${noGpu === undefined ? '' : `: ${noGpu}`}`, async () => {
  const [cpu, gpu, plain] = [openCpuDevice({ threads: 1 }), await openGpu(), await openPlainGpu()];
  afterAll(() => Promise.all([cpu, gpu, plain].map((device) => device.destroy())));

  test.each([1, 2, 3, 4])('sequence %d', async (seed) => {
    const expected = await outcomes(cpu, seed);
    expect(expected.length).toBeGreaterThan(40);
    expect(await outcomes(gpu, seed)).toEqual(expected);
    expect(await outcomes(plain, seed)).toEqual(expected);
  });
});

test('slots are for what each step of a training has of its own, in kernels that may have so many', () => {
  // `sum` binds a record, `guard` two.
  expect([...slotted(toy, 2)].sort()).toEqual([x, total, buffers.debt].sort());
  expect(slotted(toy, 1).size).toBe(0);
});
