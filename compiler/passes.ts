/** The pipeline's passes, in order. Each is a pure function from what is known to more; its name is what `--print-after` takes. */

import type { ProgramName } from '../runtime/program.ts';
import { buildGraphs, buildInference } from './3-graph/from-typed.ts';
import type { Graph } from './3-graph/graph.ts';
import { OPTIMIZER } from './3-graph/optimizer.ts';
import { runPasses } from './3-graph/passes.ts';
import { printGraph } from './3-graph/print.ts';
import { substituteDims } from './3-graph/substitute-dims.ts';
import { verifyGraph } from './3-graph/verify.ts';
import { beyondBatch } from './4-fuse/batch-limit.ts';
import { fuse } from './4-fuse/fuse.ts';
import { type Partition, printPartition } from './4-fuse/group.ts';
import { type DispatchProgram, oftenSingle, printDispatches, verifyDispatches } from './5-loop/dispatch.ts';
import { type LoopProgram, printKernel, verifyKernel } from './5-loop/kernel.ts';
import { lowerPartition, type Storage } from './5-loop/lower.ts';
import { formDispatches } from './5-loop/side-by-side.ts';
import { stageOperands } from './5-loop/stage.ts';
import { UniformTable } from './5-loop/uniforms.ts';
import { layOutArena, scaledRanges } from './7-emit/arena.ts';
import { applyChoices } from './7-emit/choices.ts';
import { planModule } from './7-emit/plan.ts';
import { Preparation } from './7-emit/prepare.ts';
import { printPlan } from './7-emit/print-plan.ts';
import { storageOf } from './7-emit/storage.ts';
import type { Compilation, CompilationUnit, CompilerPass, ProgramPart } from './compilation.ts';
import { dim } from './dim/dim.ts';

/** Changes each unit; prints each unit. */
function unitPass(
  name: string,
  description: string,
  run: (unit: CompilationUnit, state: Compilation) => CompilationUnit,
  print: (unit: CompilationUnit) => string,
): CompilerPass {
  return {
    name,
    description,
    run: (state) => ({ ...state, units: state.units.map((unit) => run(unit, state)) }),
    print: (state) => state.units.map((unit) => `== ${unit.name}\n${print(unit)}`).join('\n\n'),
  };
}

function mapParts<A, B>(
  parts: readonly ProgramPart<A>[],
  map: (value: A, program: ProgramName) => B,
): ProgramPart<B>[] {
  return parts.map(({ program, value }) => ({ program, value: map(value, program) }));
}

const graphPass = unitPass(
  'graph',
  'Models and trainings become graphs of tensor operators; the backward pass is added by reverse-mode differentiation.',
  (unit) => {
    if (!unit.training) return { ...unit, graphs: [{ program: 'infer', value: buildInference(unit.model) }] };
    const { infer, evaluate, train, optimizer } = buildGraphs(unit.training, scaledRanges(unit.arena, unit.training));
    // The optimizer runs once over all trainable parameters, padding included.
    const symbols = dim.symbols(unit.training.optimizer.size);
    const size = Object.fromEntries(symbols.map((symbol) => [symbol, dim.int(unit.arena.trained)]));
    const parts = { infer, evaluate, train, optimizer: substituteDims(optimizer, size) };
    return {
      ...unit,
      graphs: [
        { program: 'infer', value: parts.infer },
        { program: 'evaluate', value: parts.evaluate },
        { program: 'train', value: parts.train },
        { program: 'train', value: parts.optimizer },
      ],
    };
  },
  printGraphs,
);

const simplifyPass = unitPass(
  'simplify',
  'Algebra, constants, views of views, equal nodes, what no output depends on.',
  (unit) => ({ ...unit, graphs: mapParts(unit.graphs, runPasses) }),
  printGraphs,
);

const fusePass = unitPass(
  'fuse',
  'Partitions each graph into kernels: elementwise work and views into their neighbours.',
  (unit) => ({ ...unit, partitions: mapParts(unit.graphs, fuse) }),
  (unit) => unit.partitions.map(({ value }) => `-- ${value.graph.name}\n${printPartition(value)}`).join('\n'),
);

const limitsPass: CompilerPass = {
  name: 'limits',
  description: 'Refuses what no memory could be planned for: what grows faster than the batch.',
  run: (state) => {
    const found = state.units.flatMap(
      ({ partitions, model }) =>
        mapParts(partitions, (partition) => beyondBatch(partition, state.entry, model.span)).find(({ value }) => value)
          ?.value ?? [],
    );
    return found.length === 0 ? state : { ...state, diagnostics: [...state.diagnostics, ...found], units: [] };
  },
  print: fusePass.print,
};

