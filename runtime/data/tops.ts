/**
 * Drawings of the garments that cover the upper body, and the dress: one function a class. Each call draws another one;
 * what varies overlaps between the classes as it does between real garments.
 */
import type { RandomStream } from '../random.ts';
import { curve, flipped, mirrored, type Point, type Shape, stroke } from './outline.ts';

interface Sleeve {
  /** 0: to the elbow, 1: to the wrist. */
  readonly length: number;
  /** How far the arm stands off. */
  readonly spread: number;
  readonly width: number;
}

interface Body {
  readonly shoulder: number;
  readonly waist: number;
  readonly hem: number;
  readonly bottom: number;
  readonly neck: number;
  readonly neckDepth: number;
}

/** The right half of body and shoulder, from the middle of the neck to the middle of the hem. */
function torso(body: Body): readonly Point[] {
  const { shoulder, waist, hem, bottom, neck, neckDepth } = body;
  return [
    ...curve([
      [0, -0.9 + neckDepth],
      [neck * 0.7, -0.9 + neckDepth * 0.65],
      [neck, -0.92],
    ]),
    [shoulder, -0.8],
    [shoulder * 0.94, -0.35],
    ...curve([
      [waist, 0.1],
      [(waist + hem) / 2, 0.5],
      [hem, bottom],
    ]),
    [0, bottom + 0.03],
  ];
}

function sleeveOutline(body: Body, sleeve: Sleeve): readonly Point[] {
  const { shoulder } = body;
  const reach = 0.35 + 1.25 * sleeve.length;
  const endX = shoulder + sleeve.spread * (0.4 + 0.6 * sleeve.length);
  const endY = -0.82 + reach;
  const wide = sleeve.width;
  return [
    [shoulder - 0.12, -0.84],
    ...curve([
      [shoulder + 0.03, -0.78],
      [shoulder + 0.62 * (endX - shoulder) + 0.06, -0.82 + reach * 0.45],
      [endX, endY],
    ]),
    [endX - wide, endY + 0.07],
    [shoulder * 0.92, -0.28],
  ];
}

function upperBody(body: Body, sleeve: Sleeve, shade: number, random: RandomStream): Shape[] {
  const arm = sleeveOutline(body, sleeve);
  const darker = shade * random.uniform(0.82, 0.97);
  const right: Shape = { points: arm, shade: darker };
  return [right, { points: flipped(arm), shade: darker }, { points: mirrored(torso(body)), shade }];
}

function band(y: number, half: number, height: number, shade: number, opacity: number): Shape {
  return {
    points: [
      [-half, y],
      [half, y],
      [half, y + height],
      [-half, y + height],
    ],
    shade,
    opacity,
  };
}

function collar(neck: number, shade: number, size: number): Shape[] {
  const flap: readonly Point[] = [
    [0.02, -0.72 + size * 0.4],
    [neck * 0.75, -0.98],
    [neck + size * 0.6, -0.86],
    [neck * 0.7, -0.62],
  ];
  return [
    { points: flap, shade },
    { points: flipped(flap), shade },
  ];
}

/** A motif on the chest: a bar or a disc. */
function print(random: RandomStream, shade: number): Shape[] {
  if (random.uniform() > 0.4) return [];
  const x = random.uniform(0.12, 0.3);
  const y = random.uniform(-0.35, 0);
  const height = random.uniform(0.12, 0.35);
  return [
    {
      points: curve(
        [
          [-x, y],
          [x, y],
          [x, y + height],
          [-x, y + height],
        ],
        true,
      ),
      shade,
      opacity: 0.7,
    },
  ];
}

export function tShirt(random: RandomStream): Shape[] {
  const body: Body = {
    shoulder: random.uniform(0.46, 0.6),
    waist: random.uniform(0.38, 0.5),
    hem: random.uniform(0.4, 0.54),
    bottom: random.uniform(0.78, 0.95),
    neck: random.uniform(0.18, 0.28),
    neckDepth: random.uniform(0.08, 0.28),
  };
  const sleeve = {
    length: random.uniform(0, 0.28),
    spread: random.uniform(0.25, 0.42),
    width: random.uniform(0.18, 0.28),
  };
  const shade = random.uniform(0.45, 1);
  return [...upperBody(body, sleeve, shade, random), ...print(random, random.uniform(0, 1))];
}

export function pullover(random: RandomStream): Shape[] {
  const body: Body = {
    shoulder: random.uniform(0.46, 0.58),
    waist: random.uniform(0.42, 0.52),
    hem: random.uniform(0.4, 0.52),
    bottom: random.uniform(0.7, 0.92),
    neck: random.uniform(0.16, 0.26),
    neckDepth: random.uniform(0.04, 0.16),
  };
  const sleeve = {
    length: random.uniform(0.75, 1.02),
    spread: random.uniform(0.22, 0.42),
    width: random.uniform(0.2, 0.3),
  };
  const shade = random.uniform(0.3, 0.95);
  const rib = shade * random.uniform(0.6, 0.85);
  return [
    ...upperBody(body, sleeve, shade, random),
    band(body.bottom - 0.12, body.hem, 0.13, rib, random.uniform(0.2, 0.9)),
    {
      points: stroke(
        curve([
          [-body.neck, -0.9],
          [0, -0.87 + body.neckDepth],
          [body.neck, -0.9],
        ]),
        0.1,
      ),
      shade: rib,
      opacity: 0.8,
    },
    ...print(random, rib),
  ];
}

