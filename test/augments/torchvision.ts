/**
 * The windows that torchvision draws, in its own words (transforms.RandomResizedCrop.get_params, RandomErasing.get_params),
 * with numbers by formula instead of torch's generator.
 */
import { hash32 } from '../reference/formula.ts';

export interface Window {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

type Range = readonly [number, number];

/** Numbers in [0, 1) of a sample's own. */
function numbers(sample: number): () => number {
  let next = 0;
  return () => hash32(40_000 + next++, sample) / 2 ** 32;
}

/** Python's: halves to the even one. */
function round(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

const within = (draw: () => number, [low, high]: Range): number => low + (high - low) * draw();
const integer = (draw: () => number, below: number): number => Math.floor(draw() * below);

export function resizedWindow(height: number, width: number, scale: Range, ratio: Range, sample: number): Window {
  const draw = numbers(sample);
  for (let i = 0; i < 10; i += 1) {
    const area = height * width * within(draw, scale);
    const aspect = Math.exp(within(draw, [Math.log(ratio[0]), Math.log(ratio[1])]));
    const w = round(Math.sqrt(area * aspect));
    const h = round(Math.sqrt(area / aspect));
    if (0 < w && w <= width && 0 < h && h <= height) {
      return { top: integer(draw, height - h + 1), left: integer(draw, width - w + 1), height: h, width: w };
    }
  }
  return fallbackWindow(height, width, ratio);
}

/** Where none of ten draws fits. */
export function fallbackWindow(height: number, width: number, [least, most]: Range): Window {
  const own = width / height;
  const [h, w] =
    own < least ? [round(width / least), width] : own > most ? [height, round(height * most)] : [height, width];
  return { top: Math.floor((height - h) / 2), left: Math.floor((width - w) / 2), height: h, width: w };
}

export function erasedWindow(height: number, width: number, scale: Range, ratio: Range, sample: number): Window {
  const draw = numbers(sample);
  for (let i = 0; i < 10; i += 1) {
    const area = height * width * within(draw, scale);
    const aspect = Math.exp(within(draw, [Math.log(ratio[0]), Math.log(ratio[1])]));
    const h = round(Math.sqrt(area * aspect));
    const w = round(Math.sqrt(area / aspect));
    if (!(h < height && w < width)) continue;
    return { top: integer(draw, height - h + 1), left: integer(draw, width - w + 1), height: h, width: w };
  }
  return { top: 0, left: 0, height: 0, width: 0 };
}
