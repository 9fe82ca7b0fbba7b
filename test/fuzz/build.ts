/** The whole back end for a list of graphs: verified after every pass, planned into one module that runs them all. */
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { graphPasses } from '../../compiler/3-graph/passes.ts';
import { verifyGraph } from '../../compiler/3-graph/verify.ts';
import { fuse } from '../../compiler/4-fuse/fuse.ts';
import { type DispatchProgram, verifyDispatches } from '../../compiler/5-loop/dispatch.ts';
import { type LoopProgram, verifyKernel } from '../../compiler/5-loop/kernel.ts';
import { lowerPartition } from '../../compiler/5-loop/lower.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { stageOperands } from '../../compiler/5-loop/stage.ts';
import { type HostUniform, UniformTable } from '../../compiler/5-loop/uniforms.ts';
import { type Arena, layOutArena } from '../../compiler/7-emit/arena.ts';
import { planModule } from '../../compiler/7-emit/plan.ts';
import { storageOf } from '../../compiler/7-emit/storage.ts';
import type { ModuleSpec } from '../../runtime/program.ts';

const nowhere = { file: { path: 'fuzz.net', text: '' }, start: 0, end: 0 };

/** One graph on its way. */
export interface Lowered {
  readonly graph: Graph;
  readonly simplified: Graph;
  /** After staging, before numbers of the step move to the host. */
  readonly loops: LoopProgram;
  readonly arena: Arena;
}

/** The parameters of all graphs in one arena. */
export function arenaOf(graphs: readonly Graph[]): Arena {
  const leaves = graphs.flatMap(({ nodes }) => nodes.filter(({ op }) => op === 'parameter'));
  return layOutArena(
    leaves.map(({ attributes, type }) => ({
      path: String(attributes.path),
      type,
      trainable: true,
      init: { kind: 'constant', value: 0 },
      span: nowhere,
    })),
  );
}

export function simplifyVerified(graph: Graph): Graph {
  verifyGraph(graph, 'graph');
  return graphPasses.reduce((before, pass) => {
    const after = pass.run(before);
    verifyGraph(after, pass.name);
    return after;
  }, graph);
}

export function lowerVerified(graph: Graph, arena: Arena): Lowered {
  const simplified = simplifyVerified(graph);
  const verified = (program: LoopProgram): LoopProgram => {
    for (const kernel of program.kernels) verifyKernel(kernel, program.tensors);
    return program;
  };
  const lowered = verified(lowerPartition(fuse(simplified), storageOf(arena, 'sample')));
  return { graph, simplified, loops: verified(stageOperands(lowered)), arena };
}

export interface Built {
  readonly spec: ModuleSpec;
  readonly uniforms: readonly HostUniform[];
}

/** A module whose `train` program runs the graphs one after the other. */
export function buildModule(list: readonly Lowered[], arena: Arena): Built {
  const table = new UniformTable();
  const programs = list.map(({ loops }): DispatchProgram => {
    const kernels = loops.kernels.map((kernel) => table.extract(kernel));
    for (const kernel of kernels) verifyKernel(kernel, loops.tensors);
    const program = formDispatches({ ...loops, kernels });
    verifyDispatches(program);
    return program;
  });
  const states = list.flatMap(({ graph }) => graph.nodes.filter(({ op }) => op === 'state'));
  const spec = planModule({
    programs: { infer: [], evaluate: [], train: programs, prepare: [] },
    uniforms: table.uniforms,
    parameters: [],
    arena,
    states: states.map(({ attributes }) => ({ name: String(attributes.name), initial: 0 })),
  });
  return { spec, uniforms: table.uniforms };
}
