/**
 * What generated classes share: a module loaded on a device, its parameters by name, inference. The generated class adds
 * the types: the inputs' names and shapes, the parameters' names. No training here.
 */
import type { Device, HostArray, Session } from './device.ts';
import { UserError } from './errors.ts';
import { readFile, writeFileAtomically } from './host/files.ts';
import type { ModuleSpec, StorageElement } from './program.ts';
import { elementCount, showShape, type Tensor } from './tensor.ts';
import { checkpointFormat, slotPrefix } from './weights/checkpoint-format.ts';
import { initialValues } from './weights/initialize.ts';
import { arenaLength, parameterArena, readParameter, writeParameter } from './weights/layout.ts';
import { checkTensors } from './weights/match.ts';
import { type AnyTensor, joinParts, readSafetensors, writeSafetensors } from './weights/safetensors.ts';

/** The compiled side of a `model` declaration, as plain data. Shapes are of one sample: the batch comes in front. */
export interface ModelSpec {
  /** The generated class's name. */
  readonly name: string;
  readonly module: ModuleSpec;
  /** In the order of the declaration, with the `input` buffer of the program `infer` that takes each. */
  readonly inputs: readonly InputSpec[];
  /** The `output` buffer of `infer` and `evaluate`: row-major. */
  readonly output: { readonly shape: readonly number[]; readonly buffer: number };
}

export interface InputSpec {
  readonly name: string;
  readonly element: StorageElement;
  readonly shape: readonly number[];
  readonly buffer: number;
}

export interface CreateOptions {
  /** Where the parameters come from; without it they are drawn from `seed`. */
  readonly weights?: WeightsSource | undefined;
  /** Decides the parameters' first values. 0 if absent. */
  readonly seed?: number | undefined;
  /** Samples to make room for from the start; more make it grow. 1 if absent. */
  readonly batch?: number | undefined;
}

/** A safetensors file's path (Node), its bytes, or the tensors themselves by parameter name. */
export type WeightsSource = string | Uint8Array | ArrayBuffer | Readonly<Record<string, Tensor>>;

/** Loads the module on the device. For generated classes' `create`. */
export async function openModel(spec: ModelSpec, device: Device, options: CreateOptions): Promise<Session> {
  // Read and checked before the device is bothered.
  const given = options.weights === undefined ? undefined : await readWeights(spec, options.weights);
  const session = await device.load(spec.module, { batch: options.batch ?? 1 });
  const { parameters } = spec.module;
  writeParameters(spec, session, (index) => {
    const parameter = parameters[index];
    if (!parameter) throw new RangeError(`no parameter ${index}`);
    return given?.get(parameter.name)?.data ?? initialValues(parameter, index, options.seed ?? 0);
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
    writeParameters(this.spec, this.session, (index) => given.get(parameters[index]?.name ?? '')?.data ?? []);
  }

  /** Runs inference over any number of samples: the first dimension of every input. */
  protected async infer<Shape extends readonly number[]>(
    inputs: Readonly<Record<string, Tensor<readonly number[], HostArray>>>,
  ): Promise<Tensor<Shape>> {
    const { spec, session } = this;
    const n = checkInputs(spec, inputs);
    if (n > session.capacity) session.reserve(n);
    for (const { name, buffer } of spec.inputs) {
      const input = inputs[name];
      if (input) session.write(buffer, input.data);
    }
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

/** The number of samples, or a `UserError` that names the input, what was expected and what came. */
function checkInputs(spec: ModelSpec, inputs: Readonly<Record<string, Tensor<readonly number[], HostArray>>>): number {
  let n: number | undefined;
  for (const { name, shape, element } of spec.inputs) {
    const input = inputs[name];
    const expected = `${element}${showShape(['N', ...shape])}`;
    const fail = (found: string, remedy: string): never => {
      throw new UserError(`${spec.name}.forward: the input \`${name}\` is ${expected}, but got ${found}; ${remedy}`);
    };
    if (!input) return fail('nothing', `give \`{ ${name}: tensor(data, ${showShape(['N', ...shape])}) }\``);
    const found = `${elementOf(input.data)}${showShape(input.shape)}`;
    const [batch = 0, ...rest] = input.shape;
    if (rest.length !== shape.length && input.shape.join() === shape.join()) {
      return fail(found, `add the batch in front: ${showShape([1, ...shape])} for one sample`);
    }
    if (rest.join() !== shape.join()) return fail(found, `only the first size, the batch, may differ`);
    if (elementOf(input.data) !== element) return fail(found, `convert the data to ${element} first`);
    if (!Number.isInteger(batch) || batch < 1) return fail(found, 'a batch has at least one sample');
    if (input.data.length !== elementCount(input.shape)) {
      return fail(`${found} with ${input.data.length} elements`, `the shape asks for ${elementCount(input.shape)}`);
    }
    if (n !== undefined && batch !== n) {
      return fail(found, `the inputs before it have ${n} samples; all need the same number`);
    }
    n = batch;
  }
  return n ?? 1;
}

function elementOf(data: HostArray): StorageElement {
  if (data instanceof Float32Array) return 'f32';
  return data instanceof Int32Array ? 'i32' : 'u8';
}

/** What was read from an f32 buffer. */
export function floats(data: HostArray): Float32Array {
  if (!(data instanceof Float32Array)) throw new TypeError('expected an f32 buffer');
  return data;
}

/** A whole arena laid out as the parameters' is. */
export async function readArena(session: Session, buffer: number, module: ModuleSpec): Promise<Float32Array> {
  return floats(await session.read(buffer, 0, arenaLength(module)));
}

function writeParameters(spec: ModelSpec, session: Session, valuesOf: (index: number) => ArrayLike<number>): void {
  const { module } = spec;
  if (module.parameters.length === 0) return;
  const arena = new Float32Array(arenaLength(module));
  for (const [index, parameter] of module.parameters.entries()) writeParameter(arena, parameter, valuesOf(index));
  session.write(parameterArena(module), arena);
}

async function readWeights(spec: ModelSpec, source: WeightsSource): Promise<ReadonlyMap<string, AnyTensor>> {
  const name = typeof source === 'string' ? source : 'the set of weights';
  const tensors = await tensorsOf(source, name);
  checkTensors(tensors, spec.module.parameters, spec.name, name);
  return tensors;
}

async function tensorsOf(source: WeightsSource, name: string): Promise<ReadonlyMap<string, AnyTensor>> {
  if (typeof source === 'string') return readModelTensors(await readFile(source, 'the weights'), name);
  if (source instanceof Uint8Array) return readModelTensors(source, name);
  if (source instanceof ArrayBuffer) return readModelTensors(new Uint8Array(source), name);
  return new Map(Object.entries(source));
}

/** A training run's checkpoint is a file of weights too: the optimizer's slots in it are left out. */
function readModelTensors(bytes: Uint8Array, name: string): ReadonlyMap<string, AnyTensor> {
  const { tensors, metadata } = readSafetensors(bytes, name);
  if (metadata.format !== checkpointFormat) return tensors;
  return new Map([...tensors].filter(([tensor]) => !tensor.startsWith(slotPrefix)));
}
