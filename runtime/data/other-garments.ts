/**
 * Drawings of trousers, shoes (from the side, the toe on the left) and bags: one function a class. Each call draws another.
 */
import type { RandomStream } from '../random.ts';
import { curve, flipped, mirrored, type Point, type Shape, stroke } from './outline.ts';

export function trouser(random: RandomStream): Shape[] {
  const shade = random.uniform(0.35, 1);
  const waist = random.uniform(0.2, 0.36);
  const hip = waist + random.uniform(0.02, 0.1);
  const knee = random.uniform(0.22, 0.36);
  const ankle = random.uniform(0.2, 0.42);
  const gap = random.uniform(0.01, 0.12);
  const crotch = random.uniform(-0.5, -0.15);
  const leg: readonly Point[] = [
    [0, -0.96],
    [waist, -0.96],
    ...curve([
      [hip, -0.6],
      [knee + 0.05, 0.1],
      [ankle, 0.95],
    ]),
    [Math.min(gap, ankle - 0.08), 0.96],
    [gap * 0.7, 0.1],
    [0, crotch],
  ];
  const shapes: Shape[] = [
    { points: leg, shade },
    { points: flipped(leg), shade: shade * random.uniform(0.85, 1) },
    {
      points: mirrored([
        [0, -0.96],
        [waist, -0.96],
        [waist + 0.01, -0.85],
        [0, -0.85],
      ]),
      shade: shade * 0.75,
    },
  ];
  if (random.uniform() < 0.3)
    shapes.push({
      points: stroke(
        [
          [0, -0.85],
          [0, crotch],
        ],
        0.05,
      ),
      shade: shade * 0.5,
    });
  return shapes;
}

export function sandal(random: RandomStream): Shape[] {
  const heel = random.uniform() < 0.45 ? random.uniform(0.2, 0.75) : random.uniform(0, 0.12);
  const ground = random.uniform(0.4, 0.75);
  const thick = random.uniform(0.08, 0.2);
  const shade = random.uniform(0.4, 1);
  const strapShade = random.uniform(0.4, 1);
  const top = (x: number): number => ground - thick - heel * smooth((x + 0.3) / 1.1);
  const sole: Point[] = [];
  for (let x = -0.92; x <= 0.93; x += 0.185) sole.push([x, top(x)]);
  const under = sole.toReversed().map(([x, y]): Point => [x, Math.min(ground, y + thick)]);
  const shapes: Shape[] = [{ points: [...sole, ...under], shade }];
  // A wedge is filled down to the ground, a stiletto stands on a post.
  if (heel > 0.2) {
    const width = random.uniform() < 0.4 ? 0.7 : random.uniform(0.08, 0.25);
    shapes.push({
      points: [
        [0.9 - width, top(0.9 - width)],
        [0.92, top(0.92)],
        [0.9, ground],
        [0.92 - width * 0.8, ground],
      ],
      shade: shade * 0.8,
    });
  }
  const straps = 2 + random.integer(3);
  for (let i = 0; i < straps; i++) {
    const x = -0.75 + (1.35 * (i + random.uniform(0.1, 0.6))) / straps;
    const high = random.uniform(0.25, 0.5) + (i === straps - 1 ? random.uniform(0, 0.35) : 0);
    const arch = curve([
      [x, top(x) + 0.04],
      [x + 0.12, top(x) - high],
      [x + 0.38, top(x + 0.38) - high * 0.9],
      [x + 0.45, top(x + 0.45) + 0.04],
    ]);
    shapes.push({ points: stroke(arch, random.uniform(0.07, 0.16)), shade: strapShade });
  }
  return shapes;
}

export function sneaker(random: RandomStream): Shape[] {
  const shade = random.uniform(0.35, 1);
  const ground = random.uniform(0.38, 0.6);
  const sole = random.uniform(0.1, 0.2);
  const collar = random.uniform(0.5, 0.8);
  const toe = random.uniform(0.22, 0.36);
  const upper: readonly Point[] = [
    ...curve([
      [-0.94, ground - sole],
      [-0.9, ground - sole - toe],
      [-0.45, ground - sole - toe - 0.12],
      [0, ground - sole - collar],
      [0.18, ground - sole - collar - 0.06],
    ]),
    ...curve([
      [0.3, ground - sole - collar + 0.1],
      [0.62, ground - sole - collar + 0.12],
      [0.86, ground - sole - collar - 0.02],
      [0.93, ground - sole],
    ]),
  ];
  const soleShade = random.uniform(0.5, 1);
  const shapes: Shape[] = [
    { points: upper, shade },
    {
      points: curve(
        [
          [-0.97, ground - sole],
          [0.96, ground - sole],
          [0.95, ground],
          [-0.9, ground],
        ],
        true,
        3,
      ),
      shade: soleShade,
    },
  ];
  const stripe = random.uniform(0, 1);
  for (let i = 0; i < random.integer(4); i++) {
    const x = -0.1 + 0.2 * i;
    shapes.push({
      points: stroke(
        [
          [x, ground - sole - 0.03],
          [x + 0.14, ground - sole - collar * 0.62],
        ],
        0.08,
      ),
      shade: stripe,
      opacity: 0.8,
    });
  }
  // Laces.
  for (let i = 0; i < 3; i++) {
    const x = -0.45 + 0.16 * i;
    const y = ground - sole - toe - 0.1 - 0.1 * i;
    shapes.push({
      points: stroke(
        [
          [x, y + 0.03],
          [x + 0.12, y + 0.14],
        ],
        0.05,
      ),
      shade: 1 - shade * 0.8,
      opacity: 0.7,
    });
  }
  return shapes;
}

