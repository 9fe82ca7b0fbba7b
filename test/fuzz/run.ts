/** Runs lowered graphs: in the loop interpreter and, many in one module, on a device. What is not written stays NaN. */
import type { GraphOutput } from '../../compiler/3-graph/graph.ts';
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { interpret, type Memory } from '../../compiler/5-loop/interpret.ts';
import { bufferKey, type Layout, type Tensor } from '../../compiler/5-loop/kernel.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { evaluate } from '../../compiler/ops/evaluate.ts';
import { InternalError } from '../../compiler/ops/internal-error.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { indicesOf, sizeOf, tensor } from '../../compiler/ops/reference.ts';
import type { HostArray, Session } from '../../runtime/device.ts';
import { sizeOf as elementsOf } from '../../runtime/program.ts';
import type { Built, Lowered } from './build.ts';
import { UNIFORMS } from './reference.ts';

const addressIn = ({ offset, strides }: Layout, index: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis], offset);

/** Writes a row-major tensor to where a layout wants its elements. */
function scatter(memory: { [at: number]: number }, layout: Layout, value: ReferenceTensor): void {
  let position = 0;
  for (const index of indicesOf(value.shape)) memory[addressIn(layout, index)] = value.data[position++];
}

function gather(memory: ArrayLike<number>, layout: Layout, shape: readonly number[]): ReferenceTensor {
  return tensor(shape, (...index) => memory[addressIn(layout, index)]);
}

const shapeOf = (tensor: Tensor, n: number): number[] => tensor.shape.map((size) => dim.evaluate(size, { N: n }));

/** The leaf that a tensor holds before the run, if it is one's. */
function leafValue({ place, name }: Tensor, { inputs, parameters, states }: Bindings): ReferenceTensor | undefined {
  if (place.kind === 'sample') return inputs?.[name];
  if (place.kind === 'parameters') return parameters?.[name];
  return place.kind === 'state' ? states?.[name] : undefined;
}

/** Where the outputs of a role are. */
const placesOf: Readonly<Record<GraphOutput['role'], readonly string[]>> = {
  result: ['output'],
  record: ['record'],
  gradient: ['gradients'],
  update: ['state', 'parameters'],
};

/** The tensor of each output, in the order of the graph's. */
function outputTensors({ graph, loops }: Lowered): Tensor[] {
  return graph.outputs.map(({ name, role }) => {
    const wanted = role === 'gradient' ? `d ${name}` : name;
    const found = [...loops.tensors.values()].find(
      (tensor) => placesOf[role].includes(tensor.place.kind) && tensor.name === wanted,
    );
    if (!found) throw new InternalError(`the output ${name} has no tensor`);
    return found;
  });
}

/** The outputs by the loop interpreter. */
export function interpretLoops(lowered: Lowered, bindings: Bindings, n: number): ReferenceTensor[] {
  const { loops, arena } = lowered;
  const buffers = new Map<string, Float64Array>();
  const memory: Memory = new Map();
  for (const [id, held] of loops.tensors) {
    const key = bufferKey(held);
    const size = key === 'parameters' || key === 'gradients' ? arena.size : sizeOf(shapeOf(held, n));
    const buffer = buffers.get(key) ?? new Float64Array(size).fill(Number.NaN);
    buffers.set(key, buffer);
    memory.set(id, buffer);
    const value = leafValue(held, bindings);
    if (value) scatter(buffer, held.layout, value);
  }
  interpret(loops, memory, { dims: { N: n }, uniforms: { ...bindings.uniforms } });
  return outputTensors(lowered).map((tensor) => gather(memory.get(tensor.id) ?? [], tensor.layout, shapeOf(tensor, n)));
}

const arrays = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };

/** The outputs of every graph on a device, for one batch. */
export async function runOnDevice(
  session: Session,
  { spec, uniforms }: Built,
  list: readonly { readonly lowered: Lowered; readonly bindings: Bindings }[],
  n: number,
): Promise<ReferenceTensor[][]> {
  const contents = spec.buffers.map((buffer) => {
    const garbage = buffer.element === 'f32' ? Number.NaN : 77;
    return new arrays[buffer.element](elementsOf(buffer.size, n)).fill(garbage);
  });
  const indexOf = ({ place, name }: Tensor): number => {
    const role = place.kind === 'sample' ? 'input' : place.kind;
    return spec.buffers.findIndex((b) => b.role === role && (b.name === name || !('name' in place)));
  };
  for (const { lowered, bindings } of list) {
    for (const tensor of lowered.loops.tensors.values()) {
      const value = leafValue(tensor, bindings);
      if (value) scatter(contents[indexOf(tensor)], tensor.layout, value);
    }
  }
  contents.forEach((data, i) => {
    session.write(i, data);
  });
  const values = uniforms.map(({ expression }) =>
    evaluate(expression, { axes: new Map(), dims: { N: n }, uniforms: UNIFORMS, load: () => Number.NaN }),
  );
  session.run('train', n, Float32Array.from(values));
  const results = new Map<number, Promise<HostArray>>();
  const read = (index: number): Promise<HostArray> => {
    const known = results.get(index) ?? session.read(index, 0, elementsOf(spec.buffers[index].size, n));
    results.set(index, known);
    return known;
  };
  const outputs = list.map(async ({ lowered }) => {
    const tensors = outputTensors(lowered);
    return Promise.all(
      tensors.map(async (tensor) => gather(await read(indexOf(tensor)), tensor.layout, shapeOf(tensor, n))),
    );
  });
  return Promise.all(outputs);
}
