/** An augment, or a chain of them, on its own: the graph from a batch of pictures to what the training's model would get. */
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { Inliner, Scope } from '../../compiler/3-graph/inline.ts';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import { runPasses } from '../../compiler/3-graph/passes.ts';
import { checkText, checkValid } from '../check/harness.ts';

export type Size = readonly [channels: number, height: number, width: number];

/** A training whose pictures have the size, and after the augment the size `to`. */
export function trainingText(augment: string, size: Size, to: Size = size, before = ''): string {
  return `dataset Pictures {
  sample { image: f32[${size.join(', ')}], label: class(3) }
  train { image = idx("i.gz"), label = idx("l.gz") }
}
${before}
model Net(x: f32[N, ${to.join(', ')}]) -> f32[N, 3] {
  x |> flatten |> fc: Linear(3)
}

train Net on Pictures {
  input     = ${size.join() === to.join() ? 'image' : `image[:, :, :${to[1]}, :${to[2]}]`}
  augment   = ${augment}
  loss      = cross_entropy(output, label)
  optimizer = SGD(lr=0.1)
}
`;
}

/** Input `x`, result `output`. The augment must keep the size; `before` may declare it. */
export function augmentGraph(augment: string, size: Size, before = ''): Graph {
  const [{ augmented, fields }] = checkValid(trainingText(augment, size, size, before)).trainings;
  const changed = augmented?.[0];
  if (!changed) throw new Error(`${augment} is no augment`);
  const g = new GraphBuilder('augment');
  const scope = new Scope();
  for (const { name, local, type } of fields) scope.set(local, g.input(name, type));
  g.output('result', 'output', new Inliner(g).expression(changed.value, scope, { path: '', callee: '' }));
  return runPasses(g.finish());
}

/** Bindings of `pictures` under a fixed key. */
export function bindingsOf(pictures: readonly Float64Array[], size: Size) {
  const data = new Float64Array(pictures.length * size[0] * size[1] * size[2]);
  for (const [i, picture] of pictures.entries()) data.set(picture, i * picture.length);
  const image = { shape: [pictures.length, ...size], data };
  return {
    dims: { N: pictures.length },
    inputs: { image },
    uniforms: { epochKey0: 0x2a51f3, epochKey1: 0x77e01b, first: 0 },
  };
}

/** What `count` copies of a picture become, interpreted in float64. */
export function augmentMany(
  augment: string,
  picture: Float64Array,
  size: Size,
  count: number,
  before = '',
): Float64Array[] {
  const [{ data }] = interpret(augmentGraph(augment, size, before), bindingsOf(new Array(count).fill(picture), size));
  return Array.from({ length: count }, (_, i) => data.slice(i * picture.length, (i + 1) * picture.length));
}

/** A picture whose element at (c, y, x) is `value(c, y, x)`. */
export function pictureOf([c, h, w]: Size, value: (c: number, y: number, x: number) => number): Float64Array {
  return Float64Array.from({ length: c * h * w }, (_, i) =>
    value(Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w),
  );
}

/** The messages about a training with the augment. */
export function problemsOf(augment: string, size: Size, to: Size = size): string[] {
  return checkText(trainingText(augment, size, to)).diagnostics.map(({ code, message }) => `${code}: ${message}`);
}
