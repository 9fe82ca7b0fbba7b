/** What goes wrong on a device becomes an error that names the kernel or the cause; never a hang, never wrong numbers. */
import { afterAll, describe, expect, test } from 'vitest';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import type { ModuleSpec } from '../../runtime/program.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { openBoth } from './raw-device.ts';
import { buffers, toy } from './toy.ts';

const uniforms = Float32Array.of(0, 0);

describe.each([1, 2, 3])('CPU, %d threads', (threads) => {
  const device = openCpuDevice({ threads });
  afterAll(() => device.destroy());

  test('a trap names the kernel, on whichever thread it happens, and the session lives on', async () => {
    // Every thread runs the guard, on its own work item, where the kernel has one for each.
    for (const count of [1, threads]) {
      const kernels = toy.kernels.map((k) => (k.name === 'guard' ? { ...k, tasks: { count, block: 0 } } : k));
      const session = await device.load({ ...toy, kernels }, { batch: 1 });
      session.write(buffers.p, Float32Array.of(1, 1, 1, 1));
      session.write(buffers.x, Float32Array.of(2000, 0, 0, 0));
      for (let time = 0; time < 3; time++)
        expect(() => session.run('train', 1, uniforms)).toThrow(
          'kernel "toy guard" failed on the CPU device: RuntimeError: unreachable',
        );
      await expect(session.trace('train', 1, uniforms)).rejects.toThrow('kernel "toy guard" failed on the CPU device');
      session.write(buffers.x, Float32Array.of(3, 0, 0, 0));
      await session.history();
      session.run('train', 1, uniforms);
      expect(await session.history()).toEqual([Float32Array.of(3, -3)]);
      session.dispose();
    }
  });

  test('WebAssembly that is damaged or lacks a kernel is refused', async () => {
    await expect(device.load({ ...toy, wasm: btoa('no wasm') }, { batch: 1 })).rejects.toThrow(/WebAssembly/);
    const kernels = toy.kernels.map((kernel) => ({
      ...kernel,
      parts: kernel.parts.map((part) => ({ ...part, name: `${part.name}s` })),
    }));
    await expect(device.load({ ...toy, kernels }, { batch: 1 })).rejects.toThrow(
      'does not export "scales" (toy scale)',
    );
  });

  test('a destroyed device refuses work and can be destroyed again', async () => {
    const other = openCpuDevice({ threads });
    const session = await other.load(toy, { batch: 1 });
    await other.destroy();
    await other.destroy();
    expect(() => session.run('train', 1, uniforms)).toThrow('destroyed');
    await expect(other.load(toy, { batch: 1 })).rejects.toThrow('destroyed');
  });
});

test.each([0, -1, 1.5, Number.NaN])('%d threads are refused', (threads) => {
  expect(() => openCpuDevice({ threads })).toThrow(`1 or more threads, not on ${threads}: give a whole number`);
});

const noGpu = missingSwiftShader();
describe.skipIf(noGpu !== undefined)(`WebGPU${noGpu === undefined ? '' : `: ${noGpu}`}`, () => {
  test('WGSL that does not compile names the kernel and the place', async () => {
    const { device } = await openBoth();
    const broken = (kernel: ModuleSpec['kernels'][number]) => ({
      ...kernel,
      wgsl: kernel.wgsl.replace('p[i] +=', 'p[i] +'),
    });
    const kernels = toy.kernels.map((kernel) => (kernel.name === 'update' ? broken(kernel) : kernel));
    await expect(device.load({ ...toy, kernels }, { batch: 1 })).rejects.toThrow(
      /^kernel "toy update" does not compile for WebGPU: 9:\d+ expected/,
    );
    await device.destroy();
  });

  test('a kernel with too many buffers is refused before WebGPU sees it', async () => {
    const { device } = await openBoth();
    const [first] = toy.kernels;
    if (first === undefined) throw new Error('the toy has kernels');
    const wide = { ...first, buffers: Array.from({ length: 9 }, () => ({ buffer: 2, access: 'read' as const })) };
    await expect(device.load({ ...toy, kernels: [wide] }, { batch: 1 })).rejects.toThrow(
      'kernel "toy scale" binds 9 buffers, the device allows 8',
    );
    await device.destroy();
  });

  test('an error that no one asked for stops the next call', async () => {
    const { device, raw } = await openBoth();
    const session = await device.load(toy, { batch: 1 });
    raw.createBuffer({ label: 'nonsense', size: 4, usage: 0 });
    await raw.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(() => session.run('train', 1, uniforms)).toThrow(/^WebGPU refused a command: .*nonsense/s);
    await device.destroy();
  });

  test('a device that is gone stops the next call, and pending reads', async () => {
    const { device, raw } = await openBoth();
    const session = await device.load(toy, { batch: 1 });
    session.run('train', 1, uniforms);
    const pending = session.history();
    raw.destroy();
    await expect(pending).rejects.toThrow();
    await expect(session.history()).rejects.toThrow('the device was destroyed');
    expect(() => session.run('train', 1, uniforms)).toThrow('the device was destroyed');
    await expect(device.load(toy, { batch: 1 })).rejects.toThrow('the device was destroyed');
    await device.destroy();
  });
});
