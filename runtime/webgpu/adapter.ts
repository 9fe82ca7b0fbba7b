/**
 * Which adapter WebGPU offers here, and whether it is hardware. Creates no device.
 */
import { ask } from './ask.ts';
import { findGpu } from './gpu.ts';

export interface FoundAdapter {
  readonly gpu: GPU;
  readonly adapter: GPUAdapter;
  /** For people: `NVIDIA H200`. */
  readonly name: string;
  /** Runs on the CPU (SwiftShader, llvmpipe): for tests only, many times slower than our own CPU device. */
  readonly software: boolean;
}

export async function findAdapter(): Promise<FoundAdapter | { readonly missing: string }> {
  const access = await findGpu();
  if ('missing' in access) return access;
  const adapter = await ask(() => access.gpu.requestAdapter({ powerPreference: 'high-performance' }));
  if (adapter === null) return { missing: 'WebGPU finds no adapter (no GPU, or no driver for it)' };
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const words = [vendor, architecture, device, description];
  const software = isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i.test(words.join(' '));
  // Browsers leave most of these empty.
  const name =
    description || device || [vendor, architecture].filter((word) => word !== '').join(' ') || 'unnamed adapter';
  return { gpu: access.gpu, adapter, name, software };
}
