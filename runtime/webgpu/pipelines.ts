/**
 * Compiles kernels to compute pipelines: all at once, each text once per device. Bind group layouts are written out rather
 * than derived by WebGPU, so that a binding that a kernel does not read still exists.
 */
import type { Progress } from '../device.ts';
import { type KernelSpec, teamName } from '../program.ts';
import { ask } from './ask.ts';

const computeStage = 4; // GPUShaderStage.COMPUTE, which Node has no global for

/** A kernel as far as it is compiled: one of a module, or one of the runtime's own. */
export interface KernelText {
  readonly label: string;
  readonly wgsl: string;
  /** Of group 0, in order. */
  readonly bindings: readonly Binding[];
  /** Its constants that are not what they are declared to be. */
  readonly constants?: Readonly<Record<string, number>>;
}

export interface Binding {
  readonly type: GPUBufferBindingType;
  /** Whether a dispatch says where in the buffer it begins. */
  readonly dynamic: boolean;
}

/**
 * A module's kernel. Its uniform block, the last binding, is one of many: each step of a submission has its own.
 * `teams`: how many members those of its parts have.
 */
export function kernelText(
  { label, wgsl, buffers, parts }: KernelSpec,
  slotted: ReadonlySet<number>,
  teams: readonly number[],
): KernelText {
  const bindings = buffers.map(({ buffer, access }): Binding => {
    return { type: access === 'read' ? 'read-only-storage' : 'storage', dynamic: slotted.has(buffer) };
  });
  const constants = Object.fromEntries(
    parts.flatMap(({ team }, i) => (team > 1 ? [[teamName(i), teams[i] ?? 1] as const] : [])),
  );
  return { label, wgsl, bindings: [...bindings, { type: 'uniform', dynamic: true }], constants };
}

export interface Pipelines {
  /**
   * Compiles what is not compiled yet, and says how many are done. Rejects with the kernel's label and the compiler's
   * message.
   */
  compile(kernels: readonly KernelText[], progress?: Progress): Promise<GPUComputePipeline[]>;
}

export function pipelineCache(device: GPUDevice): Pipelines {
  const layouts = new Map<string, GPUPipelineLayout>();
  const compiled = new Map<string, Promise<GPUComputePipeline>>();

  function pipelineLayout({ bindings }: KernelText): { layout: GPUPipelineLayout; key: string } {
    const key = bindings.map(({ type, dynamic }) => `${type}${dynamic ? '+' : ''}`).join();
    const known = layouts.get(key);
    if (known !== undefined) return { layout: known, key };
    const entries = bindings.map(({ type, dynamic }, binding) => {
      return { binding, visibility: computeStage, buffer: { type, hasDynamicOffset: dynamic } };
    });
    const layout = device.createPipelineLayout({ bindGroupLayouts: [device.createBindGroupLayout({ entries })] });
    layouts.set(key, layout);
    return { layout, key };
  }

  async function build(kernel: KernelText, layout: GPUPipelineLayout): Promise<GPUComputePipeline> {
    const { label } = kernel;
    // The scope keeps a text that does not compile from also being reported as an error that no one asked for.
    device.pushErrorScope('validation');
    const module = device.createShaderModule({ label, code: kernel.wgsl });
    const parsed = ask(() => device.popErrorScope());
    try {
      await parsed;
      const { constants = {} } = kernel;
      const compute = { module, entryPoint: 'main', constants };
      return await ask(() => device.createComputePipelineAsync({ label, layout, compute }));
    } catch (error) {
      const { messages } = await ask(() => module.getCompilationInfo());
      const lines = messages
        .filter(({ type }) => type === 'error')
        .map((m) => `${m.lineNum}:${m.linePos} ${m.message}`);
      const text = lines.length > 0 ? lines.join('; ') : error instanceof Error ? error.message : String(error);
      throw new Error(`kernel "${label}" does not compile for WebGPU: ${text}`);
    }
  }

  function pipelineFor(kernel: KernelText): Promise<GPUComputePipeline> {
    const { layout, key } = pipelineLayout(kernel);
    const text = `${key}\n${JSON.stringify(kernel.constants ?? {})}\n${kernel.wgsl}`;
    const pipeline = compiled.get(text) ?? build(kernel, layout);
    compiled.set(text, pipeline);
    return pipeline;
  }

  return {
    compile(kernels, progress) {
      let done = 0;
      return Promise.all(
        kernels.map(async (kernel) => {
          const pipeline = await pipelineFor(kernel);
          progress?.(++done, kernels.length);
          return pipeline;
        }),
      );
    },
  };
}
