/**
 * Graph IR: a DAG of tensor operators in SSA form. The nodes stand in topological order; `inputs` are indices into
 * `nodes`. One graph is one program: inference, evaluation, a training step.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Attributes, TensorType } from '../ops/types.ts';

/** Where a node comes from in the user's terms: the layer path (`conv1`, `layer1.0.bn1`) and the source place. */
export interface Origin {
  readonly path: string;
  readonly what: string;
  readonly span?: Span;
  /** Set by autodiff on what it adds. */
  readonly backward?: boolean;
}

export interface GraphNode {
  readonly id: number;
  /** A name in the operator registry. Leaves are `input`, `parameter`, `constant`, `size`, `uniform`, `state`. */
  readonly op: string;
  readonly inputs: readonly number[];
  readonly attributes: Attributes;
  readonly type: TensorType;
  readonly origin: Origin;
}

export interface GraphOutput {
  readonly name: string;
  readonly node: number;
  /**
   * - `result`: handed to the caller (the model's output)
   * - `record`: a scalar copied to the history each step (loss, metrics)
   * - `gradient`: of the parameter called `name`
   * - `update`: the next value of the parameter, buffer or optimizer state called `name`
   */
  readonly role: 'result' | 'record' | 'gradient' | 'update';
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly GraphOutput[];
}
