/**
 * A training given as text, through the whole compiler and onto a device, one step at a time: what its parameters, buffers
 * and losses become. Without the generated class and its data loader; those have tests of their own.
 */

import { hostValues } from '../../compiler/5-loop/uniforms.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import type { Compilation, CompilationUnit } from '../../compiler/compilation.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { analyze } from '../../compiler/front-end.ts';
import { backEnd, unitsOf, verifyAfter } from '../../compiler/passes.ts';
import type { Device, Session } from '../../runtime/device.ts';
import type { ModuleSpec, ProgramName } from '../../runtime/program.ts';
import { fixedKey, stepKey } from '../../runtime/random.ts';
import {
  arenaLength,
  floats,
  parameterArena,
  readArena,
  readParameter,
  trainedParameters,
  writeParameter,
} from '../../runtime/weights/layout.ts';
import { firstStep } from '../support/host-numbers.ts';

/** What draws are made with. */
const SEED = 7;

export interface CompiledTraining {
  readonly unit: CompilationUnit;
  readonly spec: ModuleSpec;
}

/** Values by name, row-major. */
export type Values = Readonly<Record<string, ArrayLike<number>>>;

/**
 * The file's only training. Throws with the rendered diagnostics where the checker refuses it. `change`: what is made of its
 * graphs before anything else is.
 */
export function compileTraining(
  text: string,
  change: (unit: CompilationUnit) => CompilationUnit = (unit) => unit,
): CompiledTraining {
  const entry = { path: 'training.net', text };
  const { module, program, diagnostics } = analyze(entry, fileHost);
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(errors.map((error) => render(error, { color: false })).join('\n'));
  let state: Compilation = {
    entry,
    host: fileHost,
    module,
    program,
    diagnostics,
    units: unitsOf(program),
    choiceOf: undefined,
  };
  for (const pass of backEnd) {
    state = pass.run(state);
    if (pass.name === 'graph') state = { ...state, units: state.units.map(change) };
    verifyAfter(pass, state);
  }
  const [unit] = state.units;
  if (!unit?.spec || !unit.training) throw new Error('the text has no training');
  return { unit, spec: unit.spec };
}

/** One training on a device. Parameters, buffers and the optimizer's slots start as given, or as the program says. */
export class DeviceTraining {
  readonly #session: Session;
  readonly #compiled: CompiledTraining;
  readonly #steps: number;
  #step = 0;

  private constructor(session: Session, compiled: CompiledTraining, steps: number) {
    this.#session = session;
    this.#compiled = compiled;
    this.#steps = steps;
  }

  /** `steps`: how many the whole training has, for schedules. */
  static async start(
    device: Device,
    compiled: CompiledTraining,
    batch: number,
    start: Values,
    steps = 1,
  ): Promise<DeviceTraining> {
    const { spec } = compiled;
    const session = await device.load(spec, { batch });
    const arena = new Float32Array(arenaLength(spec));
    for (const parameter of spec.parameters) writeParameter(arena, parameter, start[parameter.name] ?? []);
    session.write(parameterArena(spec), arena);
    for (const { buffer, initial } of spec.states) {
      session.write(buffer, new Float32Array(spec.buffers[buffer]?.size.fixed ?? 0).fill(initial));
    }
    return new DeviceTraining(session, compiled, steps);
  }

  /** Takes a step on `n` samples and returns the loss before it. */
  async step(n: number, fields: Values): Promise<number> {
    this.#step += 1;
    this.#run('train', n, fields);
    const loss = this.#compiled.spec.programs.train.records.find(({ name }) => name === 'loss');
    if (!loss) throw new Error('the training records no loss');
    return floats(await this.#session.read(loss.buffer, 0, 1))[0] ?? Number.NaN;
  }

  /** The model's output for `n` samples. */
  async infer(n: number, inputs: Values, length: number): Promise<Float32Array> {
    this.#run('infer', n, inputs);
    return this.output(length);
  }

  /** What the last `infer` gave; or the last `step`, where the training's graph has such a result. */
  async output(length: number): Promise<Float32Array> {
    const output = this.#compiled.spec.buffers.findIndex(({ role }) => role === 'output');
    return floats(await this.#session.read(output, 0, length));
  }

  /** Of the last step, by parameter. */
  async gradients(): Promise<Record<string, Float32Array>> {
    const { spec } = this.#compiled;
    const buffer = spec.buffers.findIndex(({ role }) => role === 'gradients');
    const arena = await readArena(this.#session, buffer, spec);
    return Object.fromEntries(trainedParameters(spec).map((each) => [each.name, readParameter(arena, each)]));
  }

  /** Parameters and buffers as they are now. */
  async values(): Promise<Record<string, Float32Array>> {
    const { spec } = this.#compiled;
    const arena = await readArena(this.#session, parameterArena(spec), spec);
    return Object.fromEntries(spec.parameters.map((parameter) => [parameter.name, readParameter(arena, parameter)]));
  }

  dispose(): void {
    this.#session.dispose();
  }

  #run(program: ProgramName, n: number, values: Values): void {
    const { unit, spec } = this.#compiled;
    for (const [i, { name, role, element }] of spec.buffers.entries()) {
      const data = role === 'input' ? values[name] : undefined;
      if (data) this.#session.write(i, { f32: Float32Array, i32: Int32Array, u8: Uint8Array }[element].from(data));
    }
    const [key0, key1] = program === 'train' ? stepKey(SEED, this.#step) : fixedKey;
    const numbers = { ...firstStep(n), step: this.#step, steps: this.#steps, key0, key1 };
    this.#session.run(program, n, Float32Array.from(hostValues(unit.uniforms, { N: n }, numbers)));
  }
}
