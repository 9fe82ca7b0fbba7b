/**
 * A training's augment as a program of its own: the part of the training step that makes its pictures, from the same typed
 * tree, with the same draws, through the same passes. For showing what a network is trained on.
 */
import type { ModuleSpec } from '../runtime/program.ts';
import type { TypedTraining } from './2-check/typed.ts';
import { buildAugmentation } from './3-graph/from-typed.ts';
import type { HostUniform } from './5-loop/uniforms.ts';
import { layOutArena } from './7-emit/arena.ts';
import type { Compilation } from './compilation.ts';
import type { Diagnostic } from './diagnostics/diagnostic.ts';
import { backEnd } from './passes.ts';

export interface AugmentationProgram {
  /** Its program `evaluate` reads the sample's fields and writes the outputs `plain` and `augmented`. */
  readonly spec: ModuleSpec;
  readonly uniforms: readonly HostUniform[];
}

/** `state` is a compilation that has been checked. The result is what is wrong where no memory could be planned for it. */
export function compileAugmentation(
  training: TypedTraining,
  state: Compilation,
): AugmentationProgram | readonly Diagnostic[] {
  const parts = { graphs: [], partitions: [], loops: [], dispatches: [], uniforms: [], spec: undefined };
  const unit = {
    ...parts,
    name: training.name,
    model: { ...training.model, parameters: [] },
    training: undefined,
    arena: layOutArena([]),
    graphs: [{ program: 'evaluate' as const, value: buildAugmentation(training) }],
  };
  const start: Compilation = { ...state, diagnostics: [], units: [unit] };
  const { units, diagnostics } = backEnd
    .filter(({ name }) => name !== 'graph')
    .reduce((current, pass) => (current.units.length === 0 ? current : pass.run(current)), start);
  const [{ spec, uniforms } = unit] = units;
  return spec ? { spec, uniforms } : diagnostics;
}
