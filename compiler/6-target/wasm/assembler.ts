/** Writes one WebAssembly function: instructions in order, locals on demand. No optimisation. */
import { encode, encodeMemory, signed, unsigned } from './opcodes.ts';

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

export const TYPE_CODE: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

export interface FunctionCode {
  readonly name: string;
  readonly exported: boolean;
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
  /** The function's entry of the code section, without its size. */
  readonly body: readonly number[];
  /** The functions that it calls, by index. */
  readonly calls: ReadonlySet<number>;
  /** Where in the body the vector multiplications of `multiplyAdd` begin, ascending. */
  readonly fusible: readonly number[];
}

export class Assembler {
  private readonly name: string;
  private readonly parameters: readonly ValueType[];
  private readonly results: readonly ValueType[];
  private readonly locals: ValueType[] = [];
  private readonly code: number[] = [];
  private readonly calls = new Set<number>();
  private readonly fusible: number[] = [];

  constructor(name: string, parameters: readonly ValueType[], results: readonly ValueType[]) {
    this.name = name;
    this.parameters = parameters;
    this.results = results;
  }

  /** A new local's index. */
  local(type: ValueType): number {
    this.locals.push(type);
    return this.parameters.length + this.locals.length - 1;
  }

  op(...mnemonics: string[]): void {
    for (const mnemonic of mnemonics) this.code.push(...encode(mnemonic));
  }

  get(index: number): void {
    this.code.push(0x20, ...unsigned(index));
  }

  set(index: number): void {
    this.code.push(0x21, ...unsigned(index));
  }

  tee(index: number): void {
    this.code.push(0x22, ...unsigned(index));
  }

  i32(value: number): void {
    this.code.push(0x41, ...signed(value | 0));
  }

  /** An i64 constant that fits 32 bits. */
  i64(value: number): void {
    this.code.push(0x42, ...signed(value | 0));
  }

  f32(value: number): void {
    this.code.push(0x43, ...bytesOf(new Float32Array([value])));
  }

  f64(value: number): void {
    this.code.push(0x44, ...bytesOf(new Float64Array([value])));
  }

  v128(lanes: Float32Array | Int32Array): void {
    this.code.push(0xfd, ...unsigned(0x0c), ...bytesOf(lanes));
  }

  /** Sixteen bytes of two vectors, by their indices: 0 to 15 in the first, 16 to 31 in the second. */
  shuffle(bytes: readonly number[]): void {
    this.code.push(0xfd, ...unsigned(0x0d), ...bytes);
  }

  extractF32Lane(lane: number): void {
    this.code.push(0xfd, ...unsigned(0x1f), lane);
  }

  extractI32Lane(lane: number): void {
    this.code.push(0xfd, ...unsigned(0x1b), lane);
  }

  replaceF32Lane(lane: number): void {
    this.code.push(0xfd, ...unsigned(0x20), lane);
  }

  replaceI32Lane(lane: number): void {
    this.code.push(0xfd, ...unsigned(0x1c), lane);
  }

  memory(mnemonic: string, offset: number): void {
    this.code.push(...encodeMemory(mnemonic, offset));
  }

  /**
   * `local + a * b` of the two vectors on the stack, as a multiplication and an addition. Where an engine has one instruction
   * for both, the runtime puts it in their place (`runtime/cpu/fuse.ts`, which knows these bytes).
   */
  multiplyAdd(local: number): void {
    this.fusible.push(this.code.length);
    this.op('f32x4.mul');
    this.get(local);
    this.op('f32x4.add');
  }

  call(functionIndex: number): void {
    this.calls.add(functionIndex);
    this.code.push(0x10, ...unsigned(functionIndex));
  }

  block(): void {
    this.code.push(0x02, 0x40);
  }

  loop(): void {
    this.code.push(0x03, 0x40);
  }

  /** `if` with an optional result. */
  if(result?: ValueType): void {
    this.code.push(0x04, result === undefined ? 0x40 : TYPE_CODE[result]);
  }

  branch(depth: number): void {
    this.code.push(0x0c, ...unsigned(depth));
  }

  branchIf(depth: number): void {
    this.code.push(0x0d, ...unsigned(depth));
  }

  finish(exported: boolean): FunctionCode {
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of this.locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    const declarations = runs.flatMap(({ type, count }) => [...unsigned(count), TYPE_CODE[type]]);
    const head = [...unsigned(runs.length), ...declarations];
    const body = [...head, ...this.code, ...encode('end')];
    const fusible = this.fusible.map((at) => head.length + at);
    const { name, parameters, results, calls } = this;
    return { name, exported, parameters, results, body, calls, fusible };
  }
}

function bytesOf(array: Float32Array | Float64Array | Int32Array): number[] {
  return [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
}
