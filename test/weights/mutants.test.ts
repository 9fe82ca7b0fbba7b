/**
 * Real files with bytes changed, cut out, put in or moved: whatever comes out is either read or refused with a message, and
 * never takes more memory than a file of its size may.
 */
import { expect, test } from 'vitest';
import { UserError } from '../../runtime/errors.ts';
import { memorySource } from '../../runtime/weights/byte-source.ts';
import { byteCount, openWeights } from '../../runtime/weights/weights-file.ts';
import { generator } from '../support/generator.ts';
import { fixture } from './fixtures.ts';

const mutants = 600;

/** Numbers that readers stumble over. */
const odd = [0, 1, 0x7f, 0x80, 0xff];

function mutate(bytes: Uint8Array, pick: (below: number) => number): Uint8Array {
  const changed = [...bytes];
  for (let changes = 1 + pick(4); changes > 0; changes--) {
    const at = pick(changed.length);
    const [from, length] = [pick(changed.length), 1 + pick(12)];
    switch (pick(5)) {
      case 0:
        changed[at] = pick(256);
        break;
      case 1:
        changed.splice(at, length, ...Array<number>(length).fill(odd[pick(odd.length)]));
        break;
      case 2:
        changed.splice(at, length);
        break;
      case 3:
        changed.splice(at, 0, ...changed.slice(from, from + length));
        break;
      default:
        changed.splice(at, length, ...changed.slice(from, from + length));
    }
    if (changed.length === 0) break;
  }
  return Uint8Array.from(changed);
}

/** The bytes that were read, or the refusal. */
async function survive(bytes: Uint8Array): Promise<number | UserError> {
  try {
    const file = await openWeights(memorySource(bytes, 'a.pth'));
    let read = 0;
    for (const tensor of file.tensors) {
      const { length } = await file.bytes(tensor);
      expect(length).toBe(byteCount(tensor));
      read += length;
    }
    return read;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

test.each([
  'net.pth',
  'net_legacy.pth',
  'net_protocol4.pth',
  'views.pth',
  'views_legacy.pth',
  'types.pth',
  'training_legacy.pth',
  'parameters.pth',
  'net_bf16.safetensors',
])('mutants of %s', async (name) => {
  const original = fixture(name);
  const pick = generator(41 + original.length);
  let refused = 0;
  for (let i = 0; i < mutants; i++) {
    const mutant = mutate(original, pick);
    const outcome = await survive(mutant).catch((error: unknown) => {
      throw new Error(`mutant ${i}: ${error instanceof Error ? error.stack : error}`);
    });
    if (outcome instanceof UserError) {
      refused++;
      expect(outcome.message).toMatch(/^a\.pth .{20}/s);
      expect(outcome.message).not.toMatch(/undefined|NaN|\[object/);
    } else expect(outcome).toBeLessThanOrEqual(16 * mutant.length + 2 ** 26);
  }
  // Some changes only touch the tensors' numbers; most do not.
  expect(refused).toBeGreaterThan(mutants / 4);
  expect(refused).toBeLessThan(mutants);
});

test.each(['net.pth', 'views_legacy.pth'])('every prefix of %s is refused', async (name) => {
  const original = fixture(name);
  for (let length = 0; length < original.length; length++) {
    expect(await survive(original.subarray(0, length))).toBeInstanceOf(UserError);
  }
});
