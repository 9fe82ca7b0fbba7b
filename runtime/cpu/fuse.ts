/**
 * Fused multiplication and addition. The compiler writes sums of products as two instructions that every engine with SIMD
 * has, and lists their places in a custom section; where the engine has relaxed SIMD, one instruction takes the place of
 * each pair, before the module is compiled. Of the same length, faster, and rounded once instead of twice.
 */

const multiply = [0xfd, 0xe6, 0x01] as const; // f32x4.mul
const localGet = 0x20;
const add = [0xfd, 0xe4, 0x01] as const; // f32x4.add
const nothing = [0x01, 0x01, 0x01] as const; // nop, three times
const multiplyAdd = [0xfd, 0x85, 0x02] as const; // f32x4.relaxed_madd, of two factors and what their product is added to

/** A module of one function that consists of this instruction. */
const probe = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...[0x01, 0x08, 0x01, 0x60, 0x03, 0x7b, 0x7b, 0x7b, 0x01, 0x7b],
  ...[0x03, 0x02, 0x01, 0x00],
  ...[0x0a, 0x0d, 0x01, 0x0b, 0x00, 0x20, 0x00, 0x20, 0x01, 0x20, 0x02, ...multiplyAdd, 0x0b],
);

/** Whether the engine has the instruction. */
export function canFuse(): boolean {
  return WebAssembly.validate(probe);
}

/** Rewrites a module's bytes in place. A module that lists no places stays as it is. */
export function fuse(module: Uint8Array): void {
  const [from, to] = listOfPlaces(module);
  let place = 0;
  for (let at = from; at < to; ) {
    const distance = unsigned(module, at);
    at = distance.end;
    place += distance.value;
    const addition = unsigned(module, place + 4).end;
    if (!matches(module, place, [...multiply, localGet]) || !matches(module, addition, add))
      throw new Error(`no product is added at byte ${place} of the WebAssembly module`);
    module.set(nothing, place);
    module.set(multiplyAdd, addition);
  }
}

/** Where the content of the custom section `fma` begins and ends. */
function listOfPlaces(module: Uint8Array): readonly [number, number] {
  const name = [3, ...Array.from('fma', (c) => c.charCodeAt(0))];
  for (let at = 8; at < module.length; ) {
    const { value: size, end: content } = unsigned(module, at + 1);
    if (module[at] === 0 && matches(module, content, name)) return [content + name.length, content + size];
    at = content + size;
  }
  return [0, 0];
}

function matches(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  return expected.every((byte, i) => bytes[at + i] === byte);
}

/** A number in LEB128, and where it ends. */
function unsigned(bytes: Uint8Array, at: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let i = 0; ; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: at + i + 1 };
  }
}
