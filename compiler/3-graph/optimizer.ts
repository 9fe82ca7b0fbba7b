/**
 * The optimizer's step as a graph over flat vectors: all parameters in one, their gradients in another, each slot of
 * state in one more. Where the step's loss is not finite, everything stays as it was.
 */
import type { TypedOptimizer } from '../2-check/typed.ts';
import type { Value } from '../ops/primitive.ts';
import type { TensorType } from '../ops/types.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { Inliner, Scope } from './inline.ts';

/** The graph's name. */
export const OPTIMIZER = 'optimizer';
/** The path of the vector of all parameters. */
export const ALL_PARAMETERS = '*';

/** Where in the vector elements of one multiple of the rate end, in order; the last holds for all that follows. */
export interface ScaledRange {
  readonly end: number;
  readonly scale: number;
}

/** Leaves: parameter `*`, inputs `gradients` and `loss`, the states, the uniform `step`. Outputs: an update for each. */
export function buildOptimizer(optimizer: TypedOptimizer, ranges: readonly ScaledRange[] = []): Graph {
  const g = new GraphBuilder(OPTIMIZER);
  const vector: TensorType = { element: 'f32', shape: [optimizer.size] };
  const place = { path: optimizer.name, callee: optimizer.name };
  const origin = { path: optimizer.name, what: optimizer.name };
  g.origin = origin;
  const parameters = g.parameter(ALL_PARAMETERS, vector);
  const finite = g.scalar('is_finite', g.input('loss', { element: 'f32', shape: [] }));
  const scope = new Scope();
  scope.set(optimizer.parameter, parameters);
  scope.set(optimizer.gradient, clipped(g, g.input('gradients', vector), optimizer.clip));
  const states = new Map(optimizer.state.map((slot) => [slot.name, g.state(slot.name, vector)]));
  for (const slot of optimizer.state) scope.set(slot.local, g.state(slot.name, vector));
  const inliner = new Inliner(g);
  for (const { local, value } of optimizer.lets) scope.set(local, inliner.expression(value, scope, place));
  for (const { name, value } of optimizer.updates) {
    const before = states.get(name) ?? parameters;
    const updated = g.broadcastTo(inliner.expression(value, scope, place), vector.shape);
    g.origin = origin;
    const after = states.has(name) ? updated : scaled(g, before, updated, ranges);
    g.output('update', states.has(name) ? name : ALL_PARAMETERS, g.where(finite, after, before));
  }
  return g.finish();
}

/** The gradient, shortened where its norm is above `clip` (`torch.nn.utils.clip_grad_norm_`). */
function clipped(g: GraphBuilder, gradient: Value, clip: number | undefined): Value {
  if (clip === undefined) return gradient;
  const norm = g.scalar('sqrt', g.sum(g.mul(gradient, gradient), [0]));
  const factor = g.scalar('min', g.constant(1), g.div(g.constant(clip), g.add(norm, g.constant(1e-6))));
  return g.mul(gradient, factor);
}

/** The parameters after an update of which each range takes its multiple: what a learning rate of its own gives it. */
function scaled(g: GraphBuilder, before: Value, after: Value, ranges: readonly ScaledRange[]): Value {
  if (ranges.every(({ scale }) => scale === 1)) return after;
  const position = g.op('iota', [], { shape: before.type.shape, axis: 0 });
  const change = g.sub(after, before);
  const last = ranges.length - 1;
  return ranges.reduceRight<Value>((rest, { end, scale }, i) => {
    const here = scale === 1 ? after : g.add(before, g.mul(change, g.constant(scale)));
    return i === last ? here : g.where(g.scalar('lt', position, g.constant(end, [], 'i32')), here, rest);
  }, after);
}
