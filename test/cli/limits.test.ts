/** `netc summary --limits`: its numbers are those of what runs. */
import { describe, expect, test, vi } from 'vitest';
import { MAX_BUFFERS } from '../../compiler/4-fuse/limit.ts';
import { compileUnits } from '../../compiler/cli/compile-units.ts';
import { planOf } from '../../compiler/cli/dispatches.ts';
import { type Limits, limitsOf, type Memory, type ProgramLimits } from '../../compiler/cli/limits.ts';
import { layout } from '../../runtime/cpu/layout.ts';
import { byteSize } from '../../runtime/session/buffers.ts';
import { defaultLimits, obstacleTo } from '../../runtime/webgpu/limits.ts';
import { sessionBytes } from '../../runtime/webgpu/slots.ts';
import { bufferUsage } from '../../runtime/webgpu/usage.ts';
import { openBoth } from '../devices/raw-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { command } from './in-process.ts';
import { scratchFolder } from './scratch.ts';

const MODEL = 'models/fashion_cnn.net';
const BATCH = 5;
const [unit] = compileUnits(MODEL).units;
const plan = planOf(unit);
const limits = limitsOf(unit, BATCH);

const { write } = scratchFolder();

const SMALL = `dataset Digits {
  sample { image: u8[1, 8, 8], label: class(4) }
  train { image = idx("a.gz"), label = idx("b.gz") }
}
model Small(image: f32[N, 1, 8, 8]) -> f32[N, 4] { image |> flatten |> fc: Linear(4) }
train Small on Digits {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
}
`;

/** The largest batch of a module or one of its programs fits, and one sample more does not. */
function expectTight({ batch, limitedBy }: ProgramLimits['largest'], program?: 'train' | 'infer'): void {
  expect(obstacleTo(plan, batch, defaultLimits, program)).toBeUndefined();
  expect(obstacleTo(plan, batch + 1, defaultLimits, program)).toMatchObject({ allowed: limitedBy?.allowed });
  expect(limitedBy?.size).toBeGreaterThan(limitedBy?.allowed ?? Number.POSITIVE_INFINITY);
}

test('WebGPU’s default limits are the specification’s, and those that kernels are fused under', () => {
  expect(defaultLimits.maxStorageBuffersPerShaderStage).toBe(MAX_BUFFERS);
  for (const { buffers, workgroup } of plan.kernels) {
    expect(buffers.length).toBeLessThanOrEqual(defaultLimits.maxStorageBuffersPerShaderStage);
    expect(workgroup).toBeLessThanOrEqual(defaultLimits.maxComputeInvocationsPerWorkgroup);
  }
});

test('the largest batch is the largest, and what limits it is named in the source’s terms', () => {
  expectTight(limits.session.largest);
  if (!limits.training) throw new Error('the model is trained');
  expectTight(limits.training.largest, 'train');
  expectTight(limits.inference.largest, 'infer');
  expect(limits.training.largest.limitedBy?.what).toMatch(/^[\w.]+( backward)?: \w+.* \(\w+\[N, \d+.*\]\)$/);
  const largestBuffer = (batch: number): number => Math.max(...plan.buffers.map((spec) => byteSize(spec, batch)));
  expect(largestBuffer(limits.session.largest.batch)).toBeLessThanOrEqual(128 * 2 ** 20);
  expect(largestBuffer(limits.session.largest.batch + 1)).toBeGreaterThan(128 * 2 ** 20);
  expect(limits.session.largest.batch).toBe(Math.min(limits.training.largest.batch, limits.inference.largest.batch));
});

test('memory by purpose: one arena for weights, one for gradients, two for Adam', () => {
  const arena = 4 * plan.buffers[0].size.fixed;
  const prepared = plan.buffers.filter(({ role }) => role === 'prepared');
  const preparedBytes = prepared.reduce((sum, { size }) => sum + 4 * size.fixed, 0);
  expect(preparedBytes).toBeGreaterThan(0);
  expect(limits.training?.memory).toMatchObject({
    weights: arena,
    prepared: 0,
    gradients: arena,
    optimizer: 2 * arena,
  });
  expect(limits.inference.memory).toMatchObject({
    weights: arena,
    prepared: preparedBytes,
    gradients: 0,
    optimizer: 0,
    inputs: 4 * 784 * BATCH,
  });
  for (const { total, ...parts } of [
    limits.training?.memory,
    limits.inference.memory,
    limits.session.memory,
  ] as Memory[])
    expect(Object.values(parts).reduce((sum, bytes) => sum + bytes, 0)).toBe(total);
});

