/** Compiles one graph of inputs and results to a module and runs it on a device: what the target tests are made of. */
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { fuse } from '../../compiler/4-fuse/fuse.ts';
import type { DispatchProgram } from '../../compiler/5-loop/dispatch.ts';
import { type LoopProgram, verifyKernel } from '../../compiler/5-loop/kernel.ts';
import { hostTensor, lowerPartition, type Storage } from '../../compiler/5-loop/lower.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { stageOperands } from '../../compiler/5-loop/stage.ts';
import type { HostUniform } from '../../compiler/5-loop/uniforms.ts';
import { forEachNode } from '../../compiler/5-loop/walk.ts';
import { planModule } from '../../compiler/7-emit/plan.ts';
import type { Device } from '../../runtime/device.ts';
import { type ModuleSpec, sizeOf } from '../../runtime/program.ts';

/** Inputs and results are the host's. */
export const hostStorage: Storage = {
  leaf: (node) => {
    const name = String(node.attributes.name);
    return hostTensor(name, { kind: 'input', name }, node);
  },
  output: ({ name }, node) => hostTensor(name, { kind: 'output', name }, node),
};

export function lowerGraph(graph: Graph): LoopProgram {
  const loops = stageOperands(lowerPartition(fuse(graph), hostStorage));
  for (const kernel of loops.kernels) verifyKernel(kernel, loops.tensors);
  return loops;
}

/** The uniforms that a program reads, in alphabetical order: the halves of the key, where it draws. */
function uniformsOf({ kernels }: LoopProgram): HostUniform[] {
  const found = new Map<string, HostUniform>();
  const values = kernels.flatMap((kernel) => kernel.stores.map((store) => store.value));
  forEachNode(values, (expression) => {
    if (expression.kind === 'uniform') found.set(expression.name, { name: expression.name, expression });
  });
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A module whose `infer` program computes the graph. */
export function compileGraph(graph: Graph): ModuleSpec {
  const loops = lowerGraph(graph);
  return compileDispatches(formDispatches(loops), uniformsOf(loops));
}

/** A module whose `infer` program these dispatches are. */
export function compileDispatches(program: DispatchProgram, uniforms: readonly HostUniform[] = []): ModuleSpec {
  return planModule({
    programs: { infer: [program], evaluate: [], train: [], prepare: [] },
    uniforms,
    parameters: [],
    arena: { layouts: new Map(), trained: 256, size: 256 },
    states: [],
  });
}

/** Runs a compiled graph for N samples; inputs and results by name, row-major. Draws are those of the key. */
export async function runGraph(
  device: Device,
  module: ModuleSpec,
  n: number,
  inputs: Readonly<Record<string, Float64Array>>,
  key: readonly number[] = [0, 0],
): Promise<Record<string, number[]>> {
  const session = await device.load(module, { batch: n });
  try {
    for (const [i, { name, role, element }] of module.buffers.entries()) {
      if (role !== 'input') continue;
      const convert = { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[element];
      session.write(i, convert.from(inputs[name]));
    }
    session.run(
      'infer',
      n,
      Float32Array.from({ length: module.uniforms }, (_, i) => key[i] ?? 0),
    );
    const results: Record<string, number[]> = {};
    for (const [i, { name, role, size }] of module.buffers.entries()) {
      if (role === 'output') results[name] = [...(await session.read(i, 0, sizeOf(size, n)))];
    }
    return results;
  } finally {
    session.dispose();
  }
}
