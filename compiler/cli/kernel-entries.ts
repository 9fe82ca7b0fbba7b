/**
 * Everything about each dispatch of a program, as data: what it does and what was fused, how both targets run it, what that
 * costs, what it binds. `netc kernels --json` prints it as it is.
 */
import { type ProgramName, taskCount, teamOf, workgroupCount } from '../../runtime/program.ts';
import { byteSize } from '../../runtime/session/buffers.ts';
import { defaultLimits, foldGroups } from '../../runtime/webgpu/limits.ts';
import { kindOf } from '../4-fuse/group.ts';
import { isRepeated, type Part } from '../5-loop/dispatch.ts';
import type { Target } from '../5-loop/lanes.ts';
import type { Schedule } from '../5-loop/schedule.ts';
import { schedulePart } from '../5-loop/schedule-part.ts';
import { valueAt } from '../5-loop/typical.ts';
import type { CompilationUnit } from '../compilation.ts';
import { position } from '../diagnostics/position.ts';
import { showType } from '../ops/infer.ts';
import { dispatchesOf, type PlannedDispatch, planOf, type Work, workOf } from './dispatches.ts';
import { Handovers, type Kept, nodesOf, type Recomputed } from './handovers.ts';

/** A node of the graph that a part computes. */
export interface FusedNode {
  readonly op: string;
  readonly kind: string;
  /** The layer or function that it comes from: `conv1`, `MaxPool2d`. */
  readonly from: string;
  readonly backward: boolean;
  readonly type: string;
  /** Where it is written: `models/fashion_cnn.net:12`. */
  readonly place: string | undefined;
}

/** How a target runs one nest. */
export interface NestSchedule extends Schedule {
  readonly nest: string;
  /** The loop variables by name, with how many values they take at this batch. */
  readonly extents: Readonly<Record<string, number>>;
  /** The axis that runs around all work items of a thread. */
  readonly outer: string | undefined;
  /** The axis that runs, inside a work item, around this nest and those that follow it. */
  readonly repeat: string | undefined;
  /** A work item is a whole workgroup's, whose threads divide the serial axes among them. */
  readonly workgroup: boolean;
}

export interface PartEntry extends Work {
  readonly label: string;
  readonly fused: readonly FusedNode[];
  readonly kept: readonly Kept[];
  readonly recomputed: readonly Recomputed[];
  /** The only target that runs it. */
  readonly only: 'cpu' | 'webgpu' | undefined;
  /** What the CPU's own form of it costs, where it has one. */
  readonly workOnCpu: Work | undefined;
  readonly schedule: { readonly cpu: readonly NestSchedule[]; readonly webgpu: readonly NestSchedule[] };
  /** Work items on the CPU. */
  readonly tasks: number;
  /** Invocations on WebGPU. */
  readonly threads: number;
}

export interface KernelEntry extends Work {
  readonly number: number;
  readonly label: string;
  readonly parts: readonly PartEntry[];
  readonly webgpu: {
    readonly threads: number;
    readonly workgroupSize: number;
    /** In x and y. */
    readonly workgroups: readonly [number, number];
    /** Bytes. */
    readonly workgroupMemory: number;
  };
  readonly cpu: {
    readonly tasks: number;
    /** Bytes of each thread's own. */
    readonly threadMemory: number;
  };
  readonly buffers: readonly {
    readonly name: string;
    readonly role: string;
    readonly access: 'read' | 'read_write';
    readonly bytes: number;
  }[];
  readonly wgsl: string;
}

/** In the order in which they run. */
export function kernelEntries(unit: CompilationUnit, program: ProgramName, batch: number): KernelEntry[] {
  const plan = planOf(unit);
  const dispatches = dispatchesOf(unit, program);
  const handovers = new Handovers(dispatches, batch);
  return dispatches.map((dispatch): KernelEntry => {
    const { spec } = dispatch;
    const parts = dispatch.parts.map((part, i) => partEntry(dispatch, part, i, handovers, batch));
    return {
      number: dispatch.number,
      label: spec.label,
      ...workOf(dispatch.parts, dispatch.program.tensors, batch, 'wgsl'),
      webgpu: {
        threads: parts.reduce((sum, { threads }) => sum + threads, 0),
        workgroupSize: spec.workgroup,
        workgroups: foldGroups(workgroupCount(spec, batch), defaultLimits.maxComputeWorkgroupsPerDimension),
        workgroupMemory: workgroupMemory(spec.wgsl),
      },
      cpu: { tasks: parts.reduce((sum, { tasks }) => sum + tasks, 0), threadMemory: spec.localBytes },
      buffers: spec.buffers.map(({ buffer, access }) => {
        const { name, role } = plan.buffers[buffer];
        return { name, role, access, bytes: byteSize(plan.buffers[buffer], batch) };
      }),
      parts,
      wgsl: spec.wgsl,
    };
  });
}

function partEntry(
  dispatch: PlannedDispatch,
  part: Part,
  index: number,
  handovers: Handovers,
  batch: number,
): PartEntry {
  const spec = dispatch.spec.parts[index];
  const { tasks, invocations } = spec;
  const team = teamOf(spec, batch);
  const { tensors } = dispatch.program;
  const schedules = (target: Target): NestSchedule[] => {
    const { nests, around } = schedulePart(part, tensors, target);
    const { outer, repeat, workgroup } = around;
    return nests.map(({ kernel, schedule }, i) => ({
      nest: kernel.label,
      ...schedule,
      team: target === 'wgsl' ? team : 1,
      outer: outer?.axis.id,
      workgroup,
      repeat: repeat && isRepeated(repeat, i) ? repeat.axis.id : undefined,
      extents: Object.fromEntries(kernel.axes.map(({ id, extent }) => [id, valueAt(extent, batch)])),
    }));
  };
  return {
    label: part.label,
    fused: fusedIn(dispatch, part),
    kept: handovers.kept(part),
    recomputed: handovers.recomputed(part),
    only: part.only && (part.only === 'wasm' ? 'cpu' : 'webgpu'),
    workOnCpu: part.cpu && workOf([part], tensors, batch, 'wasm'),
    schedule: {
      cpu: part.only === 'wgsl' ? [] : schedules('wasm'),
      webgpu: part.only === 'wasm' ? [] : schedules('wgsl'),
    },
    ...workOf([part], tensors, batch, part.only ?? 'wgsl'),
    tasks: taskCount(tasks, batch),
    threads: taskCount(invocations, batch) * team,
  };
}

function fusedIn(dispatch: PlannedDispatch, part: Part): FusedNode[] {
  const nodes = new Set(part.nests.flatMap((nest) => nodesOf(dispatch, part, nest)));
  return [...nodes].flatMap((node): FusedNode[] => {
    const kind = kindOf(node);
    if (kind === 'leaf') return [];
    const { path, what, backward = false, span } = node.origin;
    const place = span && `${span.file.path}:${position(span.file, span.start).line}`;
    return [{ op: node.op, kind, from: path || what, backward, type: showType(node.type), place }];
  });
}

const ELEMENT_BYTES: Readonly<Record<string, number>> = { f32: 4, i32: 4, u32: 4, 'vec2<f32>': 8, 'vec4<f32>': 16 };

/** Bytes of the arrays that a workgroup shares, as the kernel's text declares them. */
function workgroupMemory(wgsl: string): number {
  const declared = wgsl.matchAll(/^var<workgroup> \w+: array<([\w<>]+), (\d+)>;/gm);
  return [...declared].reduce((sum, [, element, count]) => sum + (ELEMENT_BYTES[element] ?? 0) * Number(count), 0);
}
