/**
 * A GPU as a device, through WebGPU. Needs an adapter; `open-device.ts` decides which.
 */
import type { Device, LoadOptions, Session } from '../device.ts';
import { type ModuleSpec, teamsOf } from '../program.ts';
import { checkBatch } from '../session/buffers.ts';
import type { FoundAdapter } from './adapter.ts';
import { ask } from './ask.ts';
import { hold, letGo } from './gpu.ts';
import { watchHealth } from './health.ts';
import { checkKernels, checkSizes, requiredLimits } from './limits.ts';
import { kernelText, pipelineCache } from './pipelines.ts';
import { WebGpuSession } from './session.ts';
import { slotted } from './slots.ts';

/** `now` is the clock by which work is divided into submissions, in milliseconds. */
export async function openWebGpuDevice(
  { gpu, adapter, name, software }: FoundAdapter,
  now: () => number = () => performance.now(),
): Promise<Device> {
  hold(gpu);
  const device = await ask(() => adapter.requestDevice({ label: 'netc', requiredLimits: requiredLimits(adapter) }));
  const health = watchHealth(device);
  const pipelines = pipelineCache(device);
  const sessions = new Set<Session>();
  let destroyed: Promise<void> | undefined;

  async function load(module: ModuleSpec, { batch, progress }: LoadOptions): Promise<Session> {
    health.check();
    checkBatch(module, batch);
    checkSizes(module, batch, device.limits);
    checkKernels(module, device.limits);
    const chosen = slotted(module, device.limits.maxDynamicStorageBuffersPerPipelineLayout);
    // A program on the CPU has no idle invocations, and barriers cost it much: there each computes for itself.
    const teams = module.kernels.map((kernel) => (software ? [] : teamsOf(kernel, batch)));
    const texts = module.kernels.map((kernel, i) => kernelText(kernel, chosen, teams[i]));
    const compiled = await pipelines.compile(texts, progress);
    const { value: session, checked } = health.watch(`a batch of ${batch}`, () => {
      const parts = {
        device,
        health,
        pipelines,
        slotted: chosen,
        compiled,
        teams,
        now,
        disposed: () => sessions.delete(created),
      };
      const created: Session = new WebGpuSession(parts, module, batch);
      return created;
    });
    await checked;
    health.check();
    sessions.add(session);
    return session;
  }

  async function end(): Promise<void> {
    for (const session of sessions) session.dispose();
    device.destroy();
    await device.lost;
    letGo(gpu);
  }

  function destroy(): Promise<void> {
    destroyed ??= end();
    return destroyed;
  }

  return { kind: 'webgpu', description: `WebGPU: ${name}${software ? ' (software, slow)' : ''}`, load, destroy };
}
