/** PyTorch's files, in all their forms, are read as PyTorch reads them; and only as much of them as is needed. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileSource, memorySource } from '../../runtime/weights/byte-source.ts';
import { toFloats } from '../../runtime/weights/dtype.ts';
import { joinParts, writeSafetensors } from '../../runtime/weights/safetensors.ts';
import { openWeights, type WeightsFile } from '../../runtime/weights/weights-file.ts';
import { Bytes, Call, legacyCheckpoint, Made, Name, type Picklable, Tuple, tensor, zipCheckpoint } from './craft.ts';
import { expected, fixture, fixturePath } from './fixtures.ts';

async function contents(file: WeightsFile) {
  const tensors = [];
  for (const tensor of file.tensors) {
    const { name, dtype, shape } = tensor;
    tensors.push({ name, dtype, shape, bytes: Buffer.from(await file.bytes(tensor)).toString('hex') });
  }
  return tensors;
}

test.each(Object.keys(expected))('%s, from memory and from the disk', async (name) => {
  expect(await contents(await openWeights(memorySource(fixture(name), name)))).toEqual(expected[name]);
  const source = await fileSource(fixturePath(name));
  expect(await contents(await openWeights(source))).toEqual(expected[name]);
  await source.close();
});

test('each form is called by its name, and it is said where in it the weights were', async () => {
  const described = async (name: string) => {
    const { format, found } = await openWeights(memorySource(fixture(name), name));
    return [format, found];
  };
  expect(await described('net.pth')).toEqual(['PyTorch (zip)', undefined]);
  expect(await described('net_legacy.pth')).toEqual(['PyTorch (legacy)', undefined]);
  expect(await described('net_f16.safetensors')).toEqual(['safetensors', undefined]);
  expect(await described('training.pth')).toEqual([
    'PyTorch (zip)',
    'in `state_dict`, beside epoch, best, optimizer, shape, device, dtype',
  ]);
  expect(await described('training_legacy.pth')).toEqual(['PyTorch (legacy)', 'in `model`, beside epoch']);
});

test('half precision is widened as PyTorch widens it, not-a-numbers too', () => {
  const widened: Record<'F16' | 'BF16', { bits: number[]; f32: string }> = JSON.parse(
    readFileSync(fixturePath('widened.json'), 'utf8'),
  );
  for (const dtype of ['F16', 'BF16'] as const) {
    const { bits, f32 } = widened[dtype];
    const floats = toFloats(dtype, new Uint8Array(Uint16Array.from(bits).buffer));
    expect(Buffer.from(floats.buffer).toString('hex')).toBe(f32);
  }
});

test('parameters and dictionaries as the first releases wrote them, from Python 2', async () => {
  const floats = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const early = (key: string): Picklable => {
    const { given } = tensor(key, 4);
    const [storage = null, offset = null, size = null, stride = null] = given instanceof Tuple ? given.items : [];
    return new Call(new Name('torch._utils', '_rebuild_tensor'), storage, offset, size, stride);
  };
  const parameter = new Made(
    new Name('torch.nn.parameter', 'Parameter'),
    new Tuple(early('0'), true, null, true, null),
  );
  const text = (name: string) => new Bytes([0x55, name.length, ...Buffer.from(name)]);
  const entries = [
    [text('w'), parameter],
    [text('running_mean'), early('1')],
  ];
  const state = new Call(new Name('collections', 'OrderedDict'), entries);
  const file = await openWeights(memorySource(legacyCheckpoint(state, { 0: floats, 1: floats }), 'early.pth'));
  expect(await contents(file)).toEqual(
    ['w', 'running_mean'].map((name) => ({
      name,
      dtype: 'F32',
      shape: [4],
      bytes: Buffer.from(floats).toString('hex'),
    })),
  );
});

/** 4 MiB of zeros in each format. */
const large: Readonly<Record<string, () => Uint8Array>> = {
  'big.pth': () => zipCheckpoint({ w: tensor('0', 2 ** 20) }, { 0: new Uint8Array(2 ** 22) }),
  'big_legacy.pth': () => legacyCheckpoint({ w: tensor('0', 2 ** 20) }, { 0: new Uint8Array(2 ** 22) }),
  'big.safetensors': () =>
    joinParts(writeSafetensors(new Map([['w', { shape: [2 ** 20], data: new Float32Array(2 ** 20) }]]))),
};

test.each(Object.entries(large))('of %s no tensor is read to list it', async (name, make) => {
  const inner = memorySource(make(), name);
  let read = 0;
  const file = await openWeights({
    ...inner,
    read: (begin, length) => {
      read += length;
      return inner.read(begin, length);
    },
  });
  expect(file.tensors).toEqual([expect.objectContaining({ name: 'w', dtype: 'F32', shape: [2 ** 20] })]);
  // A pickle of the legacy format is looked for in the first mebibyte.
  expect(read).toBeLessThan(2 ** 20 + 10_000);
  for (const stored of file.tensors) expect((await file.bytes(stored)).length).toBe(2 ** 22);
});
