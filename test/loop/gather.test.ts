/**
 * Reading at index tensors, compiled: counted indices are views, a gradient visits only the places that read an element,
 * an augmentation is one kernel. Each graph's values are also compared on every way that random graphs go.
 */
import { expect, test } from 'vitest';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { laneCandidate, vectorisable } from '../../compiler/5-loop/lanes.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { agreesEverywhere, compile, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

test('counted indices are a view: no guard, an address that steps along each axis, vector lanes', async () => {
  const line = (view: (g: Maker, x: Value, indices: readonly Value[]) => readonly Value[]): Graph =>
    graphOf((g) => {
      const x = g.input('x', { element: 'f32', shape: sizes(N, 3, 8, 12) });
      const indices = x.type.shape.map((_, axis) => g.count(x.type.shape, axis));
      g.output('result', 'y', g.neg(g.op('gather', [x, ...view(g, x, indices)])));
    });
  const views: Record<string, Graph> = {
    'x[n, c, h, w]': line((_g, _x, indices) => indices),
    'x[n, c, ((h * -1) + 7), w]': line((g, _x, [n, c, h, w]) => [n, c, g.sub(g.int(7), h), w]),
    'x[(((n * -1) + N) + -1), c, h, w]': line((g, _x, [n, ...others]) => [
      g.sub(g.sizeOf(dim.sub(N, dim.int(1)), 'i32'), n),
      ...others,
    ]),
    'x[n, c, h, ((w * -1) + 11)]': line((g, _x, [n, c, h, w]) => [n, c, h, g.sub(g.int(11), w)]),
  };
  for (const [read, graph] of Object.entries(views)) {
    const { kernels, tensors, text } = compile(graph);
    expect(text).toEqual([`for n in N, c in 3, h in 8, w in 12 {\n  y[n, c, h, w] = neg(${read})\n}`]);
    const lane = laneCandidate(kernels[0], tensors);
    expect(lane?.id).toBe('w');
    // Lanes are consecutive elements: not against the direction.
    expect(lane && vectorisable(kernels[0], lane, tensors, 'wasm'), read).toBe(!read.includes('w * -1'));
    await agreesEverywhere(devices, graph);
  }
});

test('an embedding reads a token once; its gradient looks at tokens, not at tokens times features', async () => {
  const graph = graphOf((g) => {
    const weight = g.parameter('w', { element: 'f32', shape: sizes(10, 8) });
    const tokens = g.input('t', { element: 'i32', shape: sizes(N, 5) });
    const shape = sizes(N, 5, 8);
    const repeated = g.broadcastTo(g.reshape(tokens, sizes(N, 5, 1)), shape);
    const y = g.op('gather', [weight, repeated, g.count(shape, 2)]);
    g.output('result', 'y', y);
    g.output('gradient', 'w', g.gradientOf(y, weight));
  });
  const { text, wgsl } = compile(graph);
  expect(text).toEqual([
    'for n in N, t in 5, c in 8 {\n  y[n, t, c] = (((t[n, t] >= 0) and (t[n, t] < 10)) ? w[t[n, t], c] : 0)\n}',
    'for n in 10, c in 8 {\n  d w[n, c] = sum(r0 in N, r1 in 5: ((t[r0, r1] == n) ? dy[r0, r1, c] : 0))\n}',
  ]);
  // The gradient stands beside it in one dispatch.
  const [forward] = wgsl[0].split('fn part1(');
  expect(forward.match(/sample_t\[/g)?.length).toBe(1);
  await agreesEverywhere(devices, graph);
});

test("a crop at each sample's own place: its gradient has no loop", async () => {
  const graph = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 2, 9, 9) });
    const shape = sizes(N, 2, 6, 6);
    const place = g.perSample(g.input('place', { element: 'i32', shape: sizes(N) }), shape);
    const [n, c, h, w] = shape.map((_, axis) => g.count(shape, axis));
    const y = g.op('gather', [x, n, c, g.add(h, place), g.sub(g.add(w, place), g.int(3))]);
    g.output('result', 'y', y);
    g.output('result', 'dx', g.gradientOf(y, x));
  });
  const { text } = compile(graph);
  expect(text.length).toBe(2);
  expect(text.join()).not.toContain('sum(');
  await agreesEverywhere(devices, graph);
});

