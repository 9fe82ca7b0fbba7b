/**
 * Every operator of the compiler. The checker asks for shape rules by name, the graph for gradients, Loop IR for
 * lowerings. Adding an operator is one file and one line here.
 */
import { argmax } from './argmax.ts';
import { avgPool2d, avgPool2dGrad } from './avg-pool2d.ts';
import { broadcastTo } from './broadcast-to.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { conv2d } from './conv2d.ts';
import { conv2dInputGrad } from './conv2d-input-grad.ts';
import { conv2dWeightGrad } from './conv2d-weight-grad.ts';
import { detach } from './detach.ts';
import { elementwisePrimitives } from './elementwise.ts';
import { amax, amin } from './extremum.ts';
import { flip } from './flip.ts';
import { gather } from './gather.ts';
import { gatherGrad } from './gather-grad.ts';
import { InternalError } from './internal-error.ts';
import { iota } from './iota.ts';
import { input, parameter, state } from './leaf.ts';
import { matmul } from './matmul.ts';
import { maxPool2d, maxPool2dIndex } from './max-pool2d.ts';
import { maxPool2dGrad } from './max-pool2d-grad.ts';
import { mean } from './mean.ts';
import { pad } from './pad.ts';
import { permute } from './permute.ts';
import type { Primitive } from './primitive.ts';
import { random } from './random.ts';
import { reshape } from './reshape.ts';
import { size } from './size.ts';
import { slice } from './slice.ts';
import { sum } from './sum.ts';
import { uniform } from './uniform.ts';

export const primitives: readonly Primitive[] = [
  // Leaves.
  input,
  parameter,
  state,
  uniform,
  constant,
  size,
  iota,
  random,
  // Element by element: the scalar table.
  ...elementwisePrimitives,
  detach,
  // Views.
  reshape,
  permute,
  broadcastTo,
  slice,
  pad,
  flip,
  concat,
  // Views by numbers.
  gather,
  // Reductions.
  sum,
  mean,
  amax,
  amin,
  argmax,
  maxPool2d,
  maxPool2dIndex,
  maxPool2dGrad,
  avgPool2d,
  avgPool2dGrad,
  gatherGrad,
  // Contractions.
  matmul,
  conv2d,
  conv2dInputGrad,
  conv2dWeightGrad,
];

const byName: ReadonlyMap<string, Primitive> = new Map(primitives.map((operator) => [operator.name, operator]));

/** The operator of a name, if there is one. */
export function lookup(name: string): Primitive | undefined {
  return byName.get(name);
}

/** The operator of a name that must be one. */
export function operatorNamed(name: string): Primitive {
  const found = byName.get(name);
  if (!found) throw new InternalError(`there is no operator ${name}`);
  return found;
}
