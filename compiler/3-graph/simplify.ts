/**
 * Algebraic simplification: rebuilds a graph through a builder that tries the rules on every node it is about to make.
 * The rules preserve values, except that a product with a mask's zero is taken as zero even where the other factor is
 * not finite. For graphs that are already differentiated: `detach` vanishes here.
 */
import type { Value } from '../ops/primitive.ts';
import { operatorNamed } from '../ops/registry.ts';
import type { Attributes, TensorType } from '../ops/types.ts';
import { GraphBuilder } from './builder.ts';
import type { Graph } from './graph.ts';
import { copyInto } from './rewrite.ts';
import { type Candidate, rulesOf } from './rules.ts';

class SimplifyingBuilder extends GraphBuilder {
  protected override make(op: string, inputs: readonly Value[], attributes: Attributes, type: TensorType): Value {
    const candidate: Candidate = { op, inputs, attributes, type };
    for (const rule of rulesOf[operatorNamed(op).kind]) {
      const better = rule(this, candidate);
      if (better) return better;
    }
    return super.make(op, inputs, attributes, type);
  }
}

export function simplify(graph: Graph): Graph {
  const builder = new SimplifyingBuilder(graph.name);
  copyInto(builder, graph);
  return builder.finish();
}
