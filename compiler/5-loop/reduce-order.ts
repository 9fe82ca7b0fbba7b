/**
 * The order of a reduction's loops. Conditions' axes go outside, so that a condition is tested once for many steps; of
 * these innermost an axis that only the batch's end cuts short, which is a loop's end and no test. Inside runs an axis that
 * is long enough and steps least through memory.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, loadsIn, tensorOf } from './address.ts';
import { coefficientOf } from './affine.ts';
import type { Tensor } from './kernel.ts';
import { children, dependsOn } from './walk.ts';

/** A loop shorter than this is not worth being the innermost. */
const LONG_ENOUGH = 8;

export function orderReduction(
  axes: readonly Axis[],
  value: Expr,
  conditions: readonly Expr[],
  tensors: ReadonlyMap<number, Tensor>,
): Axis[] {
  const addresses = loadsIn([value]).map((load) => affineAddress(tensorOf(tensors, load.tensor), load.indices));
  const stride = (axis: Axis): number => {
    const steps = addresses.map((address) => {
      const step = coefficientOf(address, axis.id);
      return step === undefined ? Number.MAX_SAFE_INTEGER : Math.abs(step);
    });
    return Math.max(0, ...steps);
  };
  const tested = axes.filter((axis) => conditions.some((condition) => dependsOn(condition, axis)));
  // A block of the batch, which only ends early: the other conditions are tested once for all of it.
  const ending = tested.filter((axis) => conditions.every((test) => !dependsOn(test, axis) || hasSize(test)));
  const outside = [...tested.filter((axis) => !ending.includes(axis)), ...ending];
  const inside = axes
    .filter((axis) => !outside.includes(axis))
    .map((axis) => ({ axis, stride: stride(axis), extent: dim.constant(axis.extent) ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => b.stride - a.stride);
  const long = inside.filter((entry) => entry.extent >= LONG_ENOUGH);
  const innermost = long.length > 0 ? long[long.length - 1] : inside[inside.length - 1];
  const ordered = inside.filter((entry) => entry !== innermost);
  return [...outside, ...ordered.map((entry) => entry.axis), ...(innermost ? [innermost.axis] : [])];
}

/** Only the batch has a size that is not known. */
const hasSize = (expr: Expr): boolean => expr.kind === 'size' || children(expr).some(hasSize);
