/** One run of a compiled case on a device: inputs and parameters by name, results by name. */
import type { Device, HostArray } from '../../runtime/device.ts';
import type { ModuleSpec } from '../../runtime/program.ts';
import { arenaLength, parameterArena, writeParameter } from '../../runtime/weights/layout.ts';

/** Runs the program `infer` for n samples. The results are row-major. */
export async function runCase(
  device: Device,
  spec: ModuleSpec,
  n: number,
  values: ReadonlyMap<string, Float32Array>,
): Promise<ReadonlyMap<string, HostArray>> {
  const session = await device.load(spec, { batch: n });
  spec.buffers.forEach(({ name, role, element }, index) => {
    const data = values.get(name);
    if (role === 'input' && data) session.write(index, element === 'i32' ? Int32Array.from(data) : data);
  });
  const arena = new Float32Array(arenaLength(spec));
  for (const parameter of spec.parameters) writeParameter(arena, parameter, values.get(parameter.name) ?? []);
  session.write(parameterArena(spec), arena);
  session.run('infer', n, new Float32Array(spec.uniforms));
  const results = new Map<string, HostArray>();
  for (const [i, { name, role, size }] of spec.buffers.entries()) {
    if (role === 'output') results.set(name, await session.read(i, 0, size.fixed + size.perSample * n));
  }
  session.dispose();
  return results;
}
