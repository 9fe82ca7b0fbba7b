/**
 * Copies operands that a contraction would read across the grain: where the lanes of the result don't run along an
 * operand's memory (a weight read by its input features in a backward pass), a small kernel first writes the operand in
 * the order that the contraction wants. Operands are read many times there, the copy once.
 */
import { MAX_BUFFERS } from '../4-fuse/limit.ts';
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { alwaysInside, reductionsIn, tensorOf } from './address.ts';
import { type Kernel, type LoopProgram, type Tensor, tensorsOf } from './kernel.ts';
import { laneCandidate, laneStep, productOf } from './lanes.ts';
import { rowMajor } from './layout.ts';
import { typicalValue } from './typical.ts';
import { axesOf, axisExpr, keyOf, rewriter } from './walk.ts';

/** A copy may be this much larger than what it copies. */
const MAX_GROWTH = 2;

export function stageOperands(program: LoopProgram): LoopProgram {
  const tensors = new Map(program.tensors);
  let nextId = Math.max(0, ...tensors.keys()) + 1;
  const kernels = program.kernels.flatMap((kernel): Kernel[] => {
    const lane = laneCandidate(kernel, tensors);
    if (!lane) return [kernel];
    const copies: Kernel[] = [];
    const replacements = new Map<string, Expr>();
    const reductions = reductionsIn(kernel);
    const axes = [...kernel.axes, ...reductions.flatMap((reduction) => reduction.axes)];
    for (const reduction of reductions) {
      const product = productOf(reduction, lane);
      if (!product || product.fixed.length === 0) continue;
      for (const load of product.varying) {
        if (laneStep(load, lane, tensors) === 1 || replacements.has(keyOf(load))) continue;
        // A copy has no guard around it, as padding has.
        if (!alwaysInside(load, tensorOf(tensors, load.tensor))) continue;
        const staged = stageLoad(load, lane, axes, tensors, nextId, 'reordered');
        if (!staged) continue;
        nextId++;
        tensors.set(staged.tensor.id, staged.tensor);
        copies.push(staged.kernel);
        replacements.set(keyOf(load), staged.load);
      }
    }
    if (copies.length === 0) return [kernel];
    const staged = withLoads(kernel, replacements);
    // An operand that is also read as it is takes one buffer more.
    const { reads, writes } = tensorsOf(staged);
    return new Set([...reads, ...writes]).size <= MAX_BUFFERS ? [...copies, staged] : [kernel];
  });
  return { ...program, kernels, tensors };
}

/** The nest with other loads in the place of those that have these keys. */
export function withLoads(kernel: Kernel, replacements: ReadonlyMap<string, Expr>): Kernel {
  const rewrite = rewriter((expr) => (expr.kind === 'load' ? (replacements.get(keyOf(expr)) ?? expr) : expr));
  return { ...kernel, stores: kernel.stores.map((store) => ({ ...store, value: rewrite(store.value) })) };
}

/** The copy of one load over those of the axes that it depends on, in their order, the lane axis innermost. */
export function stageLoad(
  load: Extract<Expr, { kind: 'load' }>,
  lane: Axis,
  axes: readonly Axis[],
  tensors: ReadonlyMap<number, Tensor>,
  id: number,
  /** What was done to the operand, for people. */
  how: string,
): { tensor: Tensor; kernel: Kernel; load: Extract<Expr, { kind: 'load' }> } | undefined {
  const source = tensorOf(tensors, load.tensor);
  const used = axesOf(load);
  const outer = axes.filter((axis) => used.has(axis.id) && axis.id !== lane.id);
  const symbolic = outer.filter((axis) => dim.constant(axis.extent) === undefined);
  if (symbolic.length > 1) return undefined;
  const ordered = [...symbolic, ...outer.filter((axis) => !symbolic.includes(axis)), lane];
  const shape = ordered.map((axis) => axis.extent);
  const elements = (dims: Tensor['shape']): number => typicalValue(dim.product(dims));
  if (elements(shape) > MAX_GROWTH * elements(source.shape)) return undefined;
  const tensor: Tensor = {
    id,
    name: `${source.name}_staged`,
    element: source.element,
    shape,
    layout: rowMajor(shape),
    place: { kind: 'scratch' },
  };
  const indices = ordered.map(axisExpr);
  return {
    tensor,
    kernel: { label: `${source.name}: ${how}`, axes: ordered, stores: [{ tensor: id, indices, value: load }] },
    load: { kind: 'load', type: load.type, tensor: id, indices },
  };
}
