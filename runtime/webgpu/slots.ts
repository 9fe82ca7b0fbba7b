/**
 * Buffers that each step of a submission has for itself: the batch's inputs, which are written ahead of the steps, and the
 * records, which are read after them. Such a buffer has a slot for each step; a kernel is told its own by a dynamic offset.
 * Only the arithmetic of who uses which slot: `buffers.ts` allocates, `submissions.ts` submits.
 */
import type { BufferSpec, ModuleSpec } from '../program.ts';
import { buffersOf } from '../program.ts';
import { byteSize } from '../session/buffers.ts';
import type { Limits } from './limits.ts';
import { mostSteps } from './pace.ts';

/** What the slots of one buffer may take together: more memory would not be worth the fewer submissions. */
const mostBytes = 2 ** 26;

/**
 * The buffers of a module that have slots. None if a kernel would bind more of them than the device allows with an
 * offset: then each step is submitted on its own.
 */
export function slotted(module: ModuleSpec, mostDynamic: number): ReadonlySet<number> {
  const trained = buffersOf(module, 'train');
  const found = new Set(
    module.buffers.flatMap(({ role }, i) => (role === 'record' || (role === 'input' && trained.has(i)) ? [i] : [])),
  );
  const fits = module.kernels.every(
    ({ buffers }) => buffers.filter(({ buffer }) => found.has(buffer)).length <= mostDynamic,
  );
  return fits ? found : new Set();
}

/** Bytes of all the buffers that a session makes for a module, slots included. */
export function sessionBytes(module: ModuleSpec, batch: number, limits: Limits): number {
  const slots = new Slots(module, slotted(module, limits.maxDynamicStorageBuffersPerPipelineLayout), batch, limits);
  return module.buffers.reduce((sum, _, buffer) => sum + slots.size(buffer), 0);
}

interface Slotted {
  readonly count: number;
  /** Bytes from one to the next. */
  readonly stride: number;
  /** The slot that the next run uses. */
  current: number;
}

interface Input extends Slotted {
  /** Whether a step of this submission uses the current slot, and how many it uses. */
  touched: boolean;
  used: number;
  /** Elements of the current slot that have been written. */
  extent: number;
}

export class Slots {
  /** Runs that a submission may have. */
  readonly steps: number;
  private readonly module: ModuleSpec;
  private readonly chosen: ReadonlySet<number>;
  private readonly limits: Pick<GPUSupportedLimits, 'maxBufferSize' | 'minStorageBufferOffsetAlignment'>;
  private readonly inputs = new Map<number, Input>();
  private readonly records = new Map<number, Slotted>();
  private batch: number;
  /** Runs with records in this submission. */
  rows = 0;

  constructor(module: ModuleSpec, chosen: ReadonlySet<number>, batch: number, limits: Slots['limits']) {
    this.module = module;
    this.chosen = chosen;
    this.limits = limits;
    this.batch = batch;
    this.steps = chosen.size > 0 ? mostSteps : 1;
    this.resize(batch);
  }

  /** Slots for batches of up to `batch`; what the inputs held is gone. */
  resize(batch: number): void {
    this.batch = batch;
    for (const [index, spec] of this.module.buffers.entries()) {
      const slots = this.slotsOf(index, spec);
      if (spec.role === 'input') this.inputs.set(index, { ...slots, touched: false, used: 0, extent: 0 });
      if (spec.role === 'record' && !this.records.has(index)) this.records.set(index, slots);
    }
  }

  /** Whether kernels bind the buffer with an offset. */
  has(buffer: number): boolean {
    return this.chosen.has(buffer);
  }

  /** Bytes of the whole buffer. */
  size(buffer: number): number {
    const slots = this.find(buffer);
    return slots ? slots.count * slots.stride : byteSize(this.module.buffers[buffer], this.batch);
  }

  /** Where the current slot begins, in bytes; 0 in a buffer without slots. */
  offset(buffer: number): number {
    const slots = this.find(buffer);
    return slots ? slots.current * slots.stride : 0;
  }

  /** Bytes from a record's slot to the next. */
  stride(record: number): number {
    return this.records.get(record)?.stride ?? 0;
  }

  /**
   * Whether `length` elements from number `from` on may be written at once. False where something that was recorded but not
   * submitted stands in the way: after a submission there is nothing.
   */
  canRenew(buffer: number, from: number, length: number): boolean {
    const input = this.inputs.get(buffer);
    if (!input) return false;
    // What the steps before read must stay, and so must what is not written now.
    return !input.touched || (from === 0 && length >= input.extent && input.used < input.count);
  }

  /** Makes the slot current that such elements go into. `canRenew` must be true, or a submission have been made. */
  renew(buffer: number, from: number, length: number): void {
    const input = this.inputs.get(buffer);
    if (!input) return;
    if (input.touched) {
      input.current = (input.current + 1) % input.count;
      input.touched = false;
      input.extent = 0;
    }
    input.extent = Math.max(input.extent, from + length);
  }

  /** Something was recorded that uses the current slot of an input. */
  touch(buffer: number): void {
    const input = this.inputs.get(buffer);
    if (!input || input.touched) return;
    input.touched = true;
    input.used++;
  }

  /** A run is to be recorded, with records of its own or without any. */
  run(recorded: boolean): void {
    for (const buffer of this.inputs.keys()) this.touch(buffer);
    if (!recorded) return;
    for (const record of this.records.values()) record.current = this.rows % record.count;
    this.rows++;
  }

  /** Everything recorded so far was submitted. */
  submitted(): void {
    for (const input of this.inputs.values()) {
      input.touched = false;
      input.used = 0;
    }
    this.rows = 0;
  }

  private find(buffer: number): Slotted | undefined {
    return this.inputs.get(buffer) ?? this.records.get(buffer);
  }

  private slotsOf(index: number, spec: BufferSpec): Slotted {
    const { maxBufferSize, minStorageBufferOffsetAlignment: alignment } = this.limits;
    const bytes = byteSize(spec, this.batch);
    if (!this.chosen.has(index)) return { count: 1, stride: bytes, current: 0 };
    const stride = Math.ceil(bytes / alignment) * alignment;
    const fitting = Math.floor(Math.min(mostBytes, maxBufferSize) / stride);
    return { count: Math.min(mostSteps, Math.max(1, fitting)), stride, current: 0 };
  }
}