const loopsPass = unitPass(
  'loops',
  'Each kernel becomes one loop nest with its producers pulled in; layouts are chosen, views become index arithmetic.',
  (unit) => {
    // Inference takes the model's inputs, the other programs a data set's fields.
    const storage = ({ graph }: Partition, program: ProgramName): Storage => {
      const inputs = program === 'infer' ? 'input' : 'sample';
      return storageOf(unit.arena, graph.name === OPTIMIZER ? 'optimizer' : inputs);
    };
    return {
      ...unit,
      loops: mapParts(unit.partitions, (partition, program) => lowerPartition(partition, storage(partition, program))),
    };
  },
  printLoops,
);

const stagePass = unitPass(
  'stage',
  'Copies operands that a contraction would read across the grain; moves per-step numbers to the host.',
  (unit) => {
    const table = new UniformTable();
    const loops = mapParts(unit.loops, (program): LoopProgram => {
      const staged = stageOperands(program);
      return { ...staged, kernels: staged.kernels.map((kernel) => table.extract(kernel)) };
    });
    return { ...unit, loops, uniforms: table.uniforms };
  },
  printLoops,
);

const dispatchPass = unitPass(
  'dispatch',
  'Stacks small kernels over the same samples, puts independent ones side by side: what runs between two barriers.',
  (unit, { choiceOf }) => {
    const formed = mapParts(unit.loops, (loops, program) => {
      const formed = formDispatches(loops);
      const dispatches = program === 'train' ? formed : oftenSingle(formed);
      return choiceOf ? applyChoices(dispatches, choiceOf) : dispatches;
    });
    return { ...unit, dispatches: formed.map((each, partition) => ({ ...each, partition })) };
  },
  printAllDispatches,
);

const preparePass = unitPass(
  'prepare',
  'What inference computes from the parameters alone becomes a program of its own, for when they change.',
  (unit) => {
    const preparation = new Preparation();
    const before: CompilationUnit['dispatches'][number][] = [];
    const dispatches = unit.dispatches.map((each) => {
      if (each.program === 'train') return each;
      const separated = preparation.separate(each.value);
      if (separated.before) before.push({ ...each, program: 'prepare', value: separated.before });
      return { ...each, value: separated.program };
    });
    return { ...unit, dispatches: [...dispatches, ...before] };
  },
  printAllDispatches,
);

const planPass = unitPass(
  'plan',
  'Prints every kernel as WGSL and WebAssembly; finds memory for every tensor.',
  (unit) => {
    const dispatchesOf = (name: ProgramName): DispatchProgram[] =>
      unit.dispatches.filter(({ program }) => program === name).map(({ value }) => value);
    const states = unit.training?.optimizer.state.map(({ name, initial }) => ({ name, initial })) ?? [];
    const spec = planModule({
      programs: {
        infer: dispatchesOf('infer'),
        evaluate: dispatchesOf('evaluate'),
        train: dispatchesOf('train'),
        prepare: dispatchesOf('prepare'),
      },
      uniforms: unit.uniforms,
      parameters: unit.model.parameters,
      arena: unit.arena,
      states,
    });
    return { ...unit, spec };
  },
  (unit) => (unit.spec ? printPlan(unit.spec) : ''),
);

/** From the typed program to a module, in order. `frontEnd` of `index.ts` comes before. */
export const backEnd: readonly CompilerPass[] = [
  graphPass,
  simplifyPass,
  fusePass,
  limitsPass,
  loopsPass,
  stagePass,
  dispatchPass,
  preparePass,
  planPass,
];

/** One unit for each training, and one for each model that no training configures. */
export function unitsOf(program: Compilation['program']): CompilationUnit[] {
  const trained = new Set(program.trainings.map((training) => training.model));
  const empty = { graphs: [], partitions: [], loops: [], dispatches: [], uniforms: [], spec: undefined };
  const unit = (
    name: string,
    model: CompilationUnit['model'],
    training: CompilationUnit['training'],
  ): CompilationUnit => ({
    ...empty,
    name,
    model,
    training,
    arena: layOutArena(model.parameters),
  });
  return [
    ...program.trainings.map((training) => unit(training.name, training.model, training)),
    ...program.models.filter((model) => !trained.has(model)).map((model) => unit(model.name, model, undefined)),
  ];
}

/** Throws an internal error where a pass left something malformed. Tests run it after every pass. */
export function verifyAfter(pass: CompilerPass, state: Compilation): void {
  for (const unit of state.units) {
    for (const { value } of unit.graphs) verifyGraph(value, pass.name);
    for (const { value } of unit.loops) for (const kernel of value.kernels) verifyKernel(kernel, value.tensors);
    for (const { value } of unit.dispatches) verifyDispatches(value);
  }
}

function printGraphs(unit: CompilationUnit): string {
  return unit.graphs.map(({ value }: ProgramPart<Graph>) => printGraph(value)).join('\n');
}

function printAllDispatches(unit: CompilationUnit): string {
  return unit.dispatches.map(({ value }) => printDispatches(value)).join('\n');
}

function printLoops(unit: CompilationUnit): string {
  return unit.loops
    .map(({ value }) => [`-- ${value.name}`, ...value.kernels.map((k) => printKernel(k, value.tensors))].join('\n'))
    .join('\n');
}
