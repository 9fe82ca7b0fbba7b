/**
 * How fast this engine on this core can multiply and add at all: a loop that touches no memory, f32x4 in as many
 * accumulators as give most. What the kernels reach is measured against it.
 */
import { Assembler } from '../../compiler/6-target/wasm/assembler.ts';
import { assembleModule } from '../../compiler/6-target/wasm/module.ts';

/** The accumulators of a loop: enough to hide the latency, few enough to stay in registers. */
const accumulators = [8, 10, 12, 13, 14];
const repeats = 12;

type Loop = (rounds: number, factor: number) => number;

/** GFLOP/s of one thread. */
export function measurePeak(rounds = 400_000): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  return Math.max(...accumulators.map((count) => rate(count, rounds, memory)));
}

function rate(count: number, rounds: number, memory: WebAssembly.Memory): number {
  const code = new WebAssembly.Module(new Uint8Array(peakModule(count)));
  const loop = new WebAssembly.Instance(code, { env: { memory } }).exports.peak;
  if (!isLoop(loop)) throw new Error('the module exports no loop');
  loop(rounds, 1e-9);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    loop(rounds, 1e-9);
    least = Math.min(least, performance.now() - start);
  }
  // In each round every accumulator is multiplied and added to twice, in four lanes.
  const flops = rounds * 2 * count * 4 * 2;
  return flops / least / 1e6;
}

const isLoop = (value: WebAssembly.ExportValue | undefined): value is Loop => typeof value === 'function';

/** `peak(rounds, factor)`: the sum of the accumulators' first lanes, so that none of them is superfluous. */
export function peakModule(count: number): Uint8Array {
  const f = new Assembler('peak', ['i32', 'f32'], ['f32']);
  const [left, factor] = [0, 1];
  const x = f.local('v128');
  const sums = Array.from({ length: count }, () => f.local('v128'));
  f.get(factor);
  f.op('f32x4.splat');
  f.set(x);
  f.loop();
  for (const sum of [...sums, ...sums]) {
    f.get(sum);
    f.get(x);
    f.op('f32x4.mul');
    f.get(x);
    f.op('f32x4.add');
    f.set(sum);
  }
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
