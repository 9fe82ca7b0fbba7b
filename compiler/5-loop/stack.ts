/**
 * Stacks small nests over the same samples into one part: a softmax's maximum, sum and quotient, the loss of each sample
 * and their gradients are a few hundred operations a sample, which one work item does in order, without a barrier
 * between. What they hand on stays in memory, at the sample's own place. A last nest that makes many elements of what they
 * found out (a picture from its random turn and window) may follow: such a stack is wide, and a GPU gives each of its work
 * items a workgroup. Other large nests are left alone: they want their own schedule, and a GPU wants more work items
 * than there are samples.
 */
import { MAX_BUFFERS } from '../4-fuse/limit.ts';
import { dim } from '../dim/dim.ts';
import type { Axis, Expr } from '../ops/expr.ts';
import { loadsIn, reductionsIn, tensorOf } from './address.ts';
import { type Part, partOf } from './dispatch.ts';
import { type Accesses, dependsOnEarlier } from './hazards.ts';
import {
  bufferKey,
  freshId,
  type Kernel,
  type LoopProgram,
  mapStores,
  type Place,
  type Tensor,
  tensorsOf,
} from './kernel.ts';
import { rowMajor } from './layout.ts';
import { typicalValue } from './typical.ts';
import { axisExpr, substituteAxes } from './walk.ts';

/** The most that one nest may do for one work item of a stack, in applications of a scalar function. */
const MOST_WORK = 4096;
/** The most results of a nest that one work item of a stack computes: more are worth work items of their own. */
const MOST_RESULTS = 128;
/** The most that one workgroup computes in a wide stack: with more of them a GPU would wait for too few workgroups. */
const MOST_WIDE_RESULTS = 4096;

export interface Stacked {
  readonly parts: readonly Part[];
  readonly tensors: ReadonlyMap<number, Tensor>;
}

export function stackNests(program: LoopProgram): Stacked {
  let parts: Part[] = [];
  for (const kernel of program.kernels) parts = place(parts, kernel, program);
  const tensors = new Map(program.tensors);
  let nextId = freshId(tensors);
  for (const { nests, shared, wide } of parts) {
    if (nests.length < 2) continue;
    for (const column of Object.values(handedOn(nests, wide, program))) {
      if (column.length < 2) continue;
      for (const tensor of inRows(column, shared.length, nextId)) tensors.set(tensor.id, tensor);
      nextId++;
    }
  }
  return { parts, tensors };
}

/** The scratch tensors that these nests write, by their type: they share one buffer. The many results of a wide stack do not. */
function handedOn(nests: readonly Kernel[], wide: boolean, program: LoopProgram): Record<'float' | 'int', Tensor[]> {
  const written = nests
    .slice(0, wide ? -1 : undefined)
    .flatMap(({ stores }) => stores.map(({ tensor }) => tensorOf(program.tensors, tensor)));
  const own = written.filter(({ place }) => place.kind === 'scratch');
  const isFloat = ({ element }: Tensor): boolean => element === 'f32' || element === 'f16';
  return { float: own.filter(isFloat), int: own.filter((tensor) => !isFloat(tensor)) };
}

/** The tensors as columns of one buffer: what follows the shared dimensions lies side by side in a work item's row. */
function inRows(column: readonly Tensor[], shared: number, id: number): Tensor[] {
  const widths = column.map(({ shape }) => dim.constant(dim.product(shape.slice(shared))) ?? 0);
  const row = widths.reduce((sum, width) => sum + width, 0);
  const rows = column[0].shape.slice(0, shared);
  const place: Place = { kind: 'stack', id, elements: dim.product([...rows, dim.int(row)]) };
  let offset = 0;
  return column.map((tensor, i) => {
    const outer = rowMajor(rows).strides.map((stride) => stride * row);
    const strides = [...outer, ...rowMajor(tensor.shape.slice(shared)).strides];
    const placed: Tensor = { ...tensor, place, layout: { offset, strides } };
    offset += widths[i];
    return placed;
  });
}

