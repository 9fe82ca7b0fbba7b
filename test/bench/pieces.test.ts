/**
 * What the bench is made of, without its peers: the words of the command line, the contenders' common loop, the ONNX files,
 * the loop that measures the peak, the clock around kernels. Nothing here depends on how fast anything is.
 */
import { existsSync, readFileSync } from 'node:fs';
import { openDevice } from 'netc/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { FashionCnn, fashionCnnTraining } from '../../generated/fashion_cnn.ts';
import { Learner } from '../../runtime/index.ts';
import { tasksOf } from '../../runtime/program.ts';
import { openWebGpuDevice } from '../../runtime/webgpu/device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { measure } from './contend.ts';
import { complaint } from './launch.ts';
import { vectorsOf } from './machine.ts';
import { fashionCnn, resnet18 } from './onnx-file.ts';
import { readOptions } from './options.ts';
import { peakModule, peakSampler } from './peak.ts';
import { rooflineOf } from './probes/gpu-peak.ts';
import { timedAdapter } from './probes/timed-dispatches.ts';
import { timedKernels } from './probes/timed-kernels.ts';
import { integer, joined, message, text } from './protobuf.ts';
import { roster } from './roster.ts';
import { batchOf, type Tensor, type Work } from './task.ts';

test('the words of the command line', () => {
  expect(readOptions([])).toMatchObject({ quick: false, rounds: 3, modes: ['train', 'infer'], contenders: [] });
  expect(readOptions(['--quick', '--only', 'train', '--contenders', 'netc,jax'])).toMatchObject({
    rounds: 1,
    modes: ['train'],
    contenders: ['netc', 'jax'],
  });
  expect(() => readOptions(['--only', 'both'])).toThrow('--only is `train` or `infer`, not `both`');
  expect(() => readOptions(['--rounds', '0'])).toThrow('--rounds is a whole number of at least 1, not `0`');
  expect(readOptions(['--networks', 'fashion_cnn,resnet18']).networks).toEqual(['fashion_cnn', 'resnet18']);
  expect(() => readOptions(['--networks', 'vgg'])).toThrow('fashion_cnn, resnet18, resnet18_224, not `vgg`');
  expect(() => readOptions(['--fast'])).toThrow('--fast');
});

test("a machine is known by how long its processor's vectors are", () => {
  expect(vectorsOf('flags\t\t: fma avx avx2 avx512f avx512vl')).toBe('AVX-512');
  expect(vectorsOf('flags\t\t: fma avx avx2')).toBe('AVX2');
  expect(vectorsOf('Features\t: fp asimd')).toBe('');
});

test('contenders have names of their own and scripts that exist', () => {
  const ids = roster.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { script } of roster) expect(existsSync(new URL(`contenders/${script}`, import.meta.url))).toBe(true);
  for (const { modes, without, title } of roster) expect([title, modes.length === 2]).toEqual([title, !without]);
});

