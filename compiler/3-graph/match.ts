/** Looks behind values while a graph is built: what simplification rules match on. */
import type { Value } from '../ops/primitive.ts';
import type { GraphBuilder } from './builder.ts';

/** The number that a value is a fill of. */
export function constantOf(g: GraphBuilder, value: Value): number | undefined {
  const { op, attributes } = g.node(value);
  return op === 'constant' && typeof attributes.value === 'number' ? attributes.value : undefined;
}

/** The inputs of the node behind a value, where it is an `op`. */
export function inputsOf(g: GraphBuilder, value: Value, op: string): readonly Value[] | undefined {
  const node = g.node(value);
  return node.op === op ? node.inputs.map((input) => g.value(input)) : undefined;
}
