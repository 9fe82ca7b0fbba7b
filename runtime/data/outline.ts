/**
 * Outlines for drawings: curves, mirrored halves and strokes as polygons, in a unit square from -1 to 1 with y downwards.
 */

export type Point = readonly [x: number, y: number];

/** A closed outline and what it is painted with. */
export interface Shape {
  readonly points: readonly Point[];
  /** 0 (black) to 1 (white), before the picture's own brightness. */
  readonly shade: number;
  readonly opacity?: number;
}

/** The right half, from the top of the middle to the bottom of the middle, and its mirror image. */
export function mirrored(right: readonly Point[]): readonly Point[] {
  return [...right, ...right.toReversed().map(([x, y]): Point => [-x, y])];
}

/** The same on the other side. */
export function flipped(points: readonly Point[]): readonly Point[] {
  return points.map(([x, y]): Point => [-x, y]);
}

/** A smooth curve through the points (Catmull and Rom 1974), `steps` pieces for each stretch. */
export function curve(points: readonly Point[], closed = false, steps = 4): readonly Point[] {
  const count = points.length;
  const at = (i: number): Point => {
    const index = closed ? (i + count) % count : Math.min(Math.max(i, 0), count - 1);
    return points[index] ?? [0, 0];
  };
  const result: Point[] = [];
  for (let i = 0; i < (closed ? count : count - 1); i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let step = 0; step < steps; step++) {
      const t = step / steps;
      result.push([spline(a[0], b[0], c[0], d[0], t), spline(a[1], b[1], c[1], d[1], t)]);
    }
  }
  if (!closed) result.push(at(count - 1));
  return result;
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/** A line of the given width along the points. */
export function stroke(points: readonly Point[], width: number): readonly Point[] {
  const left: Point[] = [];
  const right: Point[] = [];
  for (const [i, [x, y]] of points.entries()) {
    const before = points[Math.max(0, i - 1)] ?? [x, y];
    const after = points[Math.min(points.length - 1, i + 1)] ?? [x, y];
    const dx = after[0] - before[0];
    const dy = after[1] - before[1];
    const scale = width / 2 / (Math.hypot(dx, dy) || 1);
    left.push([x - dy * scale, y + dx * scale]);
    right.push([x + dy * scale, y - dx * scale]);
  }
  return [...left, ...right.reverse()];
}
