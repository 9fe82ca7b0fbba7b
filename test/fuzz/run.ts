/** Runs lowered graphs: in the loop interpreter and, many in one module, on a device. What is not written stays NaN. */
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { interpret } from '../../compiler/5-loop/interpret.ts';
import type { LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { hostValues } from '../../compiler/5-loop/uniforms.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import type { HostArray, Session } from '../../runtime/device.ts';
import { sizeOf as elementsOf } from '../../runtime/program.ts';
import { Bank, gather, scatter, shapeOf } from './bank.ts';
import type { Built, Lowered } from './build.ts';
import { outputsOf } from './oracle.ts';
import { UNIFORMS } from './reference.ts';

/** The leaf that a tensor holds before the run, if it is one's. */
function leafValue({ place, name }: Tensor, { inputs, parameters, states }: Bindings): ReferenceTensor | undefined {
  if (place.kind === 'sample') return inputs?.[name];
  if (place.kind === 'parameters') return parameters?.[name];
  return place.kind === 'state' ? states?.[name] : undefined;
}

/** Puts the leaves' values where a program has them. */
export function fillLeaves(bank: Bank, { tensors }: LoopProgram, bindings: Bindings): void {
  for (const held of tensors.values()) {
    const value = leafValue(held, bindings);
    if (value) bank.write(held, value);
  }
}

/** The outputs by the loop interpreter. */
export function interpretLoops({ graph, loops, arena }: Lowered, bindings: Bindings, n: number): ReferenceTensor[] {
  const bank = new Bank(arena.size, n);
  fillLeaves(bank, loops, bindings);
  interpret(loops, bank.memoryFor(loops), { dims: { N: n }, uniforms: { ...bindings.uniforms } });
  return outputsOf(graph, loops).map(({ tensor }) => bank.read(tensor));
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
  session.run('train', n, Float32Array.from(hostValues(uniforms, { N: n }, UNIFORMS)));
  const results = new Map<number, Promise<HostArray>>();
  const read = (index: number): Promise<HostArray> => {
    const known = results.get(index) ?? session.read(index, 0, elementsOf(spec.buffers[index].size, n));
    results.set(index, known);
    return known;
  };
  const outputs = list.map(async ({ lowered }) => {
    return Promise.all(
      outputsOf(lowered.graph, lowered.loops).map(async ({ tensor }) =>
        gather(await read(indexOf(tensor)), tensor.layout, shapeOf(tensor.shape, n)),
      ),
    );
  });
  return Promise.all(outputs);
}
