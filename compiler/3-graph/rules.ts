/** The simplification rules by operators' kinds. Each looks at a node before it is made and may give something better. */
import type { OpKind, Value } from '../ops/primitive.ts';
import type { Attributes, TensorType } from '../ops/types.ts';
import type { GraphBuilder } from './builder.ts';
import { elementwiseRules } from './rules-elementwise.ts';
import { gatherRules } from './rules-gather.ts';
import { leafRules, movementRules } from './rules-movement.ts';
import { reductionRules } from './rules-reduction.ts';

/** A node about to be made; its inputs are simplified and have their final shapes. */
export interface Candidate {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly type: TensorType;
}

/** A value that equals the candidate, or undefined where the rule does not apply. */
export type Rule = (g: GraphBuilder, candidate: Candidate) => Value | undefined;

export const rulesOf: Readonly<Record<OpKind, readonly Rule[]>> = {
  leaf: leafRules,
  draw: [],
  elementwise: elementwiseRules,
  movement: movementRules,
  gather: gatherRules,
  reduction: reductionRules,
  contraction: [],
};