test('multiply-adds of inference are those of the layers above them', async () => {
  const { stdout } = await command('summary', '--limits', '--json', 'test/programs/vgg16.net');
  const { layers, limits: listed } = JSON.parse(stdout) as { layers: { macs: number }[]; limits: Limits };
  const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
  const { inference } = listed;
  expect([listed.batch, inference.macs]).toEqual([64, 64 * macs]);
  // Multiply-adds count what is padded too, arithmetic does not.
  expect(inference.flops / (2 * inference.macs)).toBeGreaterThan(0.9);
  // Winograd's products are fewer, and so are all operations together.
  expect(inference.onCpu.macs).toBeLessThan(0.6 * inference.macs);
  expect(inference.onCpu.flops).toBeLessThan(0.7 * inference.flops);
});

test('training takes a few times what inference does: gradients of weights and of inputs', () => {
  const times = (limits.training?.macs ?? 0) / limits.inference.macs;
  expect(times).toBeGreaterThan(2.5);
  // Of a gradient's terms beyond the border, each counts.
  expect(times).toBeLessThan(5);
  expect(limits.training?.dispatches).toBe(plan.programs.train.kernels.length);
});

test('the CPU device lays out as many bytes', () => {
  const { addresses, bytes } = layout(plan, BATCH, 2);
  // Buffers begin on cache lines, behind a control block.
  const slack = 64 * plan.buffers.length;
  const held = bytes - Math.min(...addresses);
  expect(held).toBeGreaterThanOrEqual(limits.session.memory.total);
  expect(held).toBeLessThanOrEqual(limits.session.memory.total + slack);
});

const noGpu = missingSwiftShader();
describe.skipIf(noGpu !== undefined)(`WebGPU${noGpu === undefined ? '' : `: ${noGpu}`}`, () => {
  test('a session creates as many bytes of buffers, with slots for the inputs and records of several steps', async () => {
    const [small] = compileUnits(write('small.net', SMALL)).units;
    const module = planOf(small);
    const { device, raw } = await openBoth();
    const created = vi.spyOn(raw, 'createBuffer');
    const session = await device.load(module, { batch: BATCH });
    const own = created.mock.calls.filter(([{ usage }]) => (usage & bufferUsage.storage) !== 0);
    const bytes = own.reduce((sum, [{ size }]) => sum + size, 0);
    expect(bytes).toBe(sessionBytes(module, BATCH, raw.limits));
    const { memory, webgpu } = limitsOf(small, BATCH).session;
    expect(bytes).toBeGreaterThan(memory.total);
    // Other devices may want slots at other places.
    expect(Math.abs(webgpu - bytes)).toBeLessThan(0.2 * bytes);
    session.dispose();
    await device.destroy();
  });
});

test('as a table, with the layers above it', async () => {
  const { status, stdout, stderr } = await command('summary', '--limits', '--batch', '8', MODEL);
  const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
  expect(lines[0]).toBe('FashionCnn');
  expect(lines).toContain('FashionCnn, batch 8 | training | inference');
  expect(lines).toContain('weights | 653.0 KiB | 653.0 KiB');
  expect(lines.at(-2)).toMatch(/^loaded: .+; a batch of at most [\d,]+ fits WebGPU's default limits: .+ a binding$/);
  expect([status, stderr]).toEqual([0, '']);
});

test('a model that is not trained has inference alone', async () => {
  const { stdout } = await command('summary', '--limits', '--json', 'test/programs/lenet5.net');
  const { limits: listed } = JSON.parse(stdout) as { limits: Limits };
  expect(listed.training).toBeUndefined();
  expect(listed.session.memory).toEqual(listed.inference.memory);
});

test('a program that cannot be planned is refused as when it is compiled', async () => {
  const pairs = 'model Pairs(x: f32[N, 4]) -> f32[N] {\n  x @ transpose(x) |> softmax |> max(axis=1)\n}\n';
  const { status, stdout, stderr } = await command('summary', '--limits', write('pairs.net', pairs));
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^error\[E0601\]/);
});
