/**
 * Weights in panels for the CPU: a tile's loop reads eight features of one row after the other, which lie a row apart where
 * features are innermost. A copy has the rows of each four of these side by side, so that a loop goes through two pieces of memory
 * from one end to the other: rows that are a power of two apart share a few lines of every cache, and each lies on a page of
 * its own. Only for parameters, and for programs that don't change them: the copy is made once.
 */
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { affineAddress, alwaysInside, farthestFirst, reductionsIn, tensorOf } from './address.ts';
import { SECOND_LEVEL } from './caches.ts';
import { type FormedPart, type Part, partOf } from './dispatch.ts';
import type { Kernel, Tensor } from './kernel.ts';
import { inVectors, LANES, laneCandidate, laneStep, productOf, vectorisable } from './lanes.ts';
import { rowMajor } from './layout.ts';
import { fits } from './side-by-side.ts';
import { splitParallel } from './split-axes.ts';
import { stageLoad, withLoads } from './stage.ts';
import { typicalValue } from './typical.ts';
import { keyOf } from './walk.ts';
import { PANEL } from './winograd-plan.ts';

type Load = Extract<Expr, { kind: 'load' }>;
type Copy = NonNullable<ReturnType<typeof stageLoad>>;

/**
 * A part that reads its weights from copies in panels, after what makes these; undefined where there is nothing to gain, as
 * with weights of no more than `near` elements.
 */
export function packPanels(
  part: Part,
  tensors: ReadonlyMap<number, Tensor>,
  nextId: number,
  near = SECOND_LEVEL,
): FormedPart | undefined {
  const weightsOf = (nest: Kernel, axis: Axis): Load[] => weightsIn(nest, axis, tensors, near);
  const [kernel, ...others] = part.nests;
  if (part.cpu || part.only || others.length > 0) return undefined;
  const lane = laneCandidate(kernel, tensors);
  const extent = lane && dim.constant(lane.extent);
  if (!lane || extent === undefined || extent <= PANEL || extent % PANEL !== 0) return undefined;
  if (!vectorisable(kernel, lane, tensors, 'wasm') || weightsOf(kernel, lane).length === 0) return undefined;
  const split = splitParallel(kernel, lane, [extent / PANEL, PANEL]);
  const at = kernel.axes.indexOf(lane);
  const [panel, feature] = split.axes.slice(at, at + 2);
  const copies = weightsOf(split, feature).flatMap((load, i) => {
    const address = affineAddress(tensorOf(tensors, load.tensor), load.indices);
    const axes = [panel, ...farthestFirst(summedAxes(split), address)];
    const copy = stageLoad(load, feature, axes, tensors, nextId + i, 'in panels');
    return copy ? [{ ...vectorsApart(copy, feature), key: keyOf(load) }] : [];
  });
  if (copies.length === 0) return undefined;
  const packed = withLoads(split, new Map(copies.map(({ key, load }) => [key, load])));
  const own: Part = { ...part, cpu: { nests: [packed], shared: [], repeat: undefined } };
  const added = copies.map(({ tensor }) => tensor);
  if (!fits([own], new Map([...tensors, ...added.map((tensor): [number, Tensor] => [tensor.id, tensor])])))
    return undefined;
  const before = copies.map((copy): Part => ({ ...partOf(copy.kernel), only: 'wasm' }));
  return { parts: [...before, own], tensors: added };
}

/** A copy with the vectors of a panel apart, each for all steps of the sums. */
function vectorsApart({ tensor, kernel, load }: Copy, feature: Axis): Copy {
  const { vector, lane } = inVectors(feature);
  const reordered = <T>([panel, ...others]: readonly T[], first: T, last: T): T[] => [
    panel,
    first,
    ...others.slice(0, -1),
    last,
  ];
  const shape = reordered(tensor.shape, dim.int(PANEL / LANES), dim.int(LANES));
  const indices = reordered(load.indices, vector, lane);
  const stores = kernel.stores.map((store) => ({ ...store, indices }));
  return {
    tensor: { ...tensor, shape, layout: rowMajor(shape) },
    kernel: { ...kernel, stores },
    load: { ...load, indices },
  };
}

/** The large parameters that sums of products read along the lanes, each place of a result the same of them. */
function weightsIn(kernel: Kernel, lane: Axis, tensors: ReadonlyMap<number, Tensor>, near: number): Load[] {
  const found = reductionsIn(kernel).flatMap((sum) => {
    const product = productOf(sum, lane);
    return product && product.fixed.length > 0 ? product.varying : [];
  });
  return [...new Map(found.map((load) => [keyOf(load), load])).values()].filter((load) => {
    const tensor = tensorOf(tensors, load.tensor);
    const large = typicalValue(dim.product(tensor.shape)) > near;
    return (
      large && tensor.place.kind === 'parameters' && laneStep(load, lane, tensors) === 1 && alwaysInside(load, tensor)
    );
  });
}

const summedAxes = (kernel: Kernel): Axis[] => [
  ...new Map(reductionsIn(kernel).flatMap(({ axes }) => axes.map((axis) => [axis.id, axis]))).values(),
];