/**
 * The parts with a nest more: in a stack with what it reads, where none in between has to stay there. What depends on nothing
 * joins a stack that it could precede: what comes later may need both. Else the nest is a part of its own, the last.
 */
function place(parts: readonly Part[], kernel: Kernel, program: LoopProgram): Part[] {
  const own = tensorsOf(kernel);
  const feeds = parts.flatMap((part, i) => (dependsOnEarlier(accessesOf(part), own, program.tensors) ? [i] : []));
  const last = feeds.at(-1);
  const fed = last === undefined ? undefined : joinFeeds(parts, feeds, kernel, program);
  if (fed) return fed;
  for (let at = (last ?? -1) + 1; at < parts.length; at++) {
    const part = parts[at].nests.length > 1 ? stackOf([...parts[at].nests, kernel], program) : undefined;
    if (part && !part.wide) return parts.with(at, part);
  }
  return [...parts, partOf(kernel)];
}

/** The parts `feeds` and the nest as one stack where the last of them was; of the others only those that can move there. */
function joinFeeds(
  parts: readonly Part[],
  feeds: readonly number[],
  kernel: Kernel,
  program: LoopProgram,
): Part[] | undefined {
  const last = Math.max(...feeds);
  let stack = stackOf([...parts[last].nests, kernel], program);
  if (!stack) return undefined;
  const joined = [last];
  for (const at of [...feeds].reverse()) {
    if (at === last) continue;
    const needed = parts.some(
      (part, i) =>
        i > at &&
        i < last &&
        !joined.includes(i) &&
        dependsOnEarlier(accessesOf(parts[at]), accessesOf(part), program.tensors),
    );
    const nests = [at, ...joined].flatMap((i) => parts[i].nests);
    const longer = needed ? undefined : stackOf([...nests, kernel], program);
    if (!longer) continue;
    stack = longer;
    joined.unshift(at);
  }
  return parts.with(last, stack).filter((_, i) => i === last || !joined.includes(i));
}

function accessesOf({ nests }: Part): Accesses {
  const all = nests.map(tensorsOf);
  return { reads: all.flatMap(({ reads }) => reads), writes: all.flatMap(({ writes }) => writes) };
}

/** The nests as a stack; undefined where they cannot be one. */
function stackOf(nests: readonly Kernel[], program: LoopProgram): Part | undefined {
  const [first] = nests;
  const lengths = nests.map(({ axes }) => axes.length);
  // The largest nest keeps an axis of its own for the vector lanes.
  for (let count = Math.min(...lengths, Math.max(...lengths) - 1); count > 0; count--) {
    const shared = first.axes.slice(0, count);
    const renamed = nests.flatMap((nest) => rename(nest, shared) ?? []);
    if (renamed.length < nests.length) continue;
    if (!renamed.every((nest, i) => handsOnInPlace(renamed.slice(0, i), nest, shared, program.tensors))) continue;
    if (renamed.slice(0, -1).some((nest) => isLarge(nest, count))) continue;
    const wide = isLarge(renamed[renamed.length - 1], count);
    if (wide && !canBeWide(renamed[renamed.length - 1], count)) continue;
    if (countBuffers(renamed, wide, program) > MAX_BUFFERS) continue;
    return { ...partOf(first), label: labelOf(nests), nests: renamed, shared, wide };
  }
  return undefined;
}

/** How many buffers a stack binds: what its nests write lies in one for each type. */
function countBuffers(nests: readonly Kernel[], wide: boolean, program: LoopProgram): number {
  const { float, int } = handedOn(nests, wide, program);
  const inside = new Set([...float, ...int].map(({ id }) => id));
  const used = nests.flatMap((nest) => Object.values(tensorsOf(nest)).flat()).filter((id) => !inside.has(id));
  const bound = new Set(used.map((id) => bufferKey(tensorOf(program.tensors, id))));
  return bound.size + Math.min(1, float.length) + Math.min(1, int.length);
}

