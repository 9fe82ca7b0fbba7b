/** Compiles one graph of inputs and results to a module and runs it on a device: what the target tests are made of. */
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { fuse } from '../../compiler/4-fuse/fuse.ts';
import { type LoopProgram, verifyKernel } from '../../compiler/5-loop/kernel.ts';
import { hostTensor, lowerPartition } from '../../compiler/5-loop/lower.ts';
import { stageOperands } from '../../compiler/5-loop/stage.ts';
import { planModule } from '../../compiler/7-emit/plan.ts';
import type { Device } from '../../runtime/device.ts';
import { type ModuleSpec, sizeOf } from '../../runtime/program.ts';

export function lowerGraph(graph: Graph): LoopProgram {
  const loops = stageOperands(
    lowerPartition(fuse(graph), {
      leaf: (node) => {
        const name = String(node.attributes.name);
        return hostTensor(name, { kind: 'input', name }, node);
      },
      output: ({ name }, node) => hostTensor(name, { kind: 'output', name }, node),
    }),
  );
  for (const kernel of loops.kernels) verifyKernel(kernel, loops.tensors);
  return loops;
}

/** A module whose `infer` program computes the graph. */
export function compileGraph(graph: Graph): ModuleSpec {
  return planModule({
    programs: { infer: [lowerGraph(graph)], evaluate: [], train: [] },
    uniforms: [],
    parameters: [],
    arena: { layouts: new Map(), trained: 256, size: 256 },
    states: [],
  });
}

/** Runs a compiled graph for N samples; inputs and results by name, row-major. */
export async function runGraph(
  device: Device,
  module: ModuleSpec,
  n: number,
  inputs: Readonly<Record<string, Float64Array>>,
): Promise<Record<string, number[]>> {
  const session = await device.load(module, { batch: n });
  try {
    for (const [i, { name, role, element }] of module.buffers.entries()) {
      if (role !== 'input') continue;
      const convert = { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[element];
      session.write(i, convert.from(inputs[name]));
    }
    session.run('infer', n, new Float32Array(module.uniforms));
    const results: Record<string, number[]> = {};
    for (const [i, { name, role, size }] of module.buffers.entries()) {
      if (role === 'output') results[name] = [...(await session.read(i, 0, sizeOf(size, n)))];
    }
    return results;
  } finally {
    session.dispose();
  }
}
