/** Puts functions together into a WebAssembly module that imports one shared memory as `env.memory`. */
import { type FunctionCode, TYPE_CODE } from './assembler.ts';
import { unsigned } from './opcodes.ts';

/** 4 GiB in pages of 64 KiB; the instance's own memory may be smaller. */
const MAX_PAGES = 65536;
const SHARED_WITH_MAXIMUM = 0x03;

export function assembleModule(functions: readonly FunctionCode[]): Uint8Array {
  const types: string[] = [];
  const typeBytes: number[][] = [];
  const typeOf = (fn: FunctionCode): number => {
    const bytes = [
      0x60,
      ...unsigned(fn.parameters.length),
      ...fn.parameters.map((type) => TYPE_CODE[type]),
      ...unsigned(fn.results.length),
      ...fn.results.map((type) => TYPE_CODE[type]),
    ];
    const at = types.indexOf(bytes.join());
    if (at >= 0) return at;
    types.push(bytes.join());
    typeBytes.push(bytes);
    return types.length - 1;
  };
  const typeIndices = functions.map(typeOf);
  const exports = functions.flatMap((fn, i) => (fn.exported ? [[...text(fn.name), 0x00, ...unsigned(i)]] : []));
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(typeBytes)),
    ...section(
      2,
      vector([[...text('env'), ...text('memory'), 0x02, SHARED_WITH_MAXIMUM, ...unsigned(1), ...unsigned(MAX_PAGES)]]),
    ),
    ...section(3, vector(typeIndices.map(unsigned))),
    ...section(7, vector(exports)),
    ...section(10, vector(functions.map((fn) => [...unsigned(fn.body.length), ...fn.body]))),
  ]);
}

const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
};

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
