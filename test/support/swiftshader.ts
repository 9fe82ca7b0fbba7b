/**
 * A WebGPU adapter for every machine: SwiftShader, a Vulkan implementation in software, so that the WGSL that real GPUs
 * run is executed by the tests. Dawn looks for `libvulkan.so.1`; the dynamic linker reads LD_LIBRARY_PATH only when a
 * process starts, hence the variable is set in the parent: by `global-setup.ts` for the tests' own processes, by
 * `withSwiftShader` for scripts that a test spawns.
 */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { missingArchives, unpack } from './archives.ts';

/** Why there is no SwiftShader here, or undefined: `test.skipIf(missingSwiftShader() !== undefined)`. */
export function missingSwiftShader(): string | undefined {
  return missingArchives();
}

/** The folder for LD_LIBRARY_PATH; unpacked at the first call on a machine (0.3 s). */
async function swiftShaderFolder(): Promise<string> {
  const folder = join(await unpack('swiftshader.tar.br'), 'as-vulkan');
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'libvulkan.so.1');
  try {
    symlinkSync('../libvk_swiftshader.so', link);
  } catch (error) {
    if (!existsSync(link)) throw error;
  }
  return folder;
}

/** `environment` with SwiftShader as the Vulkan driver; unchanged where there is none. */
export async function withSwiftShader(environment: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (missingSwiftShader() !== undefined) return environment;
  const folder = await swiftShaderFolder();
  const others = (environment.LD_LIBRARY_PATH ?? '').split(':').filter((path) => path !== '' && path !== folder);
  return { ...environment, LD_LIBRARY_PATH: [folder, ...others].join(':') };
}