test('every second element, a diagonal, a flattened image: their gradients are solved for the one place', async () => {
  const graph = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 12) });
    const half = sizes(N, 6);
    const odd = g.add(g.mul(g.count(half, 1), g.int(2)), g.int(1));
    g.output('result', 'a', g.gradientOf(g.op('gather', [x, g.count(half, 0), odd]), x));
    const line = [g.count(sizes(5), 0), g.count(sizes(5), 0)];
    const square = g.input('square', { element: 'f32', shape: sizes(5, 5) });
    const diagonal = g.input('diagonal', { element: 'f32', shape: sizes(5) });
    g.output('result', 'b', g.op('gather_grad', [diagonal, ...line], { shape: square.type.shape }));
    const image = sizes(N, 3, 4);
    const flat = g.op('iota', [], { shape: sizes(12), axis: 0 });
    const position = g.broadcastTo(g.reshape(flat, sizes(1, 3, 4)), image);
    const picture = g.input('picture', { element: 'f32', shape: image });
    g.output('result', 'c', g.op('gather_grad', [picture, g.count(image, 0), position], { shape: sizes(N, 12) }));
  });
  expect(compile(graph).text.join()).not.toContain('sum(');
  await agreesEverywhere(devices, graph);
});

test('the place that was solved for is in range before memory is asked there', async () => {
  // r1 = j - 2, and the other index is only known where that is a place.
  const graph = graphOf((g) => {
    const shape = sizes(4, 6);
    const rows = g.broadcastTo(g.input('rows', { element: 'i32', shape: sizes(6) }), shape);
    const dy = g.input('dy', { element: 'f32', shape });
    const columns = g.add(g.count(shape, 1), g.int(2));
    g.output('result', 'dx', g.op('gather_grad', [dy, rows, columns], { shape: sizes(9, 10) }));
  });
  const [text] = compile(graph).text;
  expect(text).toContain('sum(r0 in 4: ');
  expect(text).toMatch(/\(\(\(c \+ -2\) >= 0\) and \(\(c \+ -2\) < 6\)\) \? \(\(rows\[\(c \+ -2\)\] == n\) \? /);
  await agreesEverywhere(devices, graph);
});

test('indices read at indices: what the outer one excludes is not read', async () => {
  const graph = graphOf((g) => {
    const shape = sizes(N, 7);
    const first = g.sub(g.input('first', { element: 'i32', shape }), g.int(3));
    const table = g.input('table', { element: 'i32', shape: sizes(4) });
    const weight = g.parameter('w', { element: 'f32', shape: sizes(5, 8) });
    const second = g.op('gather', [table, first]);
    const wide = sizes(N, 7, 8);
    const rows = g.broadcastTo(g.reshape(second, sizes(N, 7, 1)), wide);
    const y = g.op('gather', [weight, rows, g.count(wide, 2)]);
    g.output('result', 'sum', g.sum(y, [1]));
    g.output('gradient', 'w', g.gradientOf(y, weight));
  });
  await agreesEverywhere(devices, graph);
});

test('a sum over places of places: the second test stays behind the first', async () => {
  const graph = graphOf((g) => {
    const shape = sizes(N, 7);
    const place = g.input('place', { element: 'i32', shape });
    const table = g.input('table', { element: 'f32', shape: sizes(5) });
    const flags = g.input('next', { element: 'i32', shape: sizes(4) });
    // 0 where `place` is out of range, and there `next` is not read.
    const inside = g.op('gather', [g.op('gather', [table, flags]), place]);
    g.output('result', 'sum', g.sum(inside, [1]));
  });
  const [wgsl] = compile(graph).wgsl;
  expect(wgsl).toMatch(/if \(\(v0 >= 0\) & \(v0 < 4\)\) \{\n\s+let v1 = sample_next\[v0\];/);
  await agreesEverywhere(devices, graph);
});

test('addresses that a loop computes: no pointer is set up before it', async () => {
  const graph = graphOf((g) => {
    const shape = sizes(N, 9);
    const x = g.input('x', { element: 'f32', shape: sizes(4, 9) });
    const rows = g.input('rows', { element: 'i32', shape });
    g.output('result', 'y', g.sum(g.op('gather', [x, rows, g.count(shape, 1)]), [1]));
    const bytes = g.input('bytes', { element: 'u8', shape: sizes(20) });
    const places = g.op('gather', [bytes, g.mul(rows, g.int(2))]);
    g.output('result', 'z', g.op('amax', [g.op('to_f32', [places])], { axes: [1], keepdim: false }));
  });
  await agreesEverywhere(devices, graph);
});

test('one element for all lanes, at an address from a number that is kept in all lanes', async () => {
  const graph = graphOf((g) => {
    const shape = sizes(N, 8);
    const scale = g.input('scale', { element: 'f32', shape: [] });
    const table = g.input('table', { element: 'f32', shape: sizes(12) });
    const steps = g.op('abs', [g.mul(g.input('steps', { element: 'f32', shape: sizes(7) }), scale)]);
    const looked = g.op('gather', [table, g.op('to_i32', [steps])]);
    const place = g.perSample(g.input('place', { element: 'i32', shape: sizes(N) }), shape);
    const x = g.input('x', { element: 'f32', shape });
    g.output('result', 'y', g.add(g.mul(x, scale), g.op('gather', [looked, place])));
  });
  const { kernels, tensors } = compile(graph);
  const lane = laneCandidate(kernels[0], tensors);
  expect(lane && vectorisable(kernels[0], lane, tensors, 'wasm')).toBe(true);
  await agreesEverywhere(devices, graph);
});

test('an operand that is looked up is not copied: where it is read may be no place', async () => {
  const graph = graphOf((g) => {
    const shape = sizes(N, 6, 8);
    const table = g.parameter('table', { element: 'f32', shape: sizes(5, 8) });
    const rows = g.input('rows', { element: 'i32', shape: sizes(6) });
    const repeated = g.broadcastTo(g.reshape(rows, sizes(6, 1)), shape);
    const looked = g.op('gather', [table, repeated, g.count(shape, 2)]);
    const weights = g.reshape(g.input('weights', { element: 'f32', shape: sizes(N, 6) }), sizes(N, 6, 1));
    g.output('result', 'y', g.sum(g.mul(looked, weights), [1]));
  });
  expect(compile(graph).kernels.length).toBe(1);
  await agreesEverywhere(devices, graph);
});

test('flip, rotation and conversion of bytes are one kernel, the convolution the other', async () => {
  const graph = graphOf((g) => {
    const image = g.input('image', { element: 'u8', shape: sizes(N, 1, 28, 28) });
    const { shape } = image.type;
    const flip = g.perSample(g.input('flip', { element: 'i32', shape: sizes(N) }), shape);
    const slope = g.perSample(g.input('slope', { element: 'f32', shape: sizes(N) }), shape);
    const [n, c, h, w] = shape.map((_, axis) => g.count(shape, axis));
    const mirrored = g.where(g.op('gt', [flip, g.int(4)]), g.sub(g.int(27), w), w);
    const flipped = g.op('gather', [image, n, c, h, mirrored]);
    const [y, x] = [h, w].map((of) => g.sub(g.op('to_f32', [of]), g.constant(13.5)));
    const whole = (value: Value): Value => g.op('to_i32', [g.op('floor', [g.add(value, g.constant(14))])]);
    const rotated = [whole(g.add(y, g.mul(slope, x))), whole(g.sub(x, g.mul(slope, y)))];
    const picture = g.div(g.op('to_f32', [g.op('gather', [flipped, n, c, ...rotated])]), g.constant(255));
    const kernel = g.parameter('kernel', { element: 'f32', shape: sizes(8, 1, 3, 3) });
    const options = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };
    g.output('result', 'y', g.op('conv2d', [picture, kernel], options));
  });
  const { kernels, wgsl } = compile(graph);
  expect(kernels.map(({ label }) => label.replace(/^.*: /, ''))).toEqual([
    'gt + sub + select + gather + to_f32 + 5 more',
    'conv2d',
  ]);
  // Each coordinate is computed once, a pixel is read once.
  expect(wgsl[0].match(/floor\(/g)?.length).toBe(2);
  expect(wgsl[0].match(/sample_flip\[/g)?.length).toBe(1);
  await agreesEverywhere(devices, graph, [1, 3]);
});

/** Four neighbours, weighted equally: enough to see how often a picture is read. */
function smoothed(g: Maker, x: Value, name: string): Value {
  const { shape } = x.type;
  const [n, h, w] = shape.map((_, axis) => g.count(shape, axis));
  const slope = g.perSample(g.input(name, { element: 'f32', shape: sizes(N) }), shape);
  const moved = (of: Value): Value => g.op('to_i32', [g.mul(g.op('to_f32', [of]), slope)]);
  const corners = [0, 1].flatMap((dy) =>
    [0, 1].map((dx) => g.op('gather', [x, n, g.add(moved(h), g.int(dy)), g.add(moved(w), g.int(dx))])),
  );
  return g.mul(
    corners.reduce((sum, corner) => g.add(sum, corner)),
    g.constant(0.25),
  );
}

test('sampling twice is one kernel; sampling three times would read 64 pixels for one, and is two', async () => {
  const twice = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 6, 7) });
    g.output('result', 'y', smoothed(g, smoothed(g, x, 'a'), 'b'));
  });
  expect(compile(twice).kernels.length).toBe(1);
  const thrice = graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 6, 7) });
    g.output('result', 'y', smoothed(g, smoothed(g, smoothed(g, x, 'a'), 'b'), 'c'));
  });
  expect(compile(thrice).kernels.length).toBe(2);
  await agreesEverywhere(devices, twice);
  await agreesEverywhere(devices, thrice);
});

