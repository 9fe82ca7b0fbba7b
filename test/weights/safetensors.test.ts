/** Safetensors files: what is written can be read, and nothing hostile gets through. */
import { expect, test } from 'vitest';
import { UserError } from '../../runtime/errors.ts';
import { type AnyTensor, joinParts, writeSafetensors } from '../../runtime/weights/safetensors.ts';
import { readTensors } from './tensors.ts';

/** A file with this header (as it is, if text) and so many bytes of data. */
function fileOf(header: unknown, dataBytes: number, claimed?: bigint): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

test('what is written is read again', async () => {
  const tensors = new Map<string, AnyTensor>([
    ['bytes', { shape: [3], data: Uint8Array.of(1, 2, 255) }],
    ['fc.weight', { shape: [2, 2], data: Float32Array.of(1.5, -2, Number.NaN, 1e-40) }],
    ['scalar', { shape: [], data: Int32Array.of(-7) }],
    ['empty', { shape: [0, 4], data: new Float32Array(0) }],
  ]);
  const file = joinParts(writeSafetensors(tensors, { format: 'pt', note: '"quoted" ü' }));
  const read = await readTensors(file);
  expect(new Map([...read.tensors].sort())).toEqual(new Map([...tensors].sort()));
  expect(read.metadata).toEqual({ format: 'pt', note: '"quoted" ü' });
  // The data begin at a multiple of eight, and floats lie at multiples of four.
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  expect(length % 8).toBe(0);
});

test('bytes of a file at an odd address, as Node reads small files, are read all the same', async () => {
  const file = joinParts(writeSafetensors(new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]])));
  const pool = Buffer.alloc(file.length + 3);
  pool.set(file, 3);
  expect((await readTensors(pool.subarray(3))).tensors.get('a')?.data).toEqual(Float32Array.of(1, 2));
});

test('half precision is read as f32', async () => {
  const header = {
    a: { dtype: 'F16', shape: [6], data_offsets: [0, 12] },
    b: { dtype: 'BF16', shape: [2], data_offsets: [12, 16] },
  };
  const file = fileOf(header, 16);
  const data = new DataView(file.buffer, file.length - 16);
  // 1, -2, the smallest subnormal, the largest number, infinity, NaN.
  for (const [i, bits] of [0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00, 0x7e00, 0x3f80, 0xc049].entries())
    data.setUint16(2 * i, bits, true);
  const { tensors } = await readTensors(file);
  expect(tensors.get('a')?.data).toEqual(Float32Array.of(1, -2, 2 ** -24, 65504, Number.POSITIVE_INFINITY, Number.NaN));
  expect(tensors.get('b')?.data).toEqual(Float32Array.of(1, -3.140625));
});

test.each([
  ['an empty file', new Uint8Array(0), 'it has 0 bytes'],
  ['a header of 2 GB', fileOf({}, 0, 2n ** 31n), 'its header claims 2147483648 bytes, more than the 100000000 allowed'],
  ['a header of 2^64 - 1 bytes', fileOf({}, 0, 2n ** 64n - 1n), 'claims 18446744073709551615 bytes'],
  ['a header that is longer than the file', fileOf({}, 4, 1000n), 'claims 1000 bytes, but only 6 follow'],
  ['no JSON', fileOf('{"a":', 0), 'not a JSON object'],
  ['a list', fileOf([], 0), 'not a JSON object'],
  ['bytes that are no UTF-8', fileOf('{"a\u0000":1}', 0).map((b) => (b === 0x61 ? 0xff : b)), 'not a JSON object'],
  ['an entry that is none', fileOf({ a: 7 }, 0), 'the entry "a" is not an object'],
  ['a type from the prototype', fileOf({ a: { ...f32(0, 4), dtype: 'toString' } }, 4), 'element type "toString"'],
  ['a negative size', fileOf({ a: f32(0, 4, [-1]) }, 4), '"a" has the shape [-1]'],
  ['a huge size', fileOf({ a: f32(0, 4, [2 ** 52, 2 ** 52]) }, 4), '"a" is F32[4503599627370496, 4503599627370496]'],
  ['offsets that are none', fileOf({ a: { ...f32(0, 4), data_offsets: [0] } }, 4), '"a" has the offsets [0]'],
  ['an end before the beginning', fileOf({ a: f32(8, 4, [1]) }, 8), '"a" ends (4) before it begins (8)'],
  [
    'a size that is not that of type and shape',
    fileOf({ a: f32(0, 8, [3]) }, 8),
    '"a" is F32[3], 12 bytes, but its offsets hold 8',
  ],
  [
    'overlapping tensors',
    fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12),
    'the bytes of "b" (4 to 12) overlap those of "a"',
  ],
  ['two tensors of the same bytes', fileOf({ a: f32(0, 8), b: f32(0, 8) }, 8), 'overlap'],
  ['a hole', fileOf({ a: f32(0, 4), b: f32(8, 12) }, 12), 'bytes 4 to 8, before "b", belong to no tensor'],
  [
    'an end beyond the file',
    fileOf({ a: f32(0, 4000) }, 40),
    '"a" ends at byte 4000 of the data, but the file has only 40',
  ],
  ['bytes left over', fileOf({ a: f32(0, 4) }, 9), '5 bytes at its end belong to no tensor'],
  [
    'a name twice',
    fileOf(
      '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061" :{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
      1,
    ),
    'names "a" twice',
  ],
  ['metadata that are no strings', fileOf({ __metadata__: { a: 1 } }, 0), '__metadata__ is not an object of strings'],
])('%s is refused', async (_what, file, message) => {
  const read = readTensors(file, 'weights.safetensors');
  await expect(read).rejects.toThrow(UserError);
  await expect(read).rejects.toThrow(/^weights\.safetensors is not a sound safetensors file/);
  await expect(read).rejects.toThrow(message);
});

test('an element type of later versions is no damage', async () => {
  const read = readTensors(fileOf({ a: { ...f32(0, 4, [4]), dtype: 'F8_E4M3' } }, 4), 'weights.safetensors');
  await expect(read).rejects.toThrow(UserError);
  await expect(read).rejects.toThrow('weights.safetensors has elements of the type F8_E4M3, in "a"; netc reads F64,');
});

test.each([0x0280, 0x0380, 0x0480])(
  'a header of %i bytes is not taken for the beginning of a pickle',
  async (length) => {
    const note = (spaces: number) => `{"__metadata__":{"note":"${' '.repeat(spaces)}"}}`;
    const file = fileOf(note(length - note(0).length), 0);
    expect([file[0], file[1]]).toEqual([0x80, length >> 8]);
    expect((await readTensors(file)).metadata.note).toMatch(/^ +$/);
  },
);

test('every prefix of a file is refused', async () => {
  const file = joinParts(writeSafetensors(new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]])));
  for (let length = 0; length < file.length; length++) {
    await expect(readTensors(file.subarray(0, length))).rejects.toThrow(UserError);
  }
});

test('a tensor may be called like a property of every object', async () => {
  const tensors = new Map([['__proto__', { shape: [1], data: Float32Array.of(3) }]]);
  const read = await readTensors(joinParts(writeSafetensors(tensors)));
  expect(read.tensors.get('__proto__')?.data).toEqual(Float32Array.of(3));
});
