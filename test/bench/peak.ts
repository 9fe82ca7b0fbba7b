/**
 * How fast this engine on this core can multiply and add at all: a matrix product's innermost loop that touches no memory,
 * its f32x4 tile in registers. What the kernels reach is measured against it. (Chains of one multiplication and one addition
 * after the other come to a third less on some processors, however many there are.)
 */
import { Assembler } from '../../compiler/6-target/wasm/assembler.ts';
import { toHex } from '../../compiler/6-target/wasm/hex.ts';
import { assembleModule } from '../../compiler/6-target/wasm/module.ts';
import { compile } from '../../runtime/cpu/engine.ts';

/** Tiles with enough sums to hide the latency, few enough to stay in registers with their operands. */
const tiles = [
  [6, 1],
  [4, 2],
  [5, 2],
  [3, 3],
] as const;

type Loop = (rounds: number, factor: number) => number;

/**
 * A function that runs a loop for each tile once and gives the GFLOP/s of each: compiled as the runtime compiles kernels, with
 * fused multiply-add and without it.
 */
export async function peakSampler(rounds = 50_000): Promise<() => number[]> {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const variants = tiles.flatMap(([rows, columns]) => [true, false].map((fma) => ({ rows, columns, fma })));
  const loops = await Promise.all(
    variants.map(async ({ rows, columns, fma }) => {
      const code = await compile(toHex(peakModule(rows, columns)), fma);
      return { loop: loopOf(await WebAssembly.instantiate(code, { env: { memory } })), sums: rows * columns };
    }),
  );
  return () =>
    loops.map(({ loop, sums }) => {
      const start = performance.now();
      loop(rounds, 1e-9);
      // Each round adds a product to each sum, in four lanes.
      return (rounds * sums * 4 * 2) / (performance.now() - start) / 1e6;
    });
}

function loopOf({ exports }: WebAssembly.Instance): Loop {
  const { peak } = exports;
  if (!isLoop(peak)) throw new Error('the module exports no loop');
  return peak;
}

const isLoop = (value: WebAssembly.ExportValue | undefined): value is Loop => typeof value === 'function';

/**
 * `peak(rounds, factor)`: sums of products of rows and columns, all of which start as the factor. The first column changes
 * from round to round between the factor and 0, so that no product is the same in all rounds; the result has all sums.
 */
export function peakModule(rowCount: number, columnCount: number): Uint8Array {
  const f = new Assembler('peak', ['i32', 'f32'], ['f32']);
  const [left, factor] = [0, 1];
  const vectors = (count: number): number[] => Array.from({ length: count }, () => f.local('v128'));
  const [rows, columns, sums] = [vectors(rowCount), vectors(columnCount), vectors(rowCount * columnCount)];
  for (const vector of [...rows, ...columns, ...sums]) {
    f.get(factor);
    f.op('f32x4.splat');
    f.set(vector);
  }
  f.loop();
  for (const [i, row] of rows.entries())
    for (const [j, column] of columns.entries()) {
      const sum = sums[i * columnCount + j];
      f.get(row);
      f.get(column);
      f.multiplyAdd(sum);
      f.set(sum);
    }
  f.get(columns[0]);
  f.get(rows[0]);
  f.op('v128.xor');
  f.set(columns[0]);
  f.get(left);
  f.i32(1);
  f.op('i32.sub');
  f.tee(left);
  f.branchIf(0);
  f.op('end');
  for (const [i, sum] of sums.entries()) {
    f.get(sum);
    if (i > 0) f.op('f32x4.add');
  }
  f.extractF32Lane(0);
  return assembleModule([f.finish(true)]);
}
