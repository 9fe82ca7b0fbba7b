/**
 * Data by formula: the same numbers here and in formula.py, so that fixtures need not hold their inputs. Everything
 * derives from one integer hash of (seed, index); 24 bits of it make a fraction that f32 holds exactly. Nothing here is
 * statistically strong, nor meant to be. `formula.test.ts` compares the two.
 */

const classes = 10;
const side = 28;
const pixels = side * side;

const labelSeed = 101;
const patternSeed = 102;
const shiftSeed = 104;

/** The finalizer of MurmurHash3 (Appleby); an unsigned 32-bit integer. */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit hash of the seed and an index from 0 to 2^32 - 1. */
export function hash32(seed: number, index: number): number {
  return mix(index ^ mix(seed + 0x9e3779b9));
}

/** `count` values in [low, high): low + (high - low) * (24 hash bits / 2^24), rounded once to f32. */
export function uniform(seed: number, count: number, low: number, high: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => low + (high - low) * ((hash32(seed, i) >>> 8) / 2 ** 24));
}

function labelOf(sample: number): number {
  return hash32(labelSeed, sample) % classes;
}

/** Classes 0 to 9 of the samples start .. start + count - 1. */
export function labels(start: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => labelOf(start + i));
}

/**
 * Images [count, 1, 28, 28] of the samples from `start` on: a class's 7 by 7 pattern of black and white blocks, shifted by
 * up to 3 pixels, under noise.
 */
export function images(noiseSeed: number, start: number, count: number): Uint8Array {
  const data = new Uint8Array(count * pixels);
  for (let i = 0; i < count; i += 1) {
    const sample = start + i;
    const label = labelOf(sample);
    const shift = hash32(shiftSeed, sample);
    for (let p = 0; p < pixels; p += 1) {
      const row = ((Math.floor(p / side) + (shift & 3)) >> 2) % 7;
      const column = (((p % side) + ((shift >>> 2) & 3)) >> 2) % 7;
      const level = hash32(patternSeed, label * 49 + row * 7 + column) & 255;
      const noise = hash32(noiseSeed, sample * pixels + p) & 255;
      data[i * pixels + p] = ((level < 100 + 6 * label ? 255 : 0) + noise) >> 1;
    }
  }
  return data;
}

/** The Fashion-MNIST CNN's parameters in its order, with PyTorch's shapes and the fan-in of their layer. */
const fashionCnn: readonly (readonly [name: string, shape: readonly number[], fanIn: number])[] = [
  ['conv1.weight', [32, 1, 3, 3], 9],
  ['conv1.bias', [32], 9],
  ['conv2.weight', [64, 32, 3, 3], 288],
  ['conv2.bias', [64], 288],
  ['conv3.weight', [128, 64, 3, 3], 576],
  ['conv3.bias', [128], 576],
  ['fc1.weight', [64, 1152], 1152],
  ['fc1.bias', [64], 1152],
  ['fc2.weight', [10, 64], 64],
  ['fc2.bias', [10], 64],
];

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The parameters of models/fashion_cnn.net: uniform in +-1/sqrt(fan-in), the bounds of PyTorch's own initialisation. */
export function fashionParameters(seed: number): readonly NamedTensor[] {
  return fashionCnn.map(([name, shape, fanIn], position) => {
    const bound = 1 / Math.sqrt(fanIn);
    const count = shape.reduce((product, size) => product * size, 1);
    return { name, shape, data: uniform(seed + position, count, -bound, bound) };
  });
}
