/** The matrix product over the last two axes; the axes before them are broadcast, as in PyTorch. */
import { type Dim, dim } from '../dim/dim.ts';
import { broadcastShapes, checkCount, checkInput, showType } from './infer.ts';
import { type OpBuilder, type Primitive, primitive, type Value } from './primitive.ts';
import { at, tensor } from './reference.ts';

const leading = (shape: readonly Dim[]): readonly Dim[] => shape.slice(0, -2);

/** The last two axes exchanged. */
function transposed(g: OpBuilder, a: Value): Value {
  const order = a.type.shape.map((_, axis) => axis);
  return g.permute(a, [...order.slice(0, -2), order.length - 1, order.length - 2]);
}

/** Sums over the leading axes along which `like` was broadcast. */
function sumTo(g: OpBuilder, a: Value, like: readonly Dim[]): Value {
  const lead = a.type.shape.length - like.length;
  const axes = a.type.shape.flatMap((size, axis) => (axis < lead || !dim.equal(size, like[axis - lead]) ? [axis] : []));
  return g.reshape(g.sum(a, axes), like);
}

/** All axes but the last in one. */
function asMatrix(g: OpBuilder, a: Value): Value {
  const { shape } = a.type;
  return g.reshape(a, [dim.product(shape.slice(0, -1)), shape[shape.length - 1]]);
}

export const matmul: Primitive = primitive({
  name: 'matmul',
  doc: 'Matrix product over the last two axes: [.., m, k] @ [.., k, n] -> [.., m, n].',
  kind: 'contraction',
  inputs: ['a', 'b'],
  infer: (inputs) => {
    const wrong =
      checkCount('matmul', inputs, 2) ??
      checkInput(inputs, 0, { element: 'f32', as: 'the left side of a matrix product' }) ??
      checkInput(inputs, 1, { element: 'f32', as: 'the right side of a matrix product' });
    if (wrong) return wrong;
    const flat = inputs.findIndex((type) => type.shape.length < 2);
    if (flat >= 0) {
      const problem = `a matrix product wants at least two dimensions, but gets ${showType(inputs[flat])}`;
      return { problem, input: flat };
    }
    const [a, b] = inputs.map((type) => type.shape);
    const [k, rows] = [a[a.length - 1], b[b.length - 2]];
    if (!dim.equal(k, rows)) {
      const problem = `the left side has ${dim.show(k)} columns, but the right side ${dim.show(rows)} rows`;
      return { problem: `${problem} (${inputs.map(showType).join(' @ ')})`, input: 1, axis: b.length - 2 };
    }
    const batch = broadcastShapes(inputs.map((type) => ({ ...type, shape: leading(type.shape) })));
    if ('problem' in batch) return { problem: batch.problem };
    return { element: 'f32', shape: [...batch, a[a.length - 2], b[b.length - 1]] };
  },
  grad: (g, { inputs: [a, b] }, dy) => {
    const da = sumTo(g, g.op('matmul', [dy, transposed(g, b)]), a.type.shape);
    // One matrix for the whole batch: one product over all rows, not a batch of products that are added up.
    const oneMatrix = b.type.shape.length === 2 && a.type.shape.length > 2;
    const db = oneMatrix
      ? g.op('matmul', [transposed(g, asMatrix(g, a)), asMatrix(g, dy)])
      : sumTo(g, g.op('matmul', [transposed(g, a), dy]), b.type.shape);
    return [da, db];
  },
  lower: (l, [a, b], _node, index) => {
    const batch = index.slice(0, -2);
    const [m, n] = index.slice(-2);
    const own = (shape: readonly Dim[]): typeof batch => {
      const lead = batch.length - leading(shape).length;
      return leading(shape).map((size, axis) => (dim.constant(size) === 1 ? l.int(0) : batch[axis + lead]));
    };
    return l.reduce('sum', [a.type.shape[a.type.shape.length - 1]], (k) =>
      l.mul(a.at(...own(a.type.shape), m, k), b.at(...own(b.type.shape), k, n)),
    );
  },
  reference: ([a, b]) => {
    const [leadA, leadB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
    const rank = Math.max(leadA.length, leadB.length);
    const size = (lead: readonly number[], axis: number): number => lead[axis - rank + lead.length] ?? 1;
    const batch = Array.from({ length: rank }, (_, axis) => Math.max(size(leadA, axis), size(leadB, axis)));
    const inner = a.shape[a.shape.length - 1];
    const shape = [...batch, a.shape[a.shape.length - 2], b.shape[b.shape.length - 1]];
    return tensor(shape, (...index) => {
      const [m, n] = index.slice(-2);
      const own = (lead: readonly number[]): number[] =>
        lead.map((extent, axis) => (extent === 1 ? 0 : index[axis + rank - lead.length]));
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += at(a, ...own(leadA), m, k) * at(b, ...own(leadB), k, n);
      return sum;
    });
  },
  cases: [
    { name: 'matrices', inputs: [{ shape: [3, 5] }, { shape: [5, 2] }] },
    { name: 'a batch and one matrix', inputs: [{ shape: [2, 3, 4] }, { shape: [4, 5] }] },
    { name: 'broadcast batches', inputs: [{ shape: [2, 1, 3, 4] }, { shape: [3, 4, 2] }] },
    { name: 'inner size 1', inputs: [{ shape: [3, 1] }, { shape: [1, 2] }] },
  ],
});
