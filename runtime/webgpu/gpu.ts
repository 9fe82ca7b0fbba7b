/**
 * Finds the entry point of WebGPU: `navigator.gpu` in browsers, the optional package `webgpu` (Dawn) in Node. Puts nothing
 * on globalThis. Asks for no adapter yet.
 */

export type GpuAccess = { readonly gpu: GPU } | { readonly missing: string };

/**
 * Everything that came from Dawn for Node must stay reachable while its device is used: collecting it under pending work
 * crashes the process. Afterwards it must go, or the process may not end. Entries live from `hold` to `letGo`.
 */
const held = new Set<GPU>();

export function hold(gpu: GPU): void {
  held.add(gpu);
}

export function letGo(gpu: GPU): void {
  held.delete(gpu);
}

export async function findGpu(): Promise<GpuAccess> {
  const isNode = typeof process !== 'undefined' && process.versions?.node !== undefined;
  if (!isNode) {
    if (typeof navigator !== 'undefined' && navigator.gpu !== undefined) return { gpu: navigator.gpu };
    const insecure = globalThis.isSecureContext === false;
    return {
      missing: insecure
        ? 'WebGPU needs a page served over https or from localhost'
        : 'this browser has no WebGPU (navigator.gpu)',
    };
  }
  if (process.platform === 'linux' && !hasVulkan())
    return { missing: 'there is no Vulkan driver (libvulkan.so.1 is missing)' };
  try {
    // Not a literal, so that bundlers for browsers do not look for the package.
    const name = 'webgpu';
    const { create }: { create: (options: string[]) => GPU } = await import(/* @vite-ignore */ name);
    return { gpu: create([]) };
  } catch (error) {
    const absent = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (absent) return { missing: 'the optional package "webgpu" is not installed (npm install webgpu)' };
    return { missing: `the package "webgpu" does not load: ${error instanceof Error ? error.message : error}` };
  }
}

/** Whether the dynamic linker finds Vulkan. Without this check Dawn itself prints a warning that no one can switch off. */
function hasVulkan(): boolean {
  try {
    process.dlopen({ exports: {} }, 'libvulkan.so.1');
    return true;
  } catch (error) {
    // A library that is there, but is no add-on for Node, "did not self-register".
    return !(error instanceof Error && error.message.includes('cannot open shared object file'));
  }
}
