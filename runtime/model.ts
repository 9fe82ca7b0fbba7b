/**
 * What generated classes share: a module loaded on a device, its parameters by name, inference. The generated class adds
 * the types: the inputs' names and shapes, the parameters' names. No training here.
 */
import type { Device, Progress, Session } from './device.ts';
import { writeFileAtomically } from './host/files.ts';
import { checkInputs, type Inputs } from './inputs.ts';
import type { ModelSpec } from './model-spec.ts';
import { elementCount, type Tensor } from './tensor.ts';
import { initialValues } from './weights/initialize.ts';
import { arenaLength, floats, parameterArena, readArena, readParameter, writeParameter } from './weights/layout.ts';
import { readWeights, type WeightsOptions, type WeightsSource } from './weights/load.ts';
import { joinParts, writeSafetensors } from './weights/safetensors.ts';

export interface CreateOptions extends WeightsOptions {
  /** Where the parameters come from; without it they are drawn from `seed`. */
  readonly weights?: WeightsSource | undefined;
  /** A checkpoint will replace all parameters: `weights` need not be there any more. */
  readonly resume?: boolean | undefined;
  /** Decides the parameters' first values. 0 if absent. */
  readonly seed?: number | undefined;
  /** Samples to make room for from the start; more make it grow. 1 if absent. */
  readonly batch?: number | undefined;
  /** Told how many kernels are compiled, where that takes a while. */
  readonly progress?: Progress | undefined;
}

/** Loads the module on the device. For generated classes' `create`. */
export async function openModel(spec: ModelSpec, device: Device, options: CreateOptions): Promise<Session> {
  // Read and checked before the device is bothered.
  const { weights, resume } = options;
  const given = weights === undefined || resume ? undefined : await readWeights(spec, weights, options);
  const session = await device.load(spec.module, { batch: options.batch ?? 1, progress: options.progress });
  const { parameters } = spec.module;
  writeParameters(spec, session, (index) => {
    const parameter = parameters[index];
    if (!parameter) throw new RangeError(`no parameter ${index}`);
    return given?.get(parameter.name) ?? initialValues(parameter, index, options.seed ?? 0);
  });
  for (const state of spec.module.states) {
    session.write(
      state.buffer,
      new Float32Array(spec.module.buffers[state.buffer]?.size.fixed ?? 0).fill(state.initial),
    );
  }
  return session;
}

/** A loaded model. Generated classes extend it; frees its memory in `dispose`, also at the end of a `using` block. */
export class CompiledModel {
  readonly spec: ModelSpec;
  readonly session: Session;

  constructor(spec: ModelSpec, session: Session) {
    this.spec = spec;
    this.session = session;
  }

  /** Copies of all parameters by name, in PyTorch's shapes and order. */
  async parameters(): Promise<Readonly<Record<string, Tensor>>> {
    const { module } = this.spec;
    if (module.parameters.length === 0) return {};
    const arena = await readArena(this.session, parameterArena(module), module);
    return Object.fromEntries(
      module.parameters.map((parameter) => [
        parameter.name,
        { shape: parameter.shape, data: readParameter(arena, parameter) },
      ]),
    );
  }

  /** The parameters as the bytes of a safetensors file with PyTorch's names; written to `file` if it is given (Node). */
  async save(file?: string): Promise<Uint8Array> {
    const bytes = joinParts(writeSafetensors(new Map(Object.entries(await this.parameters())), { format: 'pt' }));
    if (file !== undefined) await writeFileAtomically(file, [bytes], 'the weights');
    return bytes;
  }

  /** Replaces all parameters. Throws `UserError` naming every tensor that is missing, surplus or mis-shaped. */
  async load(source: WeightsSource): Promise<void> {
    const given = await readWeights(this.spec, source);
    const { parameters } = this.spec.module;
    writeParameters(this.spec, this.session, (index) => given.get(parameters[index]?.name ?? '') ?? []);
  }

  /** Runs inference over any number of samples: the first dimension of every input. */
  protected async infer<Shape extends readonly number[]>(inputs: Inputs): Promise<Tensor<Shape>> {
    const { spec, session } = this;
    const n = checkInputs(spec, inputs);
    if (n > session.capacity) session.reserve(n);
    for (const { name, buffer } of spec.inputs) {
      const input = inputs[name];
      if (input) session.write(buffer, input.data);
    }
    // All zero: the step plays no part in prediction, and `fixedKey` is zero too.
    session.run('infer', n, new Float32Array(spec.module.uniforms));
    const size = elementCount(spec.output.shape);
    const data = await session.read(spec.output.buffer, 0, n * size);
    // The shape is the declaration's, which the generated class names as `Shape`.
    return { shape: [n, ...spec.output.shape] as readonly number[] as Shape, data: floats(data) };
  }

  dispose(): void {
    this.session.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function writeParameters(spec: ModelSpec, session: Session, valuesOf: (index: number) => ArrayLike<number>): void {
  const { module } = spec;
  if (module.parameters.length === 0) return;
  const arena = new Float32Array(arenaLength(module));
  for (const [index, parameter] of module.parameters.entries()) writeParameter(arena, parameter, valuesOf(index));
  session.write(parameterArena(module), arena);
}
