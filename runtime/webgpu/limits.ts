/**
 * Checks a module against what a WebGPU device allows, before anything is allocated: beyond its limits WebGPU computes
 * nothing rather than failing visibly.
 */
import { UserError } from '../errors.ts';
import type { ModuleSpec } from '../program.ts';
import { byteSize, largestBatch } from '../session/buffers.ts';

export type Limits = Pick<
  GPUSupportedLimits,
  | 'maxBufferSize'
  | 'maxStorageBufferBindingSize'
  | 'maxStorageBuffersPerShaderStage'
  | 'maxComputeInvocationsPerWorkgroup'
  | 'maxComputeWorkgroupsPerDimension'
>;

/** What a device is asked for beyond the defaults: room for large tensors, nothing else. */
export function requiredLimits({ limits }: GPUAdapter): Record<string, number> {
  return { maxBufferSize: limits.maxBufferSize, maxStorageBufferBindingSize: limits.maxStorageBufferBindingSize };
}

/** Throws a UserError that names the buffer that does not fit and the largest batch that does. */
export function checkBuffers(module: ModuleSpec, batch: number, limits: Limits): void {
  const limit = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  const tooLarge = module.buffers.find((spec) => byteSize(spec, batch) > limit);
  if (tooLarge === undefined) return;
  const largest = largestBatch((n) => module.buffers.every((spec) => byteSize(spec, n) <= limit));
  const mebibytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  throw new UserError(
    `"${tooLarge.name}" takes ${mebibytes(byteSize(tooLarge, batch))} for a batch of ${batch}, but this WebGPU adapter allows ` +
      `${mebibytes(limit)} a buffer; ` +
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
