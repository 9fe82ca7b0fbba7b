/**
 * From Loop IR to the data that a generated module carries: buffers, kernels printed for both targets, dispatch lists.
 */
import type {
  BufferSpec,
  InitSpec,
  KernelSpec,
  ModuleSpec,
  ParameterSpec,
  ProgramName,
  ProgramSpec,
  StateSpec,
} from '../../runtime/program.ts';
import type { TypedParameter } from '../2-check/typed.ts';
import { MAX_BUFFERS } from '../4-fuse/limit.ts';
import { accumulateOverBatch } from '../5-loop/accumulate.ts';
import { tensorOf } from '../5-loop/address.ts';
import { buildTree } from '../5-loop/build-tree.ts';
import type { Kernel, LoopProgram, Tensor } from '../5-loop/kernel.ts';
import { choose } from '../5-loop/schedule.ts';
import { splitLongAxis } from '../5-loop/split-axes.ts';
import type { HostUniform } from '../5-loop/uniforms.ts';
import { verifyUpdates } from '../5-loop/updates.ts';
import { bindingsOf, bufferKey, storageElement } from '../6-target/bindings.ts';
import type { FunctionCode } from '../6-target/wasm/assembler.ts';
import { toBase64 } from '../6-target/wasm/base64.ts';
import { emitKernel } from '../6-target/wasm/emit-kernel.ts';
import { libraryFor } from '../6-target/wasm/library.ts';
import { assembleModule } from '../6-target/wasm/module.ts';
import { emitWgsl, WORKGROUP } from '../6-target/wgsl/emit-kernel.ts';
import { dim } from '../dim/dim.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { Arena } from './arena.ts';
import { planMemory, type SlotPlan, sizeOfTensor } from './memory.ts';

export interface PlanInput {
  readonly programs: Readonly<Record<ProgramName, readonly LoopProgram[]>>;
  readonly uniforms: readonly HostUniform[];
  readonly parameters: readonly TypedParameter[];
  readonly arena: Arena;
  readonly states: readonly { readonly name: string; readonly initial: number }[];
}

const PROGRAM_NAMES: readonly ProgramName[] = ['infer', 'evaluate', 'train'];

export function planModule(input: PlanInput): ModuleSpec {
  const all = PROGRAM_NAMES.flatMap((name) => input.programs[name]);
  const slots = planMemory(all);
  const buffers = new BufferTable(input, slots, all);
  const names = input.uniforms.map((uniform) => uniform.name);
  const kernels: KernelSpec[] = [];
  const functions: FunctionCode[] = [];
  const programs = { infer: empty(), evaluate: empty(), train: empty() };
  for (const name of PROGRAM_NAMES) {
    const dispatches: number[] = [];
    for (const program of input.programs[name]) {
      verifyUpdates(program);
      for (const kernel of program.kernels) {
        const exported = kernelName(name, dispatches.length, kernel.label);
        const printed = printKernelSpec(exported, kernel, program, buffers, names);
        functions.push(printed.code);
        dispatches.push(kernels.length);
        kernels.push(printed.spec);
      }
    }
    programs[name] = { kernels: dispatches, records: recordsOf(input.programs[name], buffers) };
  }
  return {
    buffers: buffers.specs,
    kernels,
    uniforms: names.length,
    programs,
    parameters: input.parameters.map((parameter) => parameterSpec(parameter, input.arena)),
    states: input.states.map((state): StateSpec => ({ ...state, buffer: buffers.index(`state ${state.name}`) })),
    wasm: toBase64(assembleModule([...libraryFor(functions), ...functions])),
  };
}

const empty = (): ProgramSpec => ({ kernels: [], records: [] });

/** `train_03_conv2_conv2d_add_relu`: unique by its number, readable in a profiler. */
function kernelName(program: ProgramName, index: number, label: string): string {
  return `${program}_${String(index).padStart(2, '0')}_${label.replace(/\W+/g, '_').slice(0, 40)}`.replace(/_+$/, '');
}

