/**
 * A model's file through the pipeline, with what stands between: the graphs before they were simplified, the fused loop
 * programs, and values for everything that a run of one of its programs reads.
 */

import type { Graph } from '../../compiler/3-graph/graph.ts';
import { OPTIMIZER } from '../../compiler/3-graph/optimizer.ts';
import type { LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { hostValues } from '../../compiler/5-loop/uniforms.ts';
import { storageElement } from '../../compiler/6-target/bindings.ts';
import { storageOf } from '../../compiler/7-emit/storage.ts';
import { fileHost, readSource } from '../../compiler/cli/host.ts';
import type { Compilation, CompilationUnit, ProgramPart } from '../../compiler/compilation.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { compile } from '../../compiler/index.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { sizeOf } from '../../compiler/ops/reference.ts';
import type { Session } from '../../runtime/device.ts';
import { type BufferSpec, sizeOf as elementsOf, type ModuleSpec, type ProgramName } from '../../runtime/program.ts';
import { initialValues } from '../../runtime/weights/initialize.ts';
import { writeParameter } from '../../runtime/weights/layout.ts';
import { firstStep } from '../support/host-numbers.ts';
import { Bank, gather, shapeOf } from './bank.ts';
import { Draw } from './draw.ts';
import { type Compiled, compiled, type Part, type Run } from './oracle.ts';

export interface CompiledModel {
  readonly unit: CompilationUnit;
  readonly spec: ModuleSpec;
  /** A program's graphs as they were built. */
  readonly parts: (program: ProgramName) => readonly Part[];
  /** The fused programs of these. */
  readonly fused: (program: ProgramName) => readonly Compiled[];
}

/** The file's unit of that name. Throws where it does not compile. */
export function compiledModel(path: string, name: string): CompiledModel {
  const named = (state: Compilation | undefined) => state?.units.find((unit) => unit.name === name);
  let graphs: readonly ProgramPart<Graph>[] = [];
  let last: Compilation | undefined;
  const { diagnostics } = compile(readSource(path), fileHost, {
    inspect: (pass, state) => {
      if (pass.name === 'graph') graphs = named(state)?.graphs ?? [];
      last = state;
    },
  });
  const unit = named(last);
  if (!unit?.spec) throw new Error(`${path}: ${diagnostics[0]?.message ?? `no ${name}`}`);
  const of = <T>(list: readonly ProgramPart<T>[], program: ProgramName): T[] =>
    list.filter((part) => part.program === program).map(({ value }) => value);
  const parts = (program: ProgramName): Part[] =>
    of(graphs, program).map((graph) => {
      const inputs = program === 'infer' ? 'input' : 'sample';
      return { graph, storage: storageOf(unit.arena, graph.name === OPTIMIZER ? 'optimizer' : inputs) };
    });
  return {
    unit,
    spec: unit.spec,
    parts,
    fused: (program) => of(unit.loops, program).map((loops, i) => compiled(parts(program)[i].graph, loops)),
  };
}

/** A run on n samples: parameters as they start, samples and the optimizer's memory drawn. */
export function runOf({ unit, spec }: CompiledModel, n: number): Run {
  const dims = { N: n, [unit.model.batch]: n };
  const values = hostValues(unit.uniforms, dims, { ...firstStep(n) });
  const host = unit.uniforms.map(({ name }, i) => [name, values[i]]);
  const fields = [...unit.model.inputs, ...(unit.training?.fields ?? [])];
  const fillSample = (bank: Bank, held: Tensor): void => {
    const type = fields.find(({ name, type }) => name === held.name && type.element === held.element)?.type;
    if (!type) return;
    const { next } = new Draw(held.name.length + n);
    const classes = type.classes && dim.evaluate(type.classes, {});
    const value = (): number => {
      if (classes !== undefined) return Math.floor(classes * next());
      return type.element === 'u8' ? Math.floor(256 * next()) : Math.fround(2 * next() - 1);
    };
    const shape = held.shape.map((size) => dim.evaluate(size, dims));
    bank.write(held, { shape, data: Float64Array.from({ length: sizeOf(shape) }, value) });
  };
  const fill = (bank: Bank, { tensors }: LoopProgram): void => {
    for (const held of tensors.values()) {
      switch (held.place.kind) {
        case 'parameters': {
          const arena = new Float32Array(bank.of(held).length);
          for (const [i, parameter] of spec.parameters.entries()) {
            writeParameter(arena, parameter, initialValues(parameter, i, 1));
          }
          bank.of(held).set(arena);
          break;
        }
        case 'gradients':
          bank.of(held).fill(0);
          break;
        case 'state': {
          const { next } = new Draw(held.name.length);
          bank.of(held).forEach((_, i, all) => {
            all[i] = Math.fround(1e-2 * next());
          });
          break;
        }
        case 'input':
        case 'sample':
          fillSample(bank, held);
      }
    }
  };
  return { n, dims, uniforms: { ...firstStep(n), ...Object.fromEntries(host) }, fill };
}

const ARRAYS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };

/** Runs a program on a device; what the outputs of its parts are then. */
export async function runModel(
  session: Session,
  model: CompiledModel,
  program: ProgramName,
  run: Run,
): Promise<ReferenceTensor[][]> {
  const { spec, unit } = model;
  const programs = model.fused(program);
  const bank = new Bank(unit.arena.size, run.n);
  for (const part of programs) run.fill(bank, part.program);
  for (const { program: loops } of programs) {
    for (const held of loops.tensors.values()) {
      const index = bufferOf(spec, held);
      if (index === undefined) continue;
      const { element, size } = spec.buffers[index];
      session.write(index, ARRAYS[element].from(bank.of(held).subarray(0, elementsOf(size, run.n))));
    }
  }
  session.run(
    program,
    run.n,
    Float32Array.from(unit.uniforms, ({ name }) => run.uniforms[name] ?? Number.NaN),
  );
  return Promise.all(
    programs.map(({ outputs }) =>
      Promise.all(
        outputs.map(async ({ tensor }) => {
          const index = bufferOf(spec, tensor) ?? -1;
          const data = await session.read(index, 0, elementsOf(spec.buffers[index].size, run.n));
          return gather(data, tensor.layout, shapeOf(tensor.shape, run.n));
        }),
      ),
    ),
  );
}

/** The index of the buffer that a tensor with a name, or one in an arena, lies in. */
function bufferOf({ buffers }: ModuleSpec, held: Tensor): number | undefined {
  const { place } = held;
  const role: BufferSpec['role'] | string = place.kind === 'sample' ? 'input' : place.kind;
  const index = buffers.findIndex(
    (buffer) =>
      buffer.role === role &&
      (!('name' in place) || (buffer.name === place.name && buffer.element === storageElement(held))),
  );
  return role === 'scratch' || index < 0 ? undefined : index;
}