export function ankleBoot(random: RandomStream): Shape[] {
  const shade = random.uniform(0.3, 0.95);
  const ground = random.uniform(0.75, 0.92);
  const heel = random.uniform() < 0.5 ? random.uniform(0.18, 0.45) : random.uniform(0.04, 0.14);
  const top = random.uniform(-0.9, -0.45);
  const shaft = random.uniform(-0.12, 0.12);
  const sole = random.uniform(0.05, 0.12);
  const upper: readonly Point[] = [
    [shaft, top],
    ...curve([
      [shaft + 0.02, -0.1],
      [-0.2, ground - heel * 0.6 - 0.5],
      [-0.7, ground - 0.38],
      [-0.93, ground - 0.22],
      [-0.95, ground - sole],
    ]),
    [-0.3, ground - sole],
    [0.35, ground - heel],
    [0.86, ground - heel],
    ...curve([
      [0.9, 0.2],
      [0.82, -0.2],
      [0.84, top + random.uniform(-0.05, 0.1)],
    ]),
  ];
  const dark = shade * random.uniform(0.4, 0.9);
  const heelWidth = random.uniform(0.15, 0.5);
  const shapes: Shape[] = [
    { points: upper, shade },
    {
      points: [
        [-0.95, ground - sole],
        [-0.3, ground - sole],
        [0.35, ground - heel],
        [0.4, ground - heel + sole],
        [-0.28, ground],
        [-0.92, ground],
      ],
      shade: dark,
    },
    {
      points: [
        [0.87 - heelWidth, ground - heel - 0.02],
        [0.87, ground - heel - 0.02],
        [0.86, ground],
        [0.9 - heelWidth, ground],
      ],
      shade: dark,
    },
  ];
  // A zip, or an elastic panel.
  if (random.uniform() < 0.5) {
    const x = random.uniform(0.3, 0.6);
    shapes.push({
      points: stroke(
        [
          [x, top + 0.05],
          [x + 0.04, ground - heel - 0.1],
        ],
        random.uniform(0.04, 0.18),
      ),
      shade: dark,
      opacity: 0.8,
    });
  }
  return shapes;
}

export function bag(random: RandomStream): Shape[] {
  const shade = random.uniform(0.3, 1);
  const top = random.uniform(-0.4, 0);
  const bottom = random.uniform(0.5, 0.88);
  const wideTop = random.uniform(0.55, 0.88);
  const wideBottom = random.uniform(0.6, 0.94);
  const handle = random.uniform(0.3, 0.6);
  const reach = Math.max(-0.96, top - random.uniform(0.25, 0.7));
  const dark = shade * random.uniform(0.4, 0.85);
  const body: readonly Point[] = mirrored([
    [0, top],
    [wideTop - 0.06, top],
    [wideTop, top + 0.06],
    [wideBottom, bottom - 0.08],
    [wideBottom - 0.08, bottom],
    [0, bottom],
  ]);
  const loop = curve([
    [-handle, top + 0.05],
    [-handle * 0.85, (top + reach) / 2],
    [0, reach],
    [handle * 0.85, (top + reach) / 2],
    [handle, top + 0.05],
  ]);
  const shapes: Shape[] = [
    { points: stroke(loop, random.uniform(0.06, 0.14)), shade: dark },
    { points: body, shade },
  ];
  if (random.uniform() < 0.5) {
    const deep = top + (bottom - top) * random.uniform(0.3, 0.6);
    shapes.push({
      points: mirrored(
        curve([
          [0, top],
          [wideTop - 0.02, top],
          [wideTop * 0.8, deep - 0.05],
          [0, deep],
        ]),
      ),
      shade: dark,
      opacity: 0.7,
    });
  }
  if (random.uniform() < 0.5)
    shapes.push({
      points: [
        [-0.07, top + 0.15],
        [0.07, top + 0.15],
        [0.07, top + 0.32],
        [-0.07, top + 0.32],
      ],
      shade: 1,
    });
  return shapes;
}

/** 0 below 0, 1 above 1, and a smooth way between. */
function smooth(t: number): number {
  const x = Math.min(Math.max(t, 0), 1);
  return x * x * (3 - 2 * x);
}
