/**
 * Puts functions together into a WebAssembly module that imports one shared memory as `env.memory`. A custom section says
 * where the sums of products are of which an engine may make one instruction (`runtime/cpu/fuse.ts`).
 */
import { type FunctionCode, TYPE_CODE } from './assembler.ts';
import { unsigned } from './opcodes.ts';

/** 4 GiB in pages of 64 KiB; the instance's own memory may be smaller. */
const MAX_PAGES = 65536;
const SHARED_WITH_MAXIMUM = 0x03;

export function assembleModule(all: readonly FunctionCode[]): Uint8Array {
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
  const { functions, indices } = withoutCopies(all);
  const typeIndices = functions.map(typeOf);
  const exports = all.flatMap((fn, i) => (fn.exported ? [[...text(fn.name), 0x00, ...unsigned(indices[i])]] : []));
  const declarations = [
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, vector(typeBytes)),
    ...section(
      2,
      vector([[...text('env'), ...text('memory'), 0x02, SHARED_WITH_MAXIMUM, ...unsigned(1), ...unsigned(MAX_PAGES)]]),
    ),
    ...section(3, vector(typeIndices.map(unsigned))),
    ...section(7, vector(exports)),
  ];
  const code = section(10, vector(functions.map((fn) => [...unsigned(fn.body.length), ...fn.body])));
  return new Uint8Array([...declarations, ...code, ...fusible(functions, declarations.length + code.length)]);
}

/**
 * Functions that are equal are one, under several names: several programs have the same layers. `indices` says where each
 * is. What is called, the library, stands in front and stays where it is.
 */
function withoutCopies(all: readonly FunctionCode[]): { functions: FunctionCode[]; indices: number[] } {
  const functions: FunctionCode[] = [];
  const known = new Map<string, number>();
  const indices = all.map((fn) => {
    const key = [fn.parameters, fn.results, fn.body].map((list) => list.join()).join(';');
    const index = (fn.exported ? known.get(key) : undefined) ?? functions.push(fn) - 1;
    known.set(key, index);
    return index;
  });
  return { functions, indices };
}

/** The places, in bytes from the module's beginning, each as its distance from the one before. */
function fusible(functions: readonly FunctionCode[], codeEnd: number): number[] {
  const distances: number[] = [];
  let last = 0;
  let at = codeEnd - functions.reduce((sum, { body }) => sum + unsigned(body.length).length + body.length, 0);
  for (const { body, fusible } of functions) {
    at += unsigned(body.length).length;
    for (const place of fusible) {
      distances.push(...unsigned(at + place - last));
      last = at + place;
    }
    at += body.length;
  }
  return section(0, [...text('fma'), ...distances]);
}

const text = (value: string): number[] => {
  const bytes = new TextEncoder().encode(value);
  return [...unsigned(bytes.length), ...bytes];
};

const vector = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];

const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
