/**
 * How fast a GPU can multiply and add in float32 through WGSL at all, and how fast it moves memory: what its kernels are
 * measured against (the roofline model: Williams, Waterman and Patterson, 2009).
 */
import type { TimedAdapter } from './timed-dispatches.ts';

export interface Roofline {
  /** GFLOP/s. */
  readonly peak: number;
  /** GB/s, read and written together. */
  readonly bandwidth: number;
}

/** Independent sums of an invocation: enough to hide the latency of one, few enough for many invocations. */
const sums = 16;

const arithmetic = (rounds: number): string => `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = f32(id.x & 1) * 1e-9 + 0.999;
  let step = f32(id.x & 3) * 1e-9;
${list((i) => `  var s${i} = f32(id.x + ${i});`)}
  for (var round = 0u; round < ${rounds}u; round++) {
${list((i) => `    s${i} = fma(s${i}, factor, step);`)}
  }
  out[id.x] = ${list((i) => `s${i}`, ' + ')};
}`;

const copying = `
@group(0) @binding(0) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(1) var<storage, read> given: array<vec4f>;
@compute @workgroup_size(256) fn main(@builtin(global_invocation_id) id: vec3u) {
  out[id.x] = given[id.x] + 1;
}`;

const list = (line: (i: number) => string, between = '\n'): string =>
  Array.from({ length: sums }, (_, i) => line(i)).join(between);

/** `groups`: workgroups of 256; many are 30 times as many as the GPU has places for. */
export async function rooflineOf(timed: TimedAdapter, groups = 65535, rounds = 1024): Promise<Roofline> {
  const device = timed.device();
  const bytes = 16 * 256 * groups;
  const [out, given] = [0, 1].map(() => device.createBuffer({ size: bytes, usage: 0x80 }));
  const flops = 2 * sums * rounds * 256 * groups;
  const computed = await least(timed, arithmetic(rounds), [out], groups);
  const moved = await least(timed, copying, [out, given], groups);
  for (const buffer of [out, given]) buffer.destroy();
  return { peak: flops / computed / 1e6, bandwidth: (2 * bytes) / moved / 1e6 };
}

/** Milliseconds. */
async function least(
  timed: TimedAdapter,
  code: string,
  buffers: readonly GPUBuffer[],
  groups: number,
): Promise<number> {
  const device = timed.device();
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group, new Uint32Array(0), 0, 0);
  for (let i = 0; i < 5; i++) pass.dispatchWorkgroups(groups, 1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  return Math.min(...(await timed.take()).slice(1).map(({ ms }) => ms));
}
