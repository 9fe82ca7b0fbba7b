/** A WebAssembly assembler that is just enough for kernels written by hand: i32 parameters, i32 and f32 locals, no result. */
import { toHex } from '../../compiler/6-target/wasm/hex.ts';

export const op = {
  unreachable: 0x00,
  block: [0x02, 0x40],
  loop: [0x03, 0x40],
  if: [0x04, 0x40],
  end: 0x0b,
  br: (depth: number) => [0x0c, depth],
  brIf: (depth: number) => [0x0d, depth],
  get: (local: number) => [0x20, local],
  set: (local: number) => [0x21, local],
  i32: (value: number) => [0x41, ...signed(value)],
  f32: (value: number) => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  i32Load: [0x28, 2, 0],
  f32Load: (offset = 0) => [0x2a, 2, ...unsigned(offset)],
  byteLoad: [0x2d, 0, 0],
  i32Store: [0x36, 2, 0],
  f32Store: [0x38, 2, 0],
  i32GreaterOrEqual: 0x4e,
  f32Greater: 0x5e,
  i32Add: 0x6a,
  i32Multiply: 0x6c,
  i32And: 0x71,
  f32Negate: 0x8c,
  f32Add: 0x92,
  f32Multiply: 0x94,
} as const;

export type Code = readonly (number | Code)[];

export interface HandKernel {
  readonly name: string;
  /** Buffers that follow (from, to, uniforms, local). */
  readonly buffers: number;
  readonly f32Locals: number;
  readonly body: Code;
}

/** `body` for every work item i, which is local 0 counting up to local 1. */
export function forEachItem(body: Code): Code {
  const { get, set, br, brIf, i32 } = op;
  const done = [get(0), get(1), op.i32GreaterOrEqual, brIf(1)];
  return [op.block, op.loop, done, body, get(0), i32(1), op.i32Add, set(0), br(0), op.end, op.end];
}

/** The address of the f32 or i32 at index `index` of the array at local `base`. */
export function element(base: number, index: Code): Code {
  return [op.get(base), index, op.i32(4), op.i32Multiply, op.i32Add];
}

/** The module in hexadecimal: imports `env.memory`, shared, exports each kernel. */
export function assemble(kernels: readonly HandKernel[]): string {
  const types = kernels.map(({ buffers }) => [0x60, ...vector(Array.from({ length: 4 + buffers }, () => [0x7f])), 0]);
  const memory = [...text('env'), ...text('memory'), 0x02, 0x03, 1, ...unsigned(65536)];
  const exported = kernels.map(({ name }, index) => [...text(name), 0x00, index]);
  const codes = kernels.map(({ f32Locals, body }) => {
    const code = [...(f32Locals > 0 ? [1, f32Locals, 0x7d] : [0]), ...flatten(body), op.end];
    return [...unsigned(code.length), ...code];
  });
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      kernels.map((_, index) => [index]),
    ),
    ...section(7, exported),
    ...section(10, codes),
  ];
  return toHex(Uint8Array.from(bytes));
}

function section(id: number, entries: readonly number[][]): number[] {
  const content = vector(entries);
  return [id, ...unsigned(content.length), ...content];
}

function vector(entries: readonly number[][]): number[] {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(value: string): number[] {
  return [...unsigned(value.length), ...Array.from(value, (c) => c.charCodeAt(0))];
}

function flatten(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? [part] : flatten(part)));
}

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const done = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
  return done ? [low] : [low | 128, ...signed(rest)];
}
