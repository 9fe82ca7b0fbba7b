/** What the three convolution operators share: their sizes, names for them, and the checks of their attributes. */
import { type Dim, dim } from '../dim/dim.ts';
import { numberOf } from './attributes.ts';
import type { ReferenceTensor } from './primitive.ts';
import type { Attributes, Window } from './types.ts';
import { windowsOf } from './window.ts';

/** x[N, C, H, W], weight[O, C / groups, KH, KW], y[N, O, OH, OW]. */
export interface ConvSizes {
  readonly groups: number;
  readonly rows: Window;
  readonly columns: Window;
}

export function convSizes(attributes: Attributes, kernel: readonly [number, number]): ConvSizes {
  const [rows, columns] = windowsOf(attributes, kernel);
  return { groups: numberOf(attributes, 'groups'), rows, columns };
}

/** A weight's rows and columns, which are always known at compile time. */
export function kernelOf(weight: readonly Dim[]): readonly [number, number] | undefined {
  const rows = dim.constant(weight[2]);
  const columns = dim.constant(weight[3]);
  return rows === undefined || columns === undefined ? undefined : [rows, columns];
}

/** Why the channels do not divide into groups; undefined where they do. */
export function groupProblem(groups: number, channels: Dim, outputs: Dim): string | undefined {
  if (!Number.isInteger(groups) || groups < 1) return `groups is at least 1, not ${groups}`;
  if (!dim.divideExact(channels, dim.int(groups))) {
    return `groups=${groups} does not divide the ${dim.show(channels)} input channels`;
  }
  if (dim.divideExact(outputs, dim.int(groups))) return undefined;
  return `groups=${groups} does not divide the ${dim.show(outputs)} output channels`;
}

/** Calls `visit` with the positions of x, weight and y of every product of a convolution. */
export function forEachProduct(
  [batch, channels, height, width]: readonly number[],
  [outputs, groupChannels, ,]: readonly number[],
  [, , outHeight, outWidth]: readonly number[],
  { groups, rows, columns }: ConvSizes,
  visit: (x: number, weight: number, y: number) => void,
): void {
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let oh = 0; oh < outHeight; oh++)
        for (let ow = 0; ow < outWidth; ow++)
          for (let j = 0; j < groupChannels; j++)
            for (let kh = 0; kh < rows.kernel; kh++)
              for (let kw = 0; kw < columns.kernel; kw++) {
                const c = Math.floor(o / (outputs / groups)) * groupChannels + j;
                const h = oh * rows.stride + kh * rows.dilation - rows.padding;
                const w = ow * columns.stride + kw * columns.dilation - columns.padding;
                if (h < 0 || h >= height || w < 0 || w >= width) continue;
                visit(
                  ((n * channels + c) * height + h) * width + w,
                  ((o * groupChannels + j) * rows.kernel + kh) * columns.kernel + kw,
                  ((n * outputs + o) * outHeight + oh) * outWidth + ow,
                );
              }
}

/** Rows and columns of a weight in the float64 reference. */
export const referenceKernel = (weight: ReferenceTensor): readonly [number, number] => [
  weight.shape[2],
  weight.shape[3],
];
