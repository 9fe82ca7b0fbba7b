/** Stops gradients: what softmax subtracts for the sake of range has no influence on its derivative. */
import { checkCount } from './infer.ts';
import { type Primitive, primitive } from './primitive.ts';

export const detach: Primitive = primitive({
  name: 'detach',
  doc: 'x, through which no gradient flows back.',
  kind: 'elementwise',
  inputs: ['x'],
  infer: (inputs) => checkCount('detach', inputs, 1) ?? inputs[0],
  grad: () => [undefined],
  lower: (_l, [x], _node, index) => x.at(...index),
  reference: ([x]) => x,
  cases: [{ inputs: [{ shape: [2, 3] }] }],
});