/** `softmax: amax` and `softmax: sub + exp` as `softmax: amax + sub + exp`. */
function labelOf(nests: readonly Kernel[]): string {
  return nests
    .map(({ label }) => label)
    .reduce((before, next) => {
      const [place] = next.split(': ');
      const last = before.split('; ').at(-1) ?? '';
      return last.startsWith(`${place}: `) ? `${before} + ${next.slice(place.length + 2)}` : `${before}; ${next}`;
    });
}

/** The nest with its first axes called as the shared ones; undefined where they do not run over the same samples. */
function rename(kernel: Kernel, shared: readonly Axis[]): Kernel | undefined {
  const [batch] = shared;
  if (dim.constant(batch.extent) !== undefined) return undefined;
  if (!shared.every((axis, i) => dim.equal(axis.extent, kernel.axes[i].extent))) return undefined;
  // Its other axes get names that no shared axis has.
  const taken = new Set(shared.map(({ id }) => id));
  const axes = kernel.axes.map((axis, i): Axis => {
    if (i < shared.length) return shared[i];
    return taken.has(axis.id) ? { ...axis, id: `${axis.id}x` } : axis;
  });
  const names = new Map(kernel.axes.map((axis, i) => [axis.id, axisExpr(axes[i])]));
  const replace = (expr: Expr): Expr => substituteAxes(expr, names);
  const stores = mapStores(kernel.stores, replace);
  return { ...kernel, axes, stores };
}

/** True where the nest reads what the earlier ones wrote at its own shared index only, and disturbs nothing of theirs. */
function handsOnInPlace(
  earlier: readonly Kernel[],
  nest: Kernel,
  shared: readonly Axis[],
  tensors: ReadonlyMap<number, Tensor>,
): boolean {
  const written = new Set(earlier.flatMap(({ stores }) => stores.map(({ tensor }) => tensor)));
  const { writes } = tensorsOf(nest);
  const before: Accesses = { reads: earlier.flatMap((each) => tensorsOf(each).reads), writes: [...written] };
  if (dependsOnEarlier(before, { reads: [], writes }, tensors)) return false;
  const atOwn = (indices: readonly Expr[]): boolean =>
    shared.every((axis, i) => {
      const index = indices[i];
      return index?.kind === 'axis' && index.axis.id === axis.id;
    });
  const stores = [...earlier, nest].flatMap((each) => each.stores);
  if (!stores.every((store) => atOwn(store.indices))) return false;
  return loadsIn(nest.stores.flatMap(({ value, indices }) => [value, ...indices])).every(
    (load) => !written.has(load.tensor) || atOwn(load.indices),
  );
}

const times = (axes: readonly Axis[]): number =>
  axes.reduce((product, { extent }) => product * typicalValue(extent), 1);

function isLarge(nest: Kernel, shared: number): boolean {
  return times(nest.axes.slice(shared)) > MOST_RESULTS || workOf(nest, shared) > MOST_WORK;
}

/** True for elementwise work (and reading by number) on not too many elements. */
function canBeWide(nest: Kernel, shared: number): boolean {
  return reductionsIn(nest).length === 0 && times(nest.axes.slice(shared)) <= MOST_WIDE_RESULTS;
}

/** Applications of scalar functions for one value of the first axes. */
function workOf({ axes, stores }: Kernel, shared: number): number {
  const work = (exprs: readonly Expr[]): number => {
    let sum = 0;
    const visit = (expr: Expr, count: number): void => {
      if (expr.kind === 'reduce') visit(expr.body, count * times(expr.axes));
      else if (expr.kind === 'apply') {
        if (expr.type !== 'i32') sum += count;
        for (const arg of expr.args) visit(arg, count);
      } else if (expr.kind === 'guard')
        for (const arg of [expr.condition, expr.value, expr.otherwise]) visit(arg, count);
    };
    for (const expr of exprs) visit(expr, 1);
    return sum;
  };
  return times(axes.slice(shared)) * work(stores.map(({ value }) => value));
}
