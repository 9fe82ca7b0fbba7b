/**
 * Checks a module against what a WebGPU device allows, before anything is allocated: beyond its limits WebGPU computes
 * nothing rather than failing visibly.
 */
import { UserError } from '../errors.ts';
import type { ModuleSpec, ProgramName } from '../program.ts';
import { buffersOf, workgroupCount } from '../program.ts';
import { bufferAt, byteSize, largestBatch } from '../session/buffers.ts';

export type Limits = Pick<
  GPUSupportedLimits,
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeInvocationsPerWorkgroup'
  | 'maxComputeWorkgroupsPerDimension'
  | 'maxDynamicStorageBuffersPerPipelineLayout'
  | 'minStorageBufferOffsetAlignment'
>;

/** What a device is asked for beyond the defaults: room for large tensors, and for slots (`slots.ts`) in any kernel. */
export function requiredLimits({ limits }: GPUAdapter): Record<string, number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = limits;
  const { maxDynamicStorageBuffersPerPipelineLayout, minStorageBufferOffsetAlignment } = limits;
  return {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxDynamicStorageBuffersPerPipelineLayout,
    minStorageBufferOffsetAlignment,
  };
}

/** What every WebGPU device allows: the specification's defaults. */
export const defaultLimits: Limits = {
  maxBufferSize: 256 * 2 ** 20,
  maxStorageBufferBindingSize: 128 * 2 ** 20,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupsPerDimension: 65535,
  maxDynamicStorageBuffersPerPipelineLayout: 4,
  minStorageBufferOffsetAlignment: 256,
};

/** What keeps a batch from a device: a buffer that takes too many bytes, or a kernel with too many workgroups. */
export type Obstacle =
  | { readonly kind: 'buffer'; readonly buffer: number; readonly bytes: number; readonly allowed: number }
  | { readonly kind: 'kernel'; readonly kernel: number; readonly groups: number; readonly allowed: number };

/** The first thing that a batch is too large for, of a whole module or of what one program needs; undefined where it fits. */
export function obstacleTo(
  module: ModuleSpec,
  batch: number,
  limits: Limits,
  program?: ProgramName,
): Obstacle | undefined {
  // A kernel binds buffers whole.
  const allowed = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const buffers = program === undefined ? module.buffers.keys() : buffersOf(module, program);
  for (const buffer of buffers) {
    const bytes = byteSize(bufferAt(module, buffer), batch);
    if (bytes > allowed) return { kind: 'buffer', buffer, bytes, allowed };
  }
  const kernels = program === undefined ? module.kernels.keys() : module.programs[program].kernels;
  const folded = limits.maxComputeWorkgroupsPerDimension ** 2;
  for (const kernel of kernels) {
    const spec = module.kernels[kernel];
    const groups = spec === undefined ? 0 : workgroupCount(spec, batch);
    if (groups > folded) return { kind: 'kernel', kernel, groups, allowed: folded };
  }
  return undefined;
}

/** The largest batch without an obstacle; 0 if there is none, 2^31 - 1 where nothing grows with it. */
export function largestFit(module: ModuleSpec, limits: Limits, program?: ProgramName): number {
  return largestBatch((n) => obstacleTo(module, n, limits, program) === undefined);
}

/** Throws a UserError that names what the batch is too large for, and the largest batch that fits. */
export function checkSizes(module: ModuleSpec, batch: number, limits: Limits): void {
  const obstacle = obstacleTo(module, batch, limits);
  if (obstacle === undefined) return;
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  const what =
    obstacle.kind === 'buffer'
      ? `"${bufferAt(module, obstacle.buffer).name}" takes ${mebibytes(obstacle.bytes)} for a batch of ${batch}, but this ` +
        `WebGPU adapter allows ${mebibytes(obstacle.allowed)} a buffer`
      : `"${module.kernels[obstacle.kernel]?.label}" takes ${obstacle.groups} workgroups for a batch of ${batch}, but this ` +
        `WebGPU adapter allows ${obstacle.allowed}`;
  const largest = largestFit(module, limits);
  throw new UserError(
    `${what}; ` +
      (largest > 0
        ? `the largest batch that fits is ${largest}`
        : 'not even one sample fits: use a smaller model, or the CPU device'),
  );
}

/** Throws where a kernel needs more than the device has. The compiler keeps to WebGPU's defaults, which every device has. */
export function checkKernels(module: ModuleSpec, limits: Limits): void {
  for (const { label, buffers, workgroup } of module.kernels) {
    const { maxStorageBuffersPerShaderStage, maxComputeInvocationsPerWorkgroup } = limits;
    if (buffers.length > maxStorageBuffersPerShaderStage)
      throw new Error(
        `kernel "${label}" binds ${buffers.length} buffers, the device allows ${maxStorageBuffersPerShaderStage}`,
      );
    if (workgroup > maxComputeInvocationsPerWorkgroup)
      throw new Error(
        `kernel "${label}" has workgroups of ${workgroup}, the device allows ${maxComputeInvocationsPerWorkgroup}`,
      );
  }
}

/**
 * `groups` workgroups as [x, y], folded where a dimension does not hold them. A kernel finds its number as
 * `workgroup_id.y * num_workgroups.x + workgroup_id.x` and ignores those beyond.
 */
export function foldGroups(groups: number, perDimension: number): readonly [number, number] {
  if (groups <= perDimension) return [groups, 1];
  const y = Math.ceil(groups / perDimension);
  return [Math.ceil(groups / y), y];
}
