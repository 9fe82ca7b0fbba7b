/** What both devices promise, with the same expectations for each. */
import { afterAll, describe, expect, test } from 'vitest';
import { FashionCnn, fashionCnnTraining } from '../../generated/fashion_cnn.ts';
import type { Device } from '../../runtime/device.ts';
import { Learner, tensor } from '../../runtime/index.ts';
import { openDevice } from '../../runtime/open-device.ts';
import type { ModuleSpec } from '../../runtime/program.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { buffers, toy } from './toy.ts';

const { x, y, p, codes, integers } = buffers;

function describeDevice(title: string, open: () => Promise<Device>) {
  describe(title, async () => {
    const device = await open();
    afterAll(() => device.destroy());

    async function loadToy(batch: number) {
      const session = await device.load(toy, { batch });
      session.write(p, Float32Array.of(1, 10, 100, 1000));
      return session;
    }

    test('kernels run in order, for the samples of the run', async () => {
      const session = await loadToy(3);
      session.write(x, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      session.run('evaluate', 2, Float32Array.of(0.5, 0));
      const expected = [1.5, 20.5, 300.5, 4000.5, 5.5, 60.5, 700.5, 8000.5];
      expect(await session.read(y, 0, 12)).toEqual(Float32Array.of(...expected, 0, 0, 0, 0));
      expect(await session.read(y, 2, 3)).toEqual(Float32Array.of(300.5, 4000.5, 5.5));
      expect(await session.history()).toEqual([Float32Array.of(13090)]);
      session.dispose();
    });

    test('bytes and integers', async () => {
      const session = await loadToy(3);
      session.write(codes, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
      session.run('infer', 3, Float32Array.of(0, 0));
      expect(await session.read(integers, 0, 9)).toEqual(Int32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));
      expect(await session.read(codes, 3, 3)).toEqual(Uint8Array.of(4, 5, 6));
      // A write of bytes covers whole words: the element after it becomes zero.
      session.write(codes, Uint8Array.of(250, 251, 252), 4);
      expect(await session.read(codes, 0, 9)).toEqual(Uint8Array.of(1, 2, 3, 4, 250, 251, 252, 0, 9));
      session.dispose();
    });

    test('what inference prepares of the parameters follows them: loaded, or trained', async () => {
      const image = tensor(
        Float32Array.from({ length: 2 * 784 }, (_, i) => Math.sin(i)),
        [2, 1, 28, 28],
      );
      const predict = async (model: FashionCnn) => (await model.forward({ image })).data;
      const model = await FashionCnn.create(device, { seed: 1, batch: 2 });
      const first = await predict(model);
      expect(await predict(model)).toEqual(first);
      const other = await FashionCnn.create(device, { seed: 2, batch: 2 });
      const expected = await predict(other);
      expect(expected).not.toEqual(first);
      await model.load(await other.parameters());
      expect(await predict(model)).toEqual(expected);
      const pixels = Uint8Array.from({ length: 2 * 784 }, (_, i) => i % 251);
      new Learner(model, fashionCnnTraining).step({ size: 2, fields: [pixels, Int32Array.of(1, 7)] });
      const trained = await predict(model);
      expect(trained).not.toEqual(expected);
      const fresh = await FashionCnn.create(device, { weights: await model.save(), batch: 2 });
      expect(await predict(fresh)).toEqual(trained);
      for (const each of [model, other, fresh]) each.dispose();
    });

    test('runs queue up, each with its own uniforms, and parameters carry over', async () => {
      const session = await loadToy(2);
      session.write(x, Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2));
      for (let step = 0; step < 5; step++) session.run('train', 1 + (step % 2), Float32Array.of(step, 1));
      const rows = await session.history();
      const sums = [0, 1, 2, 3, 4].map((step) => {
        const of = (value: number) => (1111 + 4 * step) * value + 4 * step;
        const sum = of(1) + (step % 2) * of(2);
        return [sum, -sum];
      });
      expect(rows.map((row) => Array.from(row))).toEqual(sums);
      expect(await session.read(p, 0, 4)).toEqual(Float32Array.of(6, 15, 105, 1005));
      expect(await session.history()).toEqual([]);
      session.dispose();
    });

    test('every kernel sees all that the one before it wrote', async () => {
      const session = await loadToy(512);
      session.write(p, Float32Array.of(1, 1, 1, 1));
      // x is 0, so each of the 2,048 values is u0: whole numbers that f32 adds exactly, unless one is from an earlier run.
      for (let run = 0; run < 400; run++) session.run('train', 512, Float32Array.of(run, 0));
      const rows = await session.history();
      expect(rows.map((row) => Array.from(row))).toEqual(
        Array.from({ length: 400 }, (_, run) => [2048 * run, -2048 * run]),
      );
      session.dispose();
    });

    test('the history keeps programs apart, skips those without records, and is bounded', async () => {
      const session = await loadToy(1);
      const uniforms = Float32Array.of(1, 0);
      session.run('train', 1, uniforms);
      session.run('infer', 1, uniforms);
      session.run('evaluate', 1, uniforms);
      expect((await session.history()).map((row) => row.length)).toEqual([2, 1]);
      for (let run = 0; run < session.historyCapacity; run++) session.run('evaluate', 1, uniforms);
      expect(() => session.run('evaluate', 1, uniforms)).toThrow(/more than 4096 runs since/);
      // What is refused has changed nothing.
      const before = await session.read(p, 0, 4);
      expect(() => session.run('train', 1, Float32Array.of(1, 1))).toThrow(/more than 4096 runs since/);
      expect(await session.read(p, 0, 4)).toEqual(before);
      const rows = await session.history();
      expect(rows.length).toBe(4096);
      expect(rows.every((row) => row[0] === 4)).toBe(true);
      session.dispose();
    });

    test('room for a larger batch keeps the parameters', async () => {
      const session = await loadToy(1);
      session.run('train', 1, Float32Array.of(0, 1));
      session.reserve(40_000);
      expect(session.capacity).toBe(40_000);
      expect(await session.read(p, 0, 4)).toEqual(Float32Array.of(2, 11, 101, 1001));
      expect(await session.read(x, 0, 4)).toEqual(Float32Array.of(0, 0, 0, 0));
      // 160,000 workgroups of one: more than a dimension holds.
      session.write(
        x,
        Float32Array.from({ length: 160_000 }, (_, i) => i),
      );
      session.run('infer', 40_000, Float32Array.of(0, 0));
      const got = await session.read(y, 0, 160_000);
      expect(got.every((value, i) => value === Math.fround(i * ([2, 11, 101, 1001][i % 4] ?? 0)))).toBe(true);
      session.reserve(10);
      expect(session.capacity).toBe(40_000);
      session.dispose();
    });

    test('trace names the kernel where a value stops being finite', async () => {
      const session = await loadToy(2);
      session.write(x, Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8));
      expect(await session.trace('train', 2, Float32Array.of(0, 0))).toBeUndefined();
      expect(await session.trace('train', 2, Float32Array.of(0, Number.NaN))).toBe('toy update');
      session.write(p, Float32Array.of(1, 1, 1, 1));
      expect(await session.trace('train', 2, Float32Array.of(Number.POSITIVE_INFINITY, 0))).toBe('toy scale');
      // Parameters that were spoilt before blame the first kernel that spreads them, not the one that holds them.
      session.write(p, Float32Array.of(Number.NaN, 1, 1, 1));
      expect(await session.trace('train', 2, Float32Array.of(0, 0))).toBe('toy scale');
      session.dispose();
    });

    test('two sessions of one device do not disturb each other', async () => {
      const [a, b] = await Promise.all([loadToy(1), loadToy(1)]);
      a.write(x, Float32Array.of(1, 1, 1, 1));
      b.write(x, Float32Array.of(2, 2, 2, 2));
      for (const session of [a, b, a]) session.run('evaluate', 1, Float32Array.of(0, 0));
      a.dispose();
      expect(await b.history()).toEqual([Float32Array.of(2222)]);
      expect(() => a.run('evaluate', 1, Float32Array.of(0, 0))).toThrow(/disposed/);
      await expect(a.history()).rejects.toThrow(/disposed/);
      b.dispose();
    });

    test('wrong calls are told what was expected', async () => {
      const session = await loadToy(2);
      const uniforms = Float32Array.of(0, 0);
      expect(() => session.run('train', 3, uniforms)).toThrow(
        'a run of 3 samples: there is room for 2, call reserve(3)',
      );
      expect(() => session.run('train', 0, uniforms)).toThrow('a run of 0 samples');
      expect(() => session.run('train', 1, Float32Array.of(1))).toThrow('1 uniforms: the module takes 2');
      expect(() => session.write(x, new Uint8Array(4))).toThrow('"x" holds f32: expected a Float32Array');
      expect(() => session.write(x, new Float32Array(4), 6)).toThrow('elements 6 to 10 of buffer "x", which holds 8');
      expect(() => session.write(codes, new Uint8Array(1), 2)).toThrow('must be a multiple of 4');
      await expect(session.read(99, 0, 1)).rejects.toThrow('no buffer 99: the module has 7');
      await expect(device.load(toy, { batch: 1.5 })).rejects.toThrow('a batch of 1.5 samples');
      session.dispose();
    });

    test('a batch that does not fit names the largest that does', async () => {
      const huge: ModuleSpec = {
        ...toy,
        buffers: toy.buffers.map((b) => (b.name === 'x' ? { ...b, size: gigantic } : b)),
      };
      await expect(device.load(huge, { batch: 9_999 })).rejects.toThrow(/largest batch that fits is \d+$/);
      const session = await loadToy(1);
      expect(() => session.reserve(2 ** 31)).toThrow(/the largest batch that fits is \d+$/);
      session.dispose();
    });

    test('dispose is idempotent', async () => {
      const session = await loadToy(1);
      session.run('evaluate', 1, Float32Array.of(1, 0));
      expect(await session.history()).toEqual([Float32Array.of(4)]);
      session.dispose();
      session.dispose();
    });
  });
}

const gigantic = { fixed: 0, perSample: 1_000_000 };

describeDevice('CPU, one thread', () => openDevice('cpu', { threads: 1 }));
describeDevice('CPU, two threads', () => openDevice('cpu', { threads: 2 }));
describeDevice('CPU, more threads than cores', () => openDevice('cpu', { threads: 3 }));

const noGpu = missingSwiftShader();
if (noGpu === undefined) describeDevice('WebGPU', () => openDevice('webgpu'));
else test.skip(`WebGPU: ${noGpu}`, () => {});
