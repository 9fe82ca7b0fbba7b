/** Pictures as a plot shows them: numbers of one channel (grey) or three (red, green, blue) to bytes. */
import type { DatasetSpec, FieldSpec, Split } from '../../../runtime/data/dataset.ts';
import { UserError } from '../../../runtime/errors.ts';
import { showShape } from '../../../runtime/tensor.ts';

export interface Picture {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  /** Channel by channel, row by row; `low` is black and `high` white. */
  readonly values: ArrayLike<number>;
}

/** The numbers that are shown black and white. */
export interface Tones {
  readonly low: number;
  readonly high: number;
}

const UNIT: Tones = { low: 0, high: 1 };

/** 0 and 1 where all numbers lie between, as nearly as float32 tells; else the least and the largest. */
export function tonesOf(pictures: readonly Picture[]): Tones {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const { values } of pictures) {
    for (let i = 0; i < values.length; i++) {
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  return low > -0.001 && high < 1.001 ? UNIT : { low, high };
}

/** Red, green and blue of a pixel, 0 to 255. */
export function colorAt({ channels, height, width, values }: Picture, y: number, x: number, tones: Tones): number[] {
  const range = tones.high - tones.low || 1;
  return [0, 1, 2].map((c) => {
    const value = values[((channels === 3 ? c : 0) * height + y) * width + x];
    return Math.min(255, Math.max(0, Math.round((255 * (value - tones.low)) / range)));
  });
}

/** The sizes of a shape that is a picture's, `[C, H, W]` or `[H, W]`. */
export function pictureSizes(shape: readonly number[]): Omit<Picture, 'values'> | undefined {
  const [channels, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length < 2 || shape.length > 3 || height < 1 || width < 1) return undefined;
  return channels === 1 || channels === 3 ? { channels, height, width } : undefined;
}

/** The field of a sample that is a picture. Throws `UserError` where there is none. */
export function pictureField({ name, sample }: DatasetSpec): FieldSpec {
  const field = sample.find(({ shape, classes }) => classes === undefined && pictureSizes(shape));
  if (field) return field;
  const shown = sample.map(
    (each) => `${each.name}: ${each.classes ? `class(${each.classes})` : showShape(each.shape)}`,
  );
  throw new UserError(
    `a sample of ${name} has no picture to show: a field of one or three channels, as u8[1, 28, 28] or u8[3, 32, 32]; it has ${shown.join(', ')}`,
  );
}

/** The class of a sample in words; its number where classes have no names, and the sample's where there is no class. */
export function captionOf({ dataset, columns }: Split, row: number): string {
  const labels = columns.find(({ field }) => field.classes !== undefined);
  if (!labels) return `sample ${row}`;
  const label = labels.data[row];
  return dataset.classes[label] ?? `class ${label}`;
}
