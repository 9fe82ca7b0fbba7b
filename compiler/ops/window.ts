/**
 * Sliding windows along one axis, for convolutions and pooling: how many there are, which element a window's tap reads,
 * and which windows cover an element. The conditions are the tight ones: where padding or strides make none necessary,
 * there is none, and each depends on its own axis only.
 */
import { type Dim, dim } from '../dim/dim.ts';
import { pairOf } from './attributes.ts';
import type { Expr } from './expr.ts';
import type { Lowering } from './primitive.ts';
import type { Attributes, Window } from './types.ts';

/** An element's position along an axis, valid where the conditions hold. */
export interface Position {
  readonly index: Expr;
  readonly conditions: readonly Expr[];
}

/** The windows of rows and of columns. `kernel` is the attribute of that name unless it is given. */
export function windowsOf(attributes: Attributes, kernel = pairOf(attributes, 'kernel')): readonly [Window, Window] {
  const stride = pairOf(attributes, 'stride');
  const padding = pairOf(attributes, 'padding');
  const dilation = 'dilation' in attributes ? pairOf(attributes, 'dilation') : ([1, 1] as const);
  const axis = (i: 0 | 1): Window => ({
    kernel: kernel[i],
    stride: stride[i],
    padding: padding[i],
    dilation: dilation[i],
  });
  return [axis(0), axis(1)];
}

/** From the first element that a window spans to the last. */
export const spanOf = (w: Window): number => w.dilation * (w.kernel - 1) + 1;

/**
 * How many windows fit `size` elements. With `ceil` the last may stick out at the end, but has to start inside the input
 * or the padding before it (PyTorch's rule).
 */
export function windowCount(size: Dim, w: Window, ceil = false): Dim {
  const room = dim.sub(dim.add(size, dim.int(2 * w.padding)), dim.int(spanOf(w)));
  const stride = dim.int(w.stride);
  if (!ceil) return dim.add(dim.floorDiv(room, stride), dim.int(1));
  const last = dim.min(dim.ceilDiv(room, stride), dim.floorDiv(dim.add(size, dim.int(w.padding - 1)), stride));
  return dim.add(last, dim.int(1));
}

/**
 * Why a window of this kind is impossible, in the user's terms; undefined where it is fine. With `ceil` a window may be
 * larger than the padded input, as long as it is the one that sticks out.
 */
export function windowProblem(
  windows: readonly [Window, Window],
  sizes: readonly [Dim, Dim],
  ceil = false,
): string | undefined {
  const [rows, columns] = windows;
  const pair = (name: keyof Window): string => `${rows[name]}x${columns[name]}`;
  for (const name of ['kernel', 'stride', 'dilation'] as const) {
    const whole = windows.every((w) => Number.isInteger(w[name]) && w[name] >= 1);
    if (!whole) return `the ${name} is at least 1 in both directions, not ${pair(name)}`;
  }
  if (!windows.every((w) => Number.isInteger(w.padding) && w.padding >= 0)) {
    return `the padding is not negative, as ${pair('padding')} is`;
  }
  const fits = windows.every((w, i) => {
    const count = dim.constant(windowCount(sizes[i], w, ceil));
    return count === undefined || count >= 1;
  });
  if (fits) return undefined;
  return `the ${pair('kernel')} kernel does not fit the ${dim.show(sizes[0])}x${dim.show(sizes[1])} input`;
}

/** True unless `a < b` is certain. */
const mayReach = (a: Dim, b: Dim): boolean => {
  const gap = dim.constant(dim.sub(b, a));
  return gap === undefined || gap <= 0;
};

/** The element that tap `tap` of window `window` reads, of `size`. */
export function tapPosition(l: Lowering, w: Window, window: Expr, tap: Expr, size: Dim, count: Dim): Position {
  const forward = l.add(l.mul(window, l.int(w.stride)), l.mul(tap, l.int(w.dilation)));
  const index = l.sub(forward, l.int(w.padding));
  const conditions: Expr[] = [];
  if (w.padding > 0) conditions.push(l.apply('ge', index, l.int(0)));
  const lastWindow = dim.mul(dim.sub(count, dim.int(1)), dim.int(w.stride));
  const last = dim.add(lastWindow, dim.int(spanOf(w) - 1 - w.padding));
  if (mayReach(last, size)) conditions.push(l.apply('lt', index, l.size(size)));
  return { index, conditions };
}

/** The window whose tap `tap` reads the element `element`, where there is one: the inverse of `tapPosition`. */
export function windowOfTap(l: Lowering, w: Window, element: Expr, tap: Expr, size: Dim, count: Dim): Position {
  const reach = w.dilation * (w.kernel - 1);
  const conditions: Expr[] = [];
  // Raised to a multiple of the stride, so that the dividend is never negative.
  const lift = w.stride === 1 ? 0 : Math.max(0, Math.ceil((reach - w.padding) / w.stride));
  const offset = l.sub(l.int(w.padding + lift * w.stride), l.mul(tap, l.int(w.dilation)));
  const dividend = l.add(element, offset);
  if (w.stride > 1) conditions.push(l.apply('eq', l.imod(dividend, l.int(w.stride)), l.int(0)));
  const index = l.sub(l.idiv(dividend, l.int(w.stride)), l.int(lift));
  if (w.padding < reach) conditions.push(l.apply('ge', index, l.int(0)));
  const last = dim.floorDiv(dim.add(size, dim.int(w.padding - 1)), dim.int(w.stride));
  if (mayReach(last, count)) conditions.push(l.apply('lt', index, l.size(count)));
  return { index, conditions };
}

/** The most windows that cover one element (without dilation). */
export const coverage = (w: Window): number => Math.ceil(w.kernel / w.stride);

/** The `nth` last window that covers an element, 0 <= nth < coverage, and the tap with which it does. */
export function coveringWindow(
  l: Lowering,
  w: Window,
  element: Expr,
  nth: Expr,
  size: Dim,
  count: Dim,
): Position & { readonly tap: Expr } {
  const padded = l.add(element, l.int(w.padding));
  const index = l.sub(l.idiv(padded, l.int(w.stride)), nth);
  const tap = l.add(l.imod(padded, l.int(w.stride)), l.mul(nth, l.int(w.stride)));
  const conditions: Expr[] = [];
  if (coverage(w) * w.stride > w.kernel) conditions.push(l.apply('lt', tap, l.int(w.kernel)));
  if (Math.floor(w.padding / w.stride) < coverage(w) - 1) conditions.push(l.apply('ge', index, l.int(0)));
  const last = dim.floorDiv(dim.add(size, dim.int(w.padding - 1)), dim.int(w.stride));
  if (mayReach(last, count)) conditions.push(l.apply('lt', index, l.size(count)));
  return { index, tap, conditions };
}