test('a contraction reads what was looked up from memory, not token by token', async () => {
  const graph = graphOf((g) => {
    const table = g.parameter('table', { element: 'f32', shape: sizes(10, 6) });
    const tokens = g.input('t', { element: 'i32', shape: sizes(N) });
    const shape = sizes(N, 6);
    const y = g.op('gather', [table, g.perSample(tokens, shape), g.count(shape, 1)]);
    g.output('result', 'y', g.op('matmul', [y, g.input('w', { element: 'f32', shape: sizes(6, 8) })]));
  });
  const { kernels, text } = compile(graph);
  expect(kernels.map(({ label }) => label)).toEqual([': gather', ': matmul']);
  expect(text[1]).not.toContain('?');
  await agreesEverywhere(devices, graph);
});

test.each(['f32', 'i32', 'u8'] as const)(
  '%s elements that lie apart are read lane by lane where much is computed',
  async (element) => {
    const graph = graphOf((g) => {
      const shape = sizes(N, 5, 12);
      const image = g.input('image', { element, shape });
      const slope = g.perSample(g.input('slope', { element: 'f32', shape: sizes(N) }), shape);
      const [n, y, x] = shape.map((_, axis) => g.count(shape, axis));
      const [down, right] = [y, x].map((of) => g.sub(g.op('to_f32', [of]), g.constant(2.5)));
      const turned = (a: Value, b: Value, by: number): Value =>
        g.op('to_i32', [g.op('floor', [g.add(g.mul(g.add(a, g.mul(slope, b)), g.constant(by)), g.constant(3))])]);
      const at = (by: number): Value =>
        g.op('to_f32', [g.op('gather', [image, n, turned(down, right, by), turned(right, down, -by)])]);
      const weight = g.op('abs', [g.mul(g.op('cos', [slope]), g.sub(right, g.mul(down, slope)))]);
      const inner = g.add(g.mul(weight, at(1)), g.mul(g.sub(g.constant(1), weight), at(0.5)));
      const twice = g.op('gather', [inner, n, g.op('to_i32', [g.op('round', [g.mul(down, slope)])]), x]);
      g.output('result', 'y', g.add(g.sub(g.mul(twice, twice), g.op('relu', [twice])), g.mul(weight, slope)));
    });
    const { kernels, tensors } = compile(graph);
    expect(kernels.length).toBe(1);
    const lane = laneCandidate(kernels[0], tensors);
    expect(lane?.id).toBe('c');
    expect(lane && vectorisable(kernels[0], lane, tensors, 'wasm')).toBe(true);
    expect(lane && vectorisable(kernels[0], lane, tensors, 'wgsl')).toBe(false);
    await agreesEverywhere(devices, graph);
  },
);
