/**
 * Short convolutions with few products: polynomials are multiplied by their values at as many points as the product has
 * coefficients, the last point at infinity (Toom and Cook; Winograd's minimal filtering is the same with input and result
 * exchanged). The matrices are computed in exact fractions. What may be done with them is `winograd-plan.ts`'s to say.
 */

export type Matrix = readonly (readonly number[])[];

/**
 * `full = spread * ((image * a) . (taps * b))` is the convolution of a and b, of `outputs` and `taps` elements; so
 * `transpose(image) * ((taps * b) . (transpose(spread) * x))` are the sums of x that b slides over, and the same with a and b
 * exchanged.
 */
export interface ShortConvolution {
  readonly image: Matrix;
  readonly taps: Matrix;
  readonly spread: Matrix;
}

/**
 * Where polynomials are evaluated beside infinity, by how many coefficients they have. Among simple fractions those with
 * which tiles of so many by so many products are off least: of sums over 64 channels in float32, relative to their root mean
 * square, 2.8e-7 in the mean (1.1e-6 at most) with 4 products and 4.3e-7 (2e-6) with 5; 4.2e-7 (2.5e-6) where they are summed
 * one by one. With 0, 1, -1 and 2 it is 1e-6 (7e-6). More products are off by more: with 6 by 6e-7 (3e-6) at best, with 7
 * by 1.7e-6 (1.4e-5).
 */
const POINTS: readonly (readonly number[])[] = [[], [], [0], [0, 1], [0, 1, -1], [0, 1, -1 / 2, -2]];

/** The largest number of products of one dimension. */
export const MOST_PRODUCTS = POINTS.length - 1;

/** The matrices for convolutions of `outputs` with `taps` elements; there must be points for all coefficients. */
export function shortConvolution(outputs: number, taps: number): ShortConvolution {
  const count = outputs + taps - 1;
  if (count > MOST_PRODUCTS) throw new Error(`${count} products need more points`);
  const points = POINTS[count].map(halves);
  const spread = inverse(values(points, count));
  // Whole numbers in the one matrix that has the most of them: the other takes the fractions.
  const scales = points.map((_, i) => commonDenominator(spread.map((row) => row[i]))).concat(1);
  return {
    image: values(points, outputs).map((row) => row.map(numberOf)),
    taps: values(points, taps).map((row, i) => row.map((value) => numberOf(value) / scales[i])),
    spread: spread.map((row) => row.map((value, i) => numberOf(value) * scales[i])),
  };
}

export function transposed(matrix: Matrix): Matrix {
  return matrix[0].map((_, column) => matrix.map((row) => row[column]));
}

/** A fraction in lowest terms, the denominator positive. */
interface Fraction {
  readonly top: number;
  readonly bottom: number;
}

/** A point: a multiple of one half. */
const halves = (point: number): Fraction => fraction(2 * point, 2);

function fraction(top: number, bottom = 1): Fraction {
  const by = gcd(Math.abs(top), Math.abs(bottom)) * Math.sign(bottom);
  return { top: top / by, bottom: bottom / by };
}

const gcd = (a: number, b: number): number => (b === 0 ? Math.max(a, 1) : gcd(b, a % b));
const numberOf = ({ top, bottom }: Fraction): number => top / bottom;
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.top * b.top, a.bottom * b.bottom);
const over = (a: Fraction, b: Fraction): Fraction => fraction(a.top * b.bottom, a.bottom * b.top);
const minus = (a: Fraction, b: Fraction): Fraction =>
  fraction(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);

/** Rows of powers: the values of a polynomial of so many coefficients at each point, then its last coefficient. */
function values(points: readonly Fraction[], coefficients: number): Fraction[][] {
  const powers = ({ top, bottom }: Fraction): Fraction[] =>
    Array.from({ length: coefficients }, (_, i) => fraction(top ** i, bottom ** i));
  const last = Array.from({ length: coefficients }, (_, i) => fraction(i === coefficients - 1 ? 1 : 0));
  return [...points.map(powers), last];
}

/** Gauss and Jordan's way. */
function inverse(matrix: readonly (readonly Fraction[])[]): Fraction[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => fraction(i === j ? 1 : 0))]);
  for (let i = 0; i < size; i++) {
    const pivot = rows.findIndex((row, at) => at >= i && row[i].top !== 0);
    [rows[i], rows[pivot]] = [rows[pivot], rows[i]];
    rows[i] = rows[i].map((value) => over(value, rows[i][i]));
    for (let other = 0; other < size; other++) {
      if (other === i) continue;
      const factor = rows[other][i];
      rows[other] = rows[other].map((value, at) => minus(value, times(factor, rows[i][at])));
    }
  }
  return rows.map((row) => row.slice(size));
}

function commonDenominator(list: readonly Fraction[]): number {
  return list.reduce((all, { bottom }) => (all * bottom) / gcd(all, bottom), 1);
}
