/** PyTorch files that are hostile, damaged or something else are refused by name, with what to do instead. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UserError } from '../../runtime/errors.ts';
import { joinParts } from '../../runtime/weights/safetensors.ts';
import {
  Bytes,
  Call,
  Elsewhere,
  legacyCheckpoint,
  Name,
  type Picklable,
  pickle,
  Tuple,
  tensor,
  zip,
  zipCheckpoint,
} from './craft.ts';
import { fixture } from './fixtures.ts';
import { readTensors } from './tensors.ts';

async function refusal(bytes: Uint8Array, name: string): Promise<string> {
  const error: unknown = await readTensors(bytes, name).then(
    () => 'it was read',
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof Error ? error.message : '';
}

const remedy = '`torch.save(model.state_dict(), "weights.pth")` in Python saves the weights alone';

test.each([
  [
    'hostile.pth',
    "asks for Python's `posix.system`, which is not among the few names that netc knows in weights; it runs nothing " +
      `that a file brings along. Where the file is one of your own, ${remedy}`,
  ],
  ['hostile_legacy.pth', "asks for Python's `__builtin__.eval`"],
  [
    'module.pth',
    'holds a whole Python object, of the class `__main__.Net`, not weights alone. To read it is to run its code, ' +
      `which netc never does; ${remedy}`,
  ],
  ['module_legacy.pth', 'holds a whole Python object, of the class `__main__.Bare`'],
  ['module_protocol4.pth', 'holds a whole Python object, of the class `torch.nn.modules.linear.Linear`'],
  ['tensor.pth', 'holds a single tensor without a name, not a state dict'],
  ['nothing.pth', `has no state dict: it holds \`epoch\`, \`args\`; ${remedy}`],
  ['complex.pth', "asks for Python's `torch.ComplexFloatStorage`"],
  ['sparse.pth', "asks for Python's `torch._utils._rebuild_sparse_tensor`"],
  ['script.pth', 'holds a program of TorchScript (`torch.jit.save`), not weights alone'],
  ['plain.pth', 'is a pickle, but none that `torch.save` wrote'],
  ['packed.pth', 'archive/data.pkl is packed, which PyTorch never does'],
])('%s', async (name, message) => {
  const refused = await refusal(fixture(name), name);
  expect(refused).toMatch(new RegExp(`^${name} `));
  expect(refused).toContain(message);
  expect(existsSync('/tmp/netc-was-here')).toBe(false);
});

const four = { 0: new Uint8Array(16) };
/** The same in both formats. */
const both = (value: Picklable): readonly Uint8Array[] => [zipCheckpoint(value, four), legacyCheckpoint(value, four)];
const of = (tensorOf: Picklable): readonly Uint8Array[] => both({ w: tensorOf });
const mib = 2 ** 20;

