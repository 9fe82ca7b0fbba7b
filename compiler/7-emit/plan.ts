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
import { tensorOf } from '../5-loop/address.ts';
import { type Dispatch, type DispatchProgram, labelOfDispatch, nestsOf, type Part } from '../5-loop/dispatch.ts';
import { bufferKey, type Tensor } from '../5-loop/kernel.ts';
import { WORKGROUP } from '../5-loop/teams.ts';
import type { HostUniform } from '../5-loop/uniforms.ts';
import { verifyUpdates } from '../5-loop/updates.ts';
import { bindingsOf, storageElement } from '../6-target/bindings.ts';
import type { FunctionCode } from '../6-target/wasm/assembler.ts';
import { toHex } from '../6-target/wasm/hex.ts';
import { libraryFor } from '../6-target/wasm/library.ts';
import { assembleModule } from '../6-target/wasm/module.ts';
import { dim } from '../dim/dim.ts';
import { InternalError } from '../ops/internal-error.ts';
import type { Arena } from './arena.ts';
import { planMemory, type SlotPlan, sizeOfTensor } from './memory.ts';
import { DispatchPrinter } from './print-dispatch.ts';

export interface PlanInput {
  readonly programs: Readonly<Record<ProgramName, readonly DispatchProgram[]>>;
  readonly uniforms: readonly HostUniform[];
  readonly parameters: readonly TypedParameter[];
  readonly arena: Arena;
  readonly states: readonly { readonly name: string; readonly initial: number }[];
}

const PROGRAM_NAMES: readonly ProgramName[] = ['infer', 'evaluate', 'train', 'prepare'];

export function planModule(input: PlanInput): ModuleSpec {
  const all = PROGRAM_NAMES.flatMap((name) => input.programs[name]);
  const slots = planMemory(all);
  const buffers = new BufferTable(input, slots, all);
  const names = input.uniforms.map((uniform) => uniform.name);
  const kernels: KernelSpec[] = [];
  const functions: FunctionCode[] = [];
  const printer = new DispatchPrinter(names);
  const programs = { infer: empty(), evaluate: empty(), train: empty(), prepare: empty() };
  for (const name of PROGRAM_NAMES) {
    const dispatches: number[] = [];
    for (const program of input.programs[name]) {
      verifyUpdates({ kernels: nestsOf(program), tensors: program.tensors });
      for (const dispatch of program.dispatches) {
        const place = { program, buffers, printer, prefix: `${name}_${pad(dispatches.length)}` };
        const printed = printKernelSpec(dispatch, place);
        functions.push(...printed.code);
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
    wasm: toHex(assembleModule([...libraryFor(functions), ...functions])),
  };
}

const empty = (): ProgramSpec => ({ kernels: [], records: [] });

const pad = (index: number): string => String(index).padStart(2, '0');

/** `train_03_conv2_conv2d_add_relu`: unique by its number, readable in a profiler. */
function kernelName(prefix: string, label: string): string {
  return `${prefix}_${label.replace(/\W+/g, '_').slice(0, 40)}`.replace(/_+$/, '');
}

/** Where a dispatch is printed. */
interface Surroundings {
  readonly program: DispatchProgram;
  readonly buffers: BufferTable;
  readonly printer: DispatchPrinter;
  readonly prefix: string;
}

function printKernelSpec(dispatch: Dispatch, place: Surroundings): { spec: KernelSpec; code: FunctionCode[] } {
  const { program, buffers: table, printer, prefix } = place;
  const { tensors } = program;
  const { parts } = dispatch;
  const label = labelOfDispatch(dispatch);
  const bindings = bindingsOf(parts, tensors);
  if (bindings.list.length > MAX_BUFFERS) {
    throw new InternalError(`"${label}" binds ${bindings.list.length} buffers, WebGPU ${MAX_BUFFERS}`);
  }
  const printed = printer.print(dispatch, tensors, bindings);
  const single = printed.parts.length === 1;
  const names = printed.parts.map((part, i) => kernelName(single ? prefix : `${prefix}${letter(i)}`, part.label));
  const spec: KernelSpec = {
    name: kernelName(prefix, label),
    label,
    parts: printed.parts.map(({ label, tasks, least, below, buffers, together, invocations, team, spread }, i) => ({
      name: names[i],
      label,
      tasks,
      least,
      below,
      buffers,
      together,
      invocations,
      team,
      spread,
    })),
    wgsl: printed.wgsl,
    workgroup: WORKGROUP,
    localBytes: Math.max(0, ...parts.map((part) => localBytesOf(part, tensors))),
    buffers: bindings.list.map(({ buffer, access }) => ({ buffer: table.indexIn(program, buffer), access })),
  };
  return { spec, code: printed.parts.map(({ code }, i) => ({ ...code, name: names[i] })) };
}

/** a, b, …, z, aa, … */
function letter(index: number): string {
  const last = String.fromCharCode(97 + (index % 26));
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last;
}

/** Where a part's memory of the thread's own ends. */
function localBytesOf({ cpu }: Part, tensors: ReadonlyMap<number, Tensor>): number {
  const ids = (cpu?.nests ?? []).flatMap(({ stores }) => stores.map(({ tensor }) => tensor));
  const locals = ids.map((id) => tensorOf(tensors, id)).filter(({ place }) => place.kind === 'local');
  const last = ({ shape, layout }: Tensor): number =>
    shape.reduce((at, size, d) => at + ((dim.constant(size) ?? 1) - 1) * layout.strides[d], layout.offset);
  return Math.max(0, ...locals.map((each) => 4 * (last(each) + 1)));
}

function recordsOf(programs: readonly DispatchProgram[], buffers: BufferTable): { name: string; buffer: number }[] {
  const records: { name: string; buffer: number }[] = [];
  for (const program of programs) {
    for (const kernel of nestsOf(program)) {
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

  constructor(input: PlanInput, slots: SlotPlan, programs: readonly DispatchProgram[]) {
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
        const key = bufferKey(tensor);
        // The first tensor of a buffer tells its size; others may lie in a part of it.
        if (!named.has(key)) add(key, hostBuffer(tensor, role, place.name));
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
  indexIn(program: DispatchProgram, key: string): number {
    const planned = /^(scratch|stack) /.test(key);
    return planned ? this.named.size + this.slots.slotOf(program, key) : this.index(key);
  }
}

function hostBuffer(tensor: Tensor, role: 'input' | 'output' | 'record' | 'prepared', name: string): BufferSpec {
  return { name, element: storageElement(tensor), size: sizeOfTensor(tensor), role };
}