export function coat(random: RandomStream): Shape[] {
  const body: Body = {
    shoulder: random.uniform(0.44, 0.56),
    waist: random.uniform(0.36, 0.5),
    hem: random.uniform(0.42, 0.6),
    bottom: random.uniform(0.85, 0.99),
    neck: random.uniform(0.16, 0.26),
    neckDepth: random.uniform(0.05, 0.2),
  };
  const sleeve = {
    length: random.uniform(0.78, 1.05),
    spread: random.uniform(0.16, 0.36),
    width: random.uniform(0.2, 0.3),
  };
  const shade = random.uniform(0.25, 0.85);
  const dark = shade * random.uniform(0.25, 0.7);
  const opening = random.uniform(0.05, 0.14);
  const shapes = [
    ...upperBody(body, sleeve, shade, random),
    {
      points: [
        [-0.02, -0.75],
        [0.03, -0.75],
        [opening, body.bottom + 0.03],
        [-opening * 0.4, body.bottom + 0.03],
      ] as const,
      shade: dark,
    },
    ...collar(body.neck, shade * random.uniform(0.7, 1.25), random.uniform(0.15, 0.4)),
  ];
  if (random.uniform() < 0.35) shapes.push(band(random.uniform(0.05, 0.2), body.waist, 0.09, dark, 0.8));
  return shapes;
}

export function shirt(random: RandomStream): Shape[] {
  const body: Body = {
    shoulder: random.uniform(0.45, 0.58),
    waist: random.uniform(0.38, 0.5),
    hem: random.uniform(0.4, 0.54),
    bottom: random.uniform(0.75, 0.96),
    neck: random.uniform(0.14, 0.24),
    neckDepth: random.uniform(0.04, 0.2),
  };
  const long = random.uniform() < 0.7;
  const length = long ? random.uniform(0.72, 1.02) : random.uniform(0.08, 0.35);
  const sleeve = { length, spread: random.uniform(0.2, 0.4), width: random.uniform(0.17, 0.26) };
  const shade = random.uniform(0.4, 1);
  const dark = shade * random.uniform(0.45, 0.8);
  const shapes = [
    ...upperBody(body, sleeve, shade, random),
    {
      points: stroke(
        [
          [0, -0.7],
          [0, body.bottom],
        ],
        random.uniform(0.03, 0.09),
      ),
      shade: dark,
      opacity: random.uniform(0.5, 1),
    },
    ...collar(body.neck, Math.min(1, shade * random.uniform(0.75, 1.2)), random.uniform(0.05, 0.2)),
  ];
  // A breast pocket.
  if (random.uniform() < 0.3)
    shapes.push({
      points: [
        [0.15, -0.4],
        [0.35, -0.4],
        [0.35, -0.15],
        [0.15, -0.15],
      ],
      shade: dark,
      opacity: 0.6,
    });
  return shapes;
}

export function dress(random: RandomStream): Shape[] {
  const shade = random.uniform(0.35, 1);
  const shoulder = random.uniform(0.22, 0.4);
  const waist = random.uniform(0.18, 0.3);
  const hem = random.uniform(0.26, 0.62);
  const neck = shoulder * random.uniform(0.4, 0.7);
  const depth = random.uniform(0.08, 0.35);
  const waistAt = random.uniform(-0.3, 0);
  const half: readonly Point[] = [
    ...curve([
      [0, -0.92 + depth],
      [neck * 0.8, -0.92 + depth * 0.55],
      [neck, -0.95],
    ]),
    [shoulder, -0.88],
    ...curve([
      [shoulder * 0.92, -0.5],
      [waist, waistAt],
      [(waist + hem) * 0.52, 0.4],
      [hem, 0.94],
    ]),
    [0, 0.97],
  ];
  const shapes: Shape[] = [];
  const body: Body = { shoulder, waist, hem, bottom: 0.9, neck, neckDepth: depth };
  if (random.uniform() < 0.45) {
    const sleeve = {
      length: random.uniform(0, 0.9),
      spread: random.uniform(0.12, 0.3),
      width: random.uniform(0.12, 0.2),
    };
    const arm = sleeveOutline(body, sleeve);
    shapes.push({ points: arm, shade: shade * 0.9 }, { points: flipped(arm), shade: shade * 0.9 });
  }
  shapes.push({ points: mirrored(half), shade });
  if (random.uniform() < 0.5)
    shapes.push(band(waistAt - 0.03, waist * 1.02, random.uniform(0.05, 0.12), shade * 0.55, 0.8));
  return shapes;
}