test.each<[string, readonly Uint8Array[], string]>([
  ['an end beyond the storage', of(tensor('0', 4, { shape: [5] })), 'reaches element 4 of the storage 0, which has 4'],
  ['an offset beyond it', of(tensor('0', 4, { offset: 4, shape: [1] })), 'reaches element 4'],
  [
    'strides beyond it',
    of(tensor('0', 4, { shape: [2, 2], strides: [3, 1] })),
    'a tensor of shape [2, 2] reaches element 4',
  ],
  ['a negative stride', of(tensor('0', 4, { strides: [-1] })), 'a shape is no tuple of whole numbers'],
  ['a negative offset', of(tensor('0', 4, { offset: -1 })), 'the offset -1'],
  ['a size of 2^90', of(tensor('0', 4, { shape: [2n ** 90n] })), 'a shape is no tuple of whole numbers'],
  [
    '2^120 elements',
    of(tensor('0', 4, { shape: [2 ** 40, 2 ** 40, 2 ** 40], strides: [0, 0, 0] })),
    'a tensor has the shape',
  ],
  ['2^2000 elements of none', of(tensor('0', 4, { shape: [...Array(50).fill(2 ** 40), 0] })), 'a tensor has the shape'],
  ['fewer strides than sizes', of(tensor('0', 4, { strides: [] })), 'a tensor has the shape [4], the strides []'],
  ['a tensor of no storage', of(tensor('0', 4, { of: 7 })), 'a tensor is made of what is no storage'],
  [
    '16 bytes as 4 GiB',
    of(tensor('0', 4, { shape: [2 ** 30], strides: [0] })),
    'they repeat what is in it many times over',
  ],
  ['a storage of 2^60 elements', of(tensor('0', 2 ** 60)), 'the storage 0 has 1152921504606846976 elements'],
  [
    'a storage larger than its bytes',
    [zipCheckpoint({ w: tensor('0', 5) }, four)],
    'its storage 0 has 16 bytes, too few for 5',
  ],
  [
    'a storage of another length',
    [legacyCheckpoint({ w: tensor('0', 5) }, four)],
    'its storage 0 has 4 elements, not 5',
  ],
  ['a storage that is not there', of(tensor('1', 4)), 'its storage'],
  [
    'a storage outside of the folder',
    [zipCheckpoint({ w: tensor('../byteorder', 4) }, four)],
    'its storage ../byteorder is missing',
  ],
  ['an unknown kind of thing outside', of(new Elsewhere(new Tuple('file', '/etc/passwd'))), 'that is no storage'],
  [
    'a name as a value of a call',
    of(new Call(new Name('collections', 'OrderedDict'), 'text')),
    'an OrderedDict is made of',
  ],
  ['a call of a storage type', of(new Call(new Name('torch', 'FloatStorage'), 4)), '`torch.FloatStorage` is called'],
  ['a call of a text', of(new Call('eval', '1')), 'it calls what cannot be called'],
  [
    'a name spelled by the stack',
    of(new Bytes([0x8c, 2, 0x6f, 0x73, 0x8c, 6, ...Buffer.from('system'), 0x93])),
    "Python's `os.system`",
  ],
  [
    'an object',
    both(new Bytes([0x63, ...Buffer.from('collections\nOrderedDict\n'), 0x29, 0x81])),
    'an object of what is no class of weights',
  ],
  ['an instruction of protocol 0', both(new Bytes(Buffer.from('(S"ls"\nios\nsystem\n'))), 'is the instruction `S`'],
  ['a registered extension', both(new Bytes([0x82, 1])), 'is the instruction 0x82'],
  ['a stack that is empty', both(new Bytes([0x52])), 'its stack is empty'],
  ['a mark that is missing', both(new Bytes([0x74])), 'a mark is missing'],
  ['an entry of no dictionary', both(new Bytes([0x4e, 0x4e, 0x4e, 0x73])), 'what is no dictionary'],
  ['a value that was never put aside', both(new Bytes([0x68, 9])), 'it refers to number 9'],
  ['values left over', both(new Bytes([0x4e, 0x4e])), 'values are left over'],
  ['a text longer than the file', both(new Bytes([0x58, 255, 255, 255, 127])), 'its pickle is cut off'],
  ['bytes of 2^64', both(new Bytes([0x8e, ...Array(8).fill(255)])), 'its pickle is cut off'],
  ['millions of dictionaries', both(new Bytes(Array(mib + 9).fill(0x7d))), 'there are more than 1048576 values'],
  ['a list', both([1, 2]), 'holds a list of 2, not a state dict'],
  ['nothing', both(null), 'holds None, not a state dict'],
])('%s', async (_what, files, message) => {
  for (const file of files) expect(await refusal(file, 'a.pth')).toContain(message);
});

test('a dictionary that holds itself is looked through once', async () => {
  // MARK-less: EMPTY_DICT, put aside, "model", itself, SETITEM.
  const itself = new Bytes([0x7d, 0x71, 0, 0x8c, 5, ...Buffer.from('model'), 0x68, 0, 0x73]);
  for (const file of both(itself))
    expect(await refusal(file, 'a.pth')).toContain('has no state dict: it holds `model`');
});

const archive = zipCheckpoint({ w: tensor('0', 4) }, four);
/** The archive with a value in its end record, `at` bytes into it. */
const withEnd = (at: number, value: number, bytes: number): Uint8Array => {
  const changed = archive.slice();
  for (let i = 0; i < bytes; i++) changed[changed.length - 22 + at + i] = (value / 256 ** i) & 255;
  return changed;
};

test.each<[string, Uint8Array, string]>([
  ['no directory', archive.slice(0, 60), 'begins as a zip archive, but has no directory at its end'],
  ['a directory elsewhere', withEnd(16, 5, 4), 'entry 0 of its directory is none'],
  ['a directory outside', withEnd(16, 2 ** 31, 4), 'its directory does not lie within it'],
  ['more entries than there are', withEnd(10, 60_000, 2), 'entry 2 of its directory is none'],
  [
    'no pickle',
    zip(new Map([['word/document.xml', new Uint8Array(4)]])),
    'is a zip archive, but none that `torch.save` wrote',
  ],
  [
    'an unknown byte order',
    zipCheckpoint({ w: tensor('0', 4) }, four, { 'a/byteorder': Buffer.from('middle') }),
    'its byte order is "middle"',
  ],
  ['an empty pickle', zip(new Map([['a/data.pkl', new Uint8Array()]])), 'its pickle is cut off'],
  ['another version', joinParts([pickle(0x1950a86a20f9469cfc6cn), pickle(7)]), 'the version of its format is not 1001'],
  ['a web page', Buffer.from('<!DOCTYPE html><html></html>'), 'is a web page, not weights'],
  [
    'a pointer',
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:1\n'),
    'is a pointer to a file in Git LFS',
  ],
  ['HDF5', Buffer.from('\u0089HDF\r\n\u001a\n', 'latin1'), 'is an HDF5 file'],
])('%s', async (_what, file, message) => {
  expect(await refusal(new Uint8Array(file), 'a.pth')).toContain(message);
});