function printKernelSpec(
  name: string,
  kernel: Kernel,
  program: LoopProgram,
  buffers: BufferTable,
  uniforms: readonly string[],
): { spec: KernelSpec; code: FunctionCode } {
  const { tensors } = program;
  const bindings = bindingsOf(kernel, tensors);
  if (bindings.list.length > MAX_BUFFERS) {
    throw new InternalError(`"${kernel.label}" binds ${bindings.list.length} buffers, WebGPU ${MAX_BUFFERS}`);
  }
  const serial = splitLongAxis(kernel);
  const schedule = choose(serial, tensors, 'wasm');
  const blocked = accumulateOverBatch(serial);
  const cpu = buildTree(blocked?.kernel ?? serial, schedule, tensors, 'wasm', blocked?.outer);
  const gpu = buildTree(kernel, choose(kernel, tensors, 'wgsl'), tensors, 'wgsl');
  const spec: KernelSpec = {
    name,
    label: kernel.label,
    tasks: cpu.tasks,
    invocations: gpu.tasks,
    wgsl: emitWgsl(kernel.label, gpu, tensors, bindings, uniforms),
    workgroup: WORKGROUP,
    buffers: bindings.list.map(({ buffer, access }) => ({ buffer: buffers.indexIn(program, buffer), access })),
  };
  return { spec, code: emitKernel(name, cpu, tensors, bindings, uniforms) };
}

function recordsOf(programs: readonly LoopProgram[], buffers: BufferTable): { name: string; buffer: number }[] {
  const records: { name: string; buffer: number }[] = [];
  for (const program of programs) {
    for (const kernel of program.kernels) {
      for (const store of kernel.stores) {
        const { place } = tensorOf(program.tensors, store.tensor);
        if (place.kind === 'record') records.push({ name: place.name, buffer: buffers.index(`record ${place.name}`) });
      }
    }
  }
  return records;
}

function parameterSpec(parameter: TypedParameter, arena: Arena): ParameterSpec {
  const layout = arena.layouts.get(parameter.path);
  if (!layout) throw new Error(`the parameter ${parameter.path} has no place in the arena`);
  const init: InitSpec = parameter.init;
  const shape = parameter.type.shape.map((d) => dim.constant(d) ?? 0);
  return {
    name: parameter.path,
    shape,
    offset: layout.offset,
    strides: layout.strides,
    trainable: parameter.trainable,
    init,
  };
}

/** The module's buffers: named ones once, scratch slots after them. */
class BufferTable {
  readonly specs: readonly BufferSpec[];
  private readonly named: ReadonlyMap<string, number>;
  private readonly slots: SlotPlan;

  constructor(input: PlanInput, slots: SlotPlan, programs: readonly LoopProgram[]) {
    const specs: BufferSpec[] = [];
    const named = new Map<string, number>();
    const all = { fixed: input.arena.size, perSample: 0 };
    const trained = { fixed: input.arena.trained, perSample: 0 };
    const add = (key: string, spec: BufferSpec): void => {
      if (named.has(key)) return;
      named.set(key, specs.length);
      specs.push(spec);
    };
    add('parameters', { name: 'parameters', element: 'f32', size: all, role: 'parameters' });
    if (input.programs.train.length > 0)
      add('gradients', { name: 'gradients', element: 'f32', size: trained, role: 'gradients' });
    for (const { name } of input.states) add(`state ${name}`, { name, element: 'f32', size: trained, role: 'state' });
    for (const program of programs) {
      for (const tensor of program.tensors.values()) {
        const { place } = tensor;
        if (!('name' in place) || place.kind === 'state') continue;
        const role = place.kind === 'sample' ? 'input' : place.kind;
        add(bufferKey(tensor), hostBuffer(tensor, role, place.name));
      }
    }
    this.slots = slots;
    this.named = named;
    const scratch = slots.sizes.map(
      (size, i): BufferSpec => ({ name: `scratch${i}`, element: 'f32', size, role: 'scratch' }),
    );
    this.specs = [...specs, ...scratch];
  }

  /** A named buffer's index. */
  index(key: string): number {
    const index = this.named.get(key);
    if (index === undefined) throw new Error(`the buffer "${key}" does not exist`);
    return index;
  }

  /** The index of any binding of a program's kernel. */
  indexIn(program: LoopProgram, key: string): number {
    const [kind, tensor] = key.split(' ');
    return kind === 'scratch' ? this.named.size + this.slots.slotOf(program, Number(tensor)) : this.index(key);
  }
}

function hostBuffer(tensor: Tensor, role: 'input' | 'output' | 'record', name: string): BufferSpec {
  return { name, element: storageElement(tensor), size: sizeOfTensor(tensor), role };
}
