/** Where Winograd's nests keep what they hand on: tensors in the thread's own memory or in all threads', and views of their parts. */
import { type Dim, dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';
import type { Kernel, Place, Tensor } from './kernel.ts';
import { rowMajor } from './layout.ts';
import type { SlidingProduct } from './sliding-product.ts';
import { PANEL, type Plan } from './winograd-plan.ts';
import { SUMMED, WinogradShape } from './winograd-shape.ts';

export class WinogradMemory extends WinogradShape {
  protected readonly tensors: Tensor[] = [];
  private nextId: number;
  private localEnd = 0;

  constructor(kernel: Kernel, product: SlidingProduct, plan: Plan, nextId: number) {
    super(kernel, product, plan);
    this.nextId = nextId;
  }

  private add(name: string, shape: readonly Dim[], place: Place, offset = 0, strides?: readonly number[]): Tensor {
    const own = rowMajor(shape);
    const tensor: Tensor = {
      id: this.nextId++,
      name,
      element: 'f32',
      shape,
      place,
      layout: { offset, strides: strides ?? own.strides },
    };
    this.tensors.push(tensor);
    return tensor;
  }

  /** Row-major, in the thread's own memory. */
  protected local(name: string, shape: readonly Dim[]): Tensor {
    const tensor = this.add(name, shape, { kind: 'local' }, this.localEnd);
    this.localEnd += Math.ceil((dim.constant(dim.product(shape)) ?? 0) / PANEL) * PANEL;
    return tensor;
  }

  /** A part of a tensor under a name of its own: at `offset`, with these strides. */
  protected within(whole: Tensor, shape: readonly Dim[], offset: number, strides: readonly number[]): Tensor {
    return this.add(whole.name, shape, whole.place, whole.layout.offset + offset, strides);
  }

  /** The parts of a tensor at each index of a dimension; over axes that step through the others, if not along these. */
  protected slices(
    whole: Tensor,
    dimension: number,
    axes?: readonly Axis[],
    strides: readonly number[] = whole.layout.strides.filter((_, d) => d !== dimension),
  ): Tensor[] {
    const count = dim.constant(whole.shape[dimension]) ?? 0;
    const shape = axes?.map(({ extent }) => extent) ?? whole.shape.filter((_, d) => d !== dimension);
    return Array.from({ length: count }, (_, i) =>
      this.within(whole, shape, i * whole.layout.strides[dimension], strides),
    );
  }

  /** In memory that all threads share: for each block of samples, where it is summed over them; the last may not be full. */
  protected common(name: string, outer: readonly Dim[], inner: readonly Dim[]): Tensor {
    const { shared, within } = this.summed;
    const [blocks, depths] = [shared, within].map((axes) => axes.map(({ extent }) => extent));
    const each = [...outer, ...inner];
    const [samples] = this.product.channels;
    const elements = dim.product(
      blocks.length > 0 ? [dim.add(samples.extent, dim.int(SUMMED - 1)), ...each] : [...depths, ...each],
    );
    const place: Place = { kind: 'stack', id: this.nextId++, elements };
    return this.add(`${this.kernel.label} ${name}`, [...blocks, ...outer, ...depths, ...inner], place);
  }
}
