/**
 * What the programs of a module should leave in memory: their unfused graphs, every operator a kernel of its own, run by
 * the scalar interpreter's twin, with the bounds of rounding. Compares nothing.
 */
import { eliminateDeadNodes } from '../../compiler/3-graph/dce.ts';
import type { Graph, GraphOutput } from '../../compiler/3-graph/graph.ts';
import { fuseNothing } from '../../compiler/4-fuse/unfused.ts';
import type { RunInput } from '../../compiler/5-loop/interpret.ts';
import type { LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { lowerPartition, type Storage } from '../../compiler/5-loop/lower.ts';
import { InternalError } from '../../compiler/ops/internal-error.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { Bank } from './bank.ts';
import { type Bounded, bound, float32, noiseFrom, RUNS } from './rounding.ts';
import { type Noise, type Script, scripts } from './script.ts';

/** A graph that runs as a whole, and where its leaves and outputs are. */
export interface Part {
  readonly graph: Graph;
  readonly storage: Storage;
}

/** One run of a module: its batch, the host's numbers, and what puts the leaves' values where a program has them. */
export interface Run extends RunInput {
  readonly n: number;
  readonly fill: (bank: Bank, program: LoopProgram) => void;
}

/** The program that runs a graph's operators one by one, as they are, before anything is simplified. */
export function unfusedProgram({ graph, storage }: Part): LoopProgram {
  return lowerPartition(fuseNothing(eliminateDeadNodes(graph)), storage);
}

/** An output of a part, as its program holds it. */
export interface Output {
  readonly output: GraphOutput;
  readonly tensor: Tensor;
}

const placesOf: Readonly<Record<GraphOutput['role'], readonly string[]>> = {
  result: ['output'],
  record: ['record'],
  gradient: ['gradients'],
  update: ['state', 'parameters'],
};

/** The tensors of a graph's outputs, in their order. */
export function outputsOf({ outputs }: Graph, { tensors }: LoopProgram): Output[] {
  return outputs.map((output) => {
    const { name, role } = output;
    const wanted = role === 'gradient' ? `d ${name}` : name;
    const found = [...tensors.values()].find(
      (held) => placesOf[role].includes(held.place.kind) && held.name === wanted,
    );
    if (!found) throw new InternalError(`the output ${name} has no tensor`);
    return { output, tensor: found };
  });
}

/** A part's program, compiled. */
export interface Compiled {
  readonly program: LoopProgram;
  readonly scripts: readonly Script[];
  readonly outputs: readonly Output[];
}

export function compiled(graph: Graph, program: LoopProgram, noise?: Noise): Compiled {
  return { program, scripts: scripts(program, noise), outputs: outputsOf(graph, program) };
}

/** Runs programs over one memory, the leaves filled before the first; by program, what the outputs are after the last. */
export function runAll(
  programs: readonly Compiled[],
  arena: number,
  run: Run,
  random: () => number = () => 0,
): ReferenceTensor[][] {
  const bank = new Bank(arena, run.n);
  for (const { program } of programs) run.fill(bank, program);
  for (const { program, scripts } of programs) {
    const memory = bank.memoryFor(program);
    for (const script of scripts) script.run(memory, run, random);
  }
  return programs.map(({ outputs }) => outputs.map(({ tensor }) => bank.read(tensor)));
}

/** What the parts' outputs should be, compiled once for several runs. */
export class Oracle {
  readonly #arena: number;
  readonly #programs: readonly Compiled[];

  /** `arena`: the elements of the parameters' arena. The parts run one after the other. */
  constructor(parts: readonly Part[], arena: number) {
    this.#arena = arena;
    this.#programs = parts.map((part) => compiled(part.graph, unfusedProgram(part), float32));
  }

  /** By part and output. */
  expected(run: Run, seed: number): Bounded[][] {
    const exact = runAll(this.#programs, this.#arena, run);
    const runs = Array.from({ length: RUNS }, (_, i) =>
      runAll(this.#programs, this.#arena, run, noiseFrom(seed * RUNS + i + 1)),
    );
    return exact.map((values, part) =>
      values.map((value, i) =>
        bound(
          value,
          runs.map((noisy) => noisy[part][i]),
        ),
      ),
    );
  }
}