test('the peers install from whichever registry the user has', () => {
  const lock = JSON.parse(readFileSync(new URL('package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const packages = Object.entries(lock.packages).filter(([path]) => path !== '');
  expect(packages.length).toBeGreaterThan(5);
  expect(packages.filter(([, { resolved, integrity }]) => resolved !== undefined || !integrity)).toEqual([]);
});

test('what a contender complained of is its error, or its last words, or that it took too long', () => {
  const stderr = "warning\nError: Kernel 'A' not registered\n    at Object.<anonymous>\n\nNode.js v20\n";
  expect(complaint({ stderr }, 1000)).toBe("Error: Kernel 'A' not registered");
  expect(complaint({ stderr: 'Traceback\n  File x\nRuntimeError: no\n' }, 1000)).toBe('RuntimeError: no');
  expect(complaint({ stderr: 'Killed\n' }, 1000)).toBe('Killed');
  expect(complaint({ killed: true, stderr: '' }, 2000)).toBe('not done after 2 s');
});

describe('the common loop', () => {
  const work: Work = {
    mode: 'train',
    network: 'fashion_cnn',
    variant: '',
    threads: 1,
    folder: '',
    parameters: [],
    sample: [1, 2],
    batch: 2,
    batches: 3,
    inferBatches: [2, 1],
    seconds: 0,
    bundle: '',
    outcome: '',
    weights: [],
    images: Uint8Array.from({ length: 12 }, (_, i) => i),
    labels: Uint8Array.from({ length: 6 }, (_, i) => i),
  };

  test('batches come round again', () => {
    expect(batchOf(work, 1)).toEqual({ images: Uint8Array.of(4, 5, 6, 7), labels: Uint8Array.of(2, 3) });
    expect(batchOf(work, 4)).toEqual(batchOf(work, 1));
  });

  test('takes three steps, each with its loss, then one batch after the other', async () => {
    const steps: number[] = [];
    const train = async () => ({
      description: 'fake',
      step: (batch: number) => void steps.push(batch),
      loss: async () => 10 - steps.length,
    });
    const { losses, train: timing, description } = await measure({ train, infer: () => Promise.reject() }, work);
    expect([losses, description]).toEqual([[9, 8, 7], 'fake']);
    expect(steps).toEqual(steps.map((_, i) => i));
    expect(timing?.blocks).toBeGreaterThanOrEqual(2);
  });

  test('predicts in every batch size and keeps the first prediction', async () => {
    const sizes = new Set<string>();
    const infer = async () => ({
      description: 'fake',
      predict: async (images: Float32Array, n: number) => {
        sizes.add(`${n}: ${images.length}`);
        return Float32Array.from({ length: 2 * n }, (_, i) => i);
      },
    });
    const found = await measure({ infer, train: () => Promise.reject() }, { ...work, mode: 'infer' });
    expect([...sizes]).toEqual(['2: 4', '1: 2']);
    expect(found.prediction).toEqual([0, 1]);
    expect(Object.keys(found.infer ?? {})).toEqual(['1', '2']);
  });
});

describe('ONNX', () => {
  test('numbers, texts and messages as protocol buffers write them', () => {
    expect([...joined(integer(1, 150))]).toEqual([0x08, 0x96, 0x01]);
    expect([...joined(text(2, 'ab'))]).toEqual([0x12, 2, 0x61, 0x62]);
    expect([...joined(message(3, integer(1, 1)))]).toEqual([0x1a, 2, 0x08, 1]);
    expect(joined(integer(1, -1))).toHaveLength(11);
  });

  /** The fields of a message with this number. */
  function fields(bytes: Uint8Array, wanted: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    let at = 0;
    const varint = (): number => {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const key = varint();
      if ((key & 7) === 0) varint();
      else {
        const length = (key & 7) === 5 ? 4 : varint();
        if (key >> 3 === wanted) found.push(bytes.subarray(at, at + length));
        at += length;
      }
    }
    return found;
  }

  const operators = (file: Uint8Array): string[] =>
    fields(fields(file, 7)[0], 1).map((node) => new TextDecoder().decode(fields(node, 4)[0]));

  const weightsOf = (shapes: Readonly<Record<string, readonly number[]>>): Tensor[] =>
    Object.entries(shapes).map(([name, shape]) => ({
      name,
      shape,
      data: new Float32Array(shape.reduce((a, b) => a * b, 1)),
    }));

  test('the CNN has its layers in order and all its weights', () => {
    const weights = weightsOf({
      'conv1.weight': [2, 1, 3, 3],
      'conv1.bias': [2],
      'conv2.weight': [2, 2, 3, 3],
      'conv2.bias': [2],
      'conv3.weight': [2, 2, 3, 3],
      'conv3.bias': [2],
      'fc1.weight': [4, 18],
      'fc1.bias': [4],
      'fc2.weight': [3, 4],
      'fc2.bias': [3],
    });
    const file = fashionCnn(weights);
    expect(operators(file).join(' ')).toBe(
      'Conv Relu MaxPool Conv Relu MaxPool Conv Relu Flatten Gemm Relu Gemm Softmax Identity',
    );
    const graph = fields(file, 7)[0];
    expect(fields(graph, 5).map((tensor) => new TextDecoder().decode(fields(tensor, 8)[0]))).toEqual(
      weights.map(({ name }) => name),
    );
  });

  test('ResNet-18 has eight blocks, three of them with a projection', () => {
    const projections = [2, 3, 4].map((layer) => [`layer${layer}.0.downsample.0.weight`, [1, 1, 1, 1]] as const);
    const file = resnet18(weightsOf({ ...Object.fromEntries(projections), 'fc.weight': [10, 1] }), [1, 28, 28]);
    const found = operators(file);
    const count = (operator: string): number => found.filter((name) => name === operator).length;
    expect([count('Add'), count('Conv'), count('BatchNormalization'), count('Gemm')]).toEqual([8, 20, 20, 1]);
  });
});

test('the loop that measures the peak multiplies and adds in all of its tile', async () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(peakModule(4, 2))), {
    env: { memory },
  });
  const { peak } = instance.exports;
  if (typeof peak !== 'function') throw new Error('no function');
  // In two rounds the second column's four sums go from 1 to 3; the first column's is 0 in the second of them.
  expect(peak(2, 1)).toBe(4 * 2 + 4 * 3);
  expect(Math.min(...(await peakSampler(10))())).toBeGreaterThan(0);
});

describe.skipIf(missingSwiftShader() !== undefined)('the clock of a GPU', () => {
  test('sees every dispatch of a training step, and what the GPU can do at all', async () => {
    const timed = await timedAdapter();
    const device = await openWebGpuDevice({ ...timed.found, software: true });
    const model = await FashionCnn.create(device, { seed: 1, batch: 2 });
    const learner = new Learner(model, fashionCnnTraining);
    const step = async () => {
      learner.step({ size: 2, fields: [new Uint8Array(2 * 784).fill(7), Int32Array.of(1, 2)] });
      return (await learner.records()).map(({ values }) => values[0]);
    };
    expect(await step()).toEqual([expect.closeTo(2.3, 1)]);
    const dispatched = await timed.take();
    const { kernels, programs } = model.spec.module;
    expect(dispatched.map(({ label }) => label)).toEqual(programs.train.kernels.map((index) => kernels[index].label));
    expect(Math.min(...dispatched.map(({ ms }) => ms))).toBeGreaterThan(0);
    expect(await timed.take()).toEqual([]);
    const { peak, bandwidth } = await rooflineOf(timed, 4, 16);
    expect(Math.min(peak, bandwidth)).toBeGreaterThan(0);
    await device.destroy();
  });
});

describe('the clock around kernels', () => {
  const { instantiate } = WebAssembly;
  afterEach(() => void Object.assign(WebAssembly, { instantiate }));

  test('sees every part of a training step', async () => {
    const spent = timedKernels();
    const device = await openDevice('cpu', { threads: 1 });
    const model = await FashionCnn.create(device, { seed: 1, batch: 2 });
    const learner = new Learner(model, fashionCnnTraining);
    learner.step({ size: 2, fields: [new Uint8Array(2 * 784).fill(7), Int32Array.of(1, 2)] });
    const { kernels, programs } = model.spec.module;
    // Those that WebGPU alone runs have no work items here, nor those for larger batches.
    const parts = programs.train.kernels.flatMap((index) =>
      kernels[index].parts.filter((part) => tasksOf(part, 2) > 0).map(({ name }) => name),
    );
    expect([...spent.keys()].sort()).toEqual(parts.sort());
    await device.destroy();
  });
});
