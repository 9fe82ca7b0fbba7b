/**
 * The IDX format of the MNIST data sets (http://yann.lecun.com/exdb/mnist): two zero bytes, the element type, the number
 * of dimensions, each dimension as a big-endian 32-bit number, the data. Only unsigned bytes, which is what data sets of
 * pictures and labels have. Works on bytes; files are `open.ts`'s.
 */
import { UserError } from '../errors.ts';
import { elementCount, showShape } from '../tensor.ts';
import type { Column, FieldSpec } from './dataset.ts';

const unsignedByte = 0x08;

/** Reads one field of a split. `source` names the file in errors. Throws `UserError` for what is not what `field` says. */
export function readIdx(bytes: Uint8Array, field: FieldSpec, source: string): Column {
  const { shape, data } = parseIdx(bytes, source);
  const sample = shape.slice(1);
  // A grey picture has one channel, which IDX files leave out.
  const size = elementCount(field.shape);
  if (withoutOnes(sample).join() !== withoutOnes(field.shape).join()) {
    throw new UserError(
      `${source} holds samples of shape ${showShape(sample)}, but the field \`${field.name}\` is declared as ` +
        `${showShape(field.shape)}; name the right file for this field, or declare the shape that the file has`,
    );
  }
  if (field.classes !== undefined) checkLabels(data, field.classes, field.name, source);
  return { field, data, size };
}

/** The bytes of an IDX file: `data` in the order of `shape`, whose first size is the number of samples. */
export function writeIdx(shape: readonly number[], data: Uint8Array): Uint8Array {
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length);
  bytes.set([0, 0, unsignedByte, shape.length]);
  const view = new DataView(bytes.buffer);
  for (const [i, size] of shape.entries()) view.setUint32(4 + 4 * i, size);
  bytes.set(data, start);
  return bytes;
}

function parseIdx(bytes: Uint8Array, source: string): { shape: readonly number[]; data: Uint8Array } {
  const [zero0, zero1, type, dimensions = 0] = bytes;
  if (bytes.length < 4 || zero0 !== 0 || zero1 !== 0) {
    throw new UserError(
      `${source} is not an IDX file: expected it to begin with the bytes 00 00 08, found ${hex(bytes.subarray(0, 4))}; ` +
        'give the IDX file itself (.gz or unpacked), or download it again',
    );
  }
  if (type !== unsignedByte) {
    throw new UserError(
      `${source} holds elements of IDX type ${hex(bytes.subarray(2, 3))}, expected 08, unsigned bytes; convert the data to bytes`,
    );
  }
  const start = 4 + 4 * dimensions;
  if (dimensions === 0 || bytes.length < start) {
    throw new UserError(
      `${source} is cut off within its header: ${dimensions} dimensions take ${start} bytes, but it has ${bytes.length}; ` +
        'download or copy it again',
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = elementCount(shape);
  const found = bytes.length - start;
  if (found !== expected) {
    throw new UserError(
      `${source} is ${found < expected ? 'cut off' : 'too long'}: its header says ${showShape(shape)}, ${expected} bytes of data, ` +
        `but it has ${found}; download or copy it again`,
    );
  }
  return { shape, data: bytes.subarray(start) };
}

function checkLabels(labels: Uint8Array, classes: number, field: string, source: string): void {
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    if (label >= classes) {
      throw new UserError(
        `${source}: sample ${i} has the ${field} ${label}, but the data set declares class(${classes}), so 0 to ${classes - 1}; ` +
          'declare as many classes as there are, or repair the labels',
      );
    }
  }
}

function withoutOnes(shape: readonly number[]): readonly number[] {
  return shape.filter((size) => size !== 1);
}

function hex(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'nothing' : [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
