/** Sums of products in one instruction: the bytes before and after, what is computed, and the switch that turns it off. */
import { afterAll, expect, test } from 'vitest';
import { Assembler } from '../../compiler/6-target/wasm/assembler.ts';
import { toHex } from '../../compiler/6-target/wasm/hex.ts';
import { assembleModule } from '../../compiler/6-target/wasm/module.ts';
import { openCpuDevice } from '../../runtime/cpu/device.ts';
import { compile } from '../../runtime/cpu/engine.ts';
import { canFuse, fuse } from '../../runtime/cpu/fuse.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import type { ModuleSpec } from '../../runtime/program.ts';

/** (from, to, uniforms, local, x, y): y = sum of x * x, `sums` times, in so many locals that their numbers take two bytes. */
function squares(name: string, sums: number): ReturnType<Assembler['finish']> {
  const asm = new Assembler(name, ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'], []);
  for (let i = 0; i < 130; i++) asm.local('i32');
  const sum = asm.local('v128');
  asm.get(4);
  asm.memory('v128.load', 16);
  asm.set(sum);
  for (let i = 0; i < sums; i++) {
    asm.get(4);
    asm.memory('v128.load', 0);
    asm.get(4);
    asm.memory('v128.load', 0);
    asm.multiplyAdd(sum);
    asm.set(sum);
  }
  asm.get(5);
  asm.get(sum);
  asm.memory('v128.store', 0);
  return asm.finish(true);
}

const kernels = ['first', 'second'].map((name) => ({
  name,
  label: name,
  parts: [
    {
      name,
      label: name,
      tasks: { count: 1, block: 0 },
      least: 1,
      below: 0,
      buffers: [0, 1],
      together: false,
      invocations: { count: 0, block: 0 },
      team: 1,
      spread: 0,
    },
  ],
  localBytes: 0,
  wgsl: '',
  workgroup: 64,
  buffers: [
    { buffer: 0, access: 'read' as const },
    { buffer: 1, access: 'read_write' as const },
  ],
}));

const wasm = assembleModule([squares('first', 1), squares('second', 3)]);

const module: ModuleSpec = {
  buffers: [
    { name: 'x', element: 'f32', size: { fixed: 8, perSample: 0 }, role: 'input' },
    { name: 'y', element: 'f32', size: { fixed: 4, perSample: 0 }, role: 'output' },
  ],
  kernels,
  uniforms: 0,
  programs: {
    infer: { kernels: [0], records: [] },
    evaluate: { kernels: [1], records: [] },
    train: { kernels: [], records: [] },
    prepare: { kernels: [], records: [] },
  },
  parameters: [],
  states: [],
  wasm: toHex(wasm),
};

/** (1 + 2^-12)^2 = 1 + 2^-11 + 2^-24, whose last bit f32 cannot hold beside the 1. */
const inputs = Float32Array.of(...Array(4).fill(1 + 2 ** -12), ...Array(4).fill(-1 - 2 ** -11));

const devices: Device[] = [];
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

async function run(device: Device, program: 'infer' | 'evaluate'): Promise<number> {
  devices.push(device);
  const session = await device.load(module, { batch: 1 });
  session.write(0, inputs);
  session.run(program, 1, new Float32Array());
  const [first, ...others] = await session.read(1, 0, 4);
  expect(others).toEqual([first, first, first]);
  session.dispose();
  return first;
}

test('four pairs of instructions are replaced, and nothing else', () => {
  const fused = wasm.slice();
  fuse(fused);
  const changed = [...fused].flatMap((byte, at) => (byte === wasm[at] ? [] : [at]));
  // The multiplication's last byte is a `nop` as it stands; the addition's prefix stays.
  expect(changed.length).toBe(4 * 4);
  for (let i = 0; i < 4; i++) {
    const [at] = changed.slice(4 * i);
    expect([...fused.slice(at, at + 3)]).toEqual([1, 1, 1]);
    // local.get 136
    expect([...fused.slice(at + 3, at + 9)]).toEqual([0x20, 0x88, 0x01, 0xfd, 0x85, 0x02]);
  }
});

test('a list that points elsewhere is refused', () => {
  const damaged = wasm.slice();
  damaged[damaged.length - 1]++;
  expect(() => fuse(damaged)).toThrow(/no product is added at byte \d+ of the WebAssembly module/);
});

test('a module without a list stays as it is', () => {
  const plain = assembleModule([]).slice(0, 8);
  fuse(plain);
  expect(plain).toEqual(assembleModule([]).slice(0, 8));
});

test.each([1, 2])('a product is rounded unless it is fused, on %d threads', async (threads) => {
  // Node has relaxed SIMD: since version 21 unasked, in version 20 behind a flag that the device sets.
  await compile(module.wasm, true);
  expect(canFuse()).toBe(true);
  expect(await run(openCpuDevice({ threads }), 'infer')).toBe(2 ** -24);
  expect(await run(openCpuDevice({ threads, fma: true }), 'infer')).toBe(2 ** -24);
  expect(await run(openCpuDevice({ threads, fma: false }), 'infer')).toBe(0);
  expect(await run(await openDevice('cpu', { threads, fma: false }), 'infer')).toBe(0);
  const square = 1 + 2 ** -11;
  expect(await run(openCpuDevice({ threads, fma: false }), 'evaluate')).toBe(2 * square);
});
