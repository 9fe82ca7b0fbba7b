/**
 * `--data synthetic`: pictures of the ten garments drawn from a seed, for machines without a network and for tests. They
 * stand for Fashion-MNIST in shape and difficulty, not in numbers: accuracies on them say nothing about real data.
 */
import { UserError } from '../errors.ts';
import { purpose, RandomStream } from '../random.ts';
import { elementCount, showShape } from '../tensor.ts';
import type { Column, DatasetSpec, Split, SplitName } from './dataset.ts';
import { ankleBoot, bag, sandal, sneaker, trouser } from './other-garments.ts';
import type { Shape } from './outline.ts';
import { Canvas } from './raster.ts';
import { coat, dress, pullover, shirt, tShirt } from './tops.ts';

/** In the order of Fashion-MNIST's classes. */
const garments: readonly ((random: RandomStream) => Shape[])[] = [
  tShirt,
  trouser,
  pullover,
  dress,
  coat,
  sandal,
  shirt,
  sneaker,
  bag,
  ankleBoot,
];

const side = 28;
const sampleCounts: Readonly<Record<SplitName, number>> = { train: 6000, test: 1000, validation: 1000 };
const splitIndex: Readonly<Record<SplitName, number>> = { train: 0, test: 1, validation: 2 };

/** The fields that hold the picture and its class, if a sample has those and no others. */
function drawnFields({ sample }: DatasetSpec) {
  const image = sample.find((field) => field.element === 'u8' && elementCount(field.shape) === side * side);
  const label = sample.find((field) => field.classes === garments.length);
  return image && label && sample.length === 2 ? { image, label } : undefined;
}

/** Whether `syntheticSplit` can stand in for the data set's files. */
export function canDraw(dataset: DatasetSpec): boolean {
  return drawnFields(dataset) !== undefined;
}

/** Draws a split, or its first `limit` samples: always the same pictures. Throws `UserError` for a data set that is not of 28x28 pictures in ten classes. */
export function syntheticSplit(dataset: DatasetSpec, name: SplitName, limit = Number.POSITIVE_INFINITY): Split {
  const fields = drawnFields(dataset);
  if (!fields) {
    const shown = dataset.sample.map((field) => {
      return `${field.name}: ${field.classes === undefined ? `${field.element}${showShape(field.shape)}` : `class(${field.classes})`}`;
    });
    throw new UserError(
      `--data synthetic draws u8[1, ${side}, ${side}] pictures of class(${garments.length}), but a sample of ${dataset.name} is ` +
        `${shown.join(', ')}; name a folder with its files: --data DIR`,
    );
  }
  const samples = Math.min(sampleCounts[name], limit);
  const pictures = new Uint8Array(samples * side * side);
  const labels = new Uint8Array(samples);
  const canvas = new Canvas(side, side);
  for (let i = 0; i < samples; i++) {
    const random = new RandomStream(splitIndex[name], purpose.synthetic, i);
    labels[i] = i % garments.length;
    drawGarment(canvas, i % garments.length, random);
    store(canvas, pictures.subarray(i * side * side, (i + 1) * side * side), random);
  }
  const columns = dataset.sample.map((field): Column => {
    return field === fields.image ? { field, data: pictures, size: side * side } : { field, data: labels, size: 1 };
  });
  return { dataset, name, samples, drawn: true, columns };
}

/** Draws a garment of a class at a place, size and angle of its own. */
function drawGarment(canvas: Canvas, kind: number, random: RandomStream): void {
  canvas.clear();
  const shapes = garments[kind]?.(random) ?? [];
  const half = side / 2;
  const scaleX = half * random.uniform(0.78, 1);
  const scaleY = half * random.uniform(0.82, 1);
  const angle = random.normal(0, 0.06);
  const slant = random.normal(0, 0.06);
  const dx = half + random.uniform(-1.3, 1.3);
  const dy = half + random.uniform(-1.3, 1.3);
  for (const { points, shade, opacity } of shapes) {
    const polygon: number[] = [];
    for (const [px, py] of points) {
      const x = (px + slant * py) * scaleX;
      const y = py * scaleY;
      // A rotation by a small angle.
      polygon.push(dx + x - angle * y, dy + y + angle * x);
    }
    canvas.fill(polygon, shade, opacity);
  }
}

/** Cloth and camera: a pattern, light that falls off to one side, noise on the garment; then bytes. */
function store(canvas: Canvas, out: Uint8Array, random: RandomStream): void {
  const pattern = random.uniform();
  const period = random.uniform(2.5, 6);
  const phase = random.uniform(0, 6);
  const depth = pattern < 0.35 ? random.uniform(0.15, 0.6) : 0;
  const lightX = random.normal(0, 0.012);
  const lightY = random.normal(0, 0.012);
  const grain = random.uniform(0.03, 0.16);
  const contrast = random.uniform(0.7, 1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = canvas.pixels[y * side + x] ?? 0;
      if (value <= 0) continue;
      // A triangle wave: stripes across, down, or both.
      const across = pattern < 0.22 ? wave((y + phase) / period) : 0;
      const down = pattern > 0.15 && pattern < 0.35 ? wave((x + phase) / period) : 0;
      const light = 1 + (x - side / 2) * lightX + (y - side / 2) * lightY;
      const noise = 1 + grain * (random.uniform() - 0.5) * 2.8;
      const shaded = value * contrast * light * noise * (1 - depth * Math.max(across, down));
      out[y * side + x] = Math.min(255, Math.max(0, Math.round(shaded * 255)));
    }
  }
}

/** From 0 to 1 and back once in each whole number. */
function wave(t: number): number {
  return Math.abs(2 * (t - Math.floor(t)) - 1);
}
