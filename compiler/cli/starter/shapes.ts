/**
 * The pictures of a project that `netc init` begins: circles, squares, triangles and crosses, drawn from a seed. Always the
 * same bytes. Small and a little noisy, so that a network learns them in seconds, but not at the first step.
 */
import { writeIdx } from '../../../runtime/data/idx.ts';
import { curve, type Point } from '../../../runtime/data/outline.ts';
import { Canvas } from '../../../runtime/data/raster.ts';
import { purpose, RandomStream } from '../../../runtime/random.ts';

/** Rows and columns of a picture. */
export const side = 12;

const diagonal = Math.SQRT1_2;
/** Half the width of a cross's bars. */
const bar = 0.3;

/** The classes' outlines within a circle of radius 1. */
const outlines: Readonly<Record<string, readonly Point[]>> = {
  circle: curve(
    [
      [1, 0],
      [diagonal, diagonal],
      [0, 1],
      [-diagonal, diagonal],
      [-1, 0],
      [-diagonal, -diagonal],
      [0, -1],
      [diagonal, -diagonal],
    ],
    true,
  ),
  square: [
    [0.85, 0.85],
    [-0.85, 0.85],
    [-0.85, -0.85],
    [0.85, -0.85],
  ],
  triangle: [
    [0, -1],
    [1, 0.8],
    [-1, 0.8],
  ],
  cross: [
    [bar, -1],
    [bar, -bar],
    [1, -bar],
    [1, bar],
    [bar, bar],
    [bar, 1],
    [-bar, 1],
    [-bar, bar],
    [-1, bar],
    [-1, -bar],
    [-bar, -bar],
    [-bar, -1],
  ],
};

/** The classes' names in the order of their indices. */
export const classes: readonly string[] = Object.keys(outlines);

/** `count` pictures (u8[1, 12, 12]) and their classes, which take turns, as IDX files. Another seed gives other pictures. */
export function drawShapes(count: number, seed: number): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  const size = side * side;
  const pictures = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  const canvas = new Canvas(side, side);
  for (let i = 0; i < count; i++) {
    const label = i % classes.length;
    labels[i] = label;
    draw(canvas, outlines[classes[label] ?? ''] ?? [], new RandomStream(seed, purpose.synthetic, i));
    for (let j = 0; j < size; j++) pictures[i * size + j] = Math.round(255 * (canvas.pixels[j] ?? 0));
  }
  return { images: writeIdx([count, side, side], pictures), labels: writeIdx([count], labels) };
}

/** One outline at a place, size, angle and brightness of its own, over noise. */
function draw(canvas: Canvas, outline: readonly Point[], random: RandomStream): void {
  const radius = random.uniform(2.6, 4.6);
  const [x0, y0] = [side / 2 + random.uniform(-1.4, 1.4), side / 2 + random.uniform(-1.4, 1.4)];
  // Turned by up to about 17 degrees, with the first terms of sine and cosine.
  const angle = random.uniform(-0.3, 0.3);
  const [sine, cosine] = [angle - angle ** 3 / 6, 1 - (angle * angle) / 2];
  const polygon = outline.flatMap(([x, y]) => [
    x0 + radius * (cosine * x - sine * y),
    y0 + radius * (sine * x + cosine * y),
  ]);
  canvas.clear();
  canvas.fill(polygon, random.uniform(0.5, 0.95));
  const noise = random.uniform(0.05, 0.3);
  for (let i = 0; i < canvas.pixels.length; i++) {
    const value = (canvas.pixels[i] ?? 0) + noise * random.uniform(-1, 1);
    canvas.pixels[i] = Math.min(1, Math.max(0, value));
  }
}
