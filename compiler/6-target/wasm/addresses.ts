/**
 * Addresses as pointers. All accesses that differ by a constant share one pointer local (the constant goes into the
 * instruction); in an innermost loop pointers are set up before it and stepped, so its body has no index arithmetic.
 */
import { LOWEST_ADDRESS } from '../../../runtime/program.ts';
import { type Affine, coefficientOf, fromAffine, rangeOf, toAffine, without } from '../../5-loop/affine.ts';
import { keyOf } from '../../5-loop/walk.ts';
import type { Axis, Expr } from '../../ops/expr.ts';

/** An address taken apart: `pointer + step * axis + constant`, all in elements. */
export interface Access {
  /** The same for accesses that can share a pointer. */
  readonly family: string;
  /** The part that the pointer holds. */
  readonly base: Expr;
  /** Elements per step of the loop; 0 outside loops. */
  readonly step: number;
  /** Never negative. */
  readonly constant: number;
}

/** Takes an address apart with respect to the innermost loop's variable; undefined where it isn't affine in it. */
export function accessOf(
  binding: number,
  address: Expr,
  lane: Axis | undefined,
  loop: Axis | undefined,
): Access | undefined {
  const affine = withoutLane(toAffine(address), lane);
  const step = loop === undefined ? 0 : coefficientOf(affine, loop.id);
  if (step === undefined) return undefined;
  const rest = without(affine, loop?.id);
  const constant = offsetOf(affine);
  const base = fromAffine({ terms: rest.terms, constant: affine.constant - constant });
  return { family: `${binding}|${step}|${keyOf(base)}`, base, step, constant };
}

/** Elements that lie between the lowest address of a buffer and zero: a pointer may be so far before what is read. */
const ROOM = LOWEST_ADDRESS / 4;

/**
 * The share of the constant that is the instruction's offset. An offset below zero there is none; and the engine adds it to
 * the pointer without wrapping, so that the pointer must be an address too. Where the rest is never negative that is all of
 * it. Elsewhere (a picture read from before its border) what is read lies in a buffer, which begins high enough for a
 * pointer below it; accesses whose constants are in the same `ROOM` share one.
 */
function offsetOf({ terms, constant }: Affine): number {
  const { low } = rangeOf({ terms, constant: 0 });
  const far = constant + Math.min(0, low);
  return far >= 0 ? far : constant - ROOM * Math.floor(constant / ROOM);
}

/** The address of a vector's first element. */
export function firstLane(address: Expr, lane: Axis | undefined): Expr {
  return fromAffine(withoutLane(toAffine(address), lane));
}

/** Lanes are consecutive elements: a vector access starts at lane 0. */
function withoutLane(affine: Affine, lane: Axis | undefined): Affine {
  if (lane === undefined) return affine;
  return { terms: without(affine, lane.id).terms, constant: affine.constant };
}
