/**
 * Runs a compiled unit on a device, from the start values that its program draws and inputs by formula: one prediction, or one
 * step of its training. The host's numbers are evaluated here; that generated code computes the same is tested elsewhere.
 */

import { hostValues } from '../../compiler/5-loop/uniforms.ts';
import type { EmitUnit } from '../../compiler/7-emit/unit.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { TensorType } from '../../compiler/ops/types.ts';
import type { Device, HostArray, Session } from '../../runtime/device.ts';
import { buffersOf } from '../../runtime/program.ts';
import { initialValues } from '../../runtime/weights/initialize.ts';
import { arenaLength, parameterArena, readArena, readParameter, writeParameter } from '../../runtime/weights/layout.ts';
import { uniform } from '../reference/formula.ts';
import { firstStep } from '../support/host-numbers.ts';

const ARRAYS = { f32: Float32Array, i32: Int32Array, u8: Uint8Array };

interface Field {
  readonly name: string;
  readonly type: TensorType;
}

/** Values of a sample's or an input's type: numbers about 0, pixels, classes. */
function valuesOf({ type }: Field, batch: string, n: number, seed: number): Float32Array {
  const count = dim.evaluate(dim.product(type.shape), { [batch]: n });
  if (type.classes) return uniform(seed, count, 0, dim.evaluate(type.classes, {})).map(Math.floor);
  return type.element === 'u8' ? uniform(seed, count, 0, 256).map(Math.floor) : uniform(seed, count, -1, 1);
}

async function start(device: Device, unit: EmitUnit, program: 'infer' | 'train', n: number): Promise<Session> {
  const { spec, model, training } = unit;
  const fields: readonly Field[] = program === 'infer' ? model.inputs : (training?.fields ?? []);
  const used = buffersOf(spec, program);
  const session = await device.load(spec, { batch: n });
  const arena = new Float32Array(spec.parameters.length === 0 ? 0 : arenaLength(spec));
  for (const [i, parameter] of spec.parameters.entries())
    writeParameter(arena, parameter, initialValues(parameter, i, 1));
  if (arena.length > 0) session.write(parameterArena(spec), arena);
  for (const { buffer, initial } of spec.states) {
    session.write(buffer, new Float32Array(spec.buffers[buffer].size.fixed).fill(initial));
  }
  for (const [i, { name, role, element }] of spec.buffers.entries()) {
    const field = used.has(i) ? fields.find((known) => known.name === name) : undefined;
    if (role === 'input' && field) session.write(i, ARRAYS[element].from(valuesOf(field, model.batch, n, 40 + i)));
  }
  return session;
}

/** The prediction for `n` samples, row-major. */
export async function inferOnce(device: Device, unit: EmitUnit, n: number): Promise<HostArray> {
  const session = await start(device, unit, 'infer', n);
  session.run('infer', n, new Float32Array(unit.spec.uniforms));
  const output = unit.spec.buffers.findIndex(({ role }) => role === 'output');
  const { fixed, perSample } = unit.spec.buffers[output].size;
  const result = await session.read(output, 0, fixed + perSample * n);
  session.dispose();
  return result;
}

interface Step {
  readonly loss: number;
  readonly parameters: ReadonlyMap<string, { readonly before: Float32Array; readonly after: Float32Array }>;
}

/** One step of the unit's training on `n` samples: the loss before it, and every parameter and buffer. */
export async function stepOnce(device: Device, unit: EmitUnit, n: number): Promise<Step> {
  const { spec, model } = unit;
  const session = await start(device, unit, 'train', n);
  const before = await readArena(session, parameterArena(spec), spec);
  session.run('train', n, Float32Array.from(hostValues(unit.uniforms, { [model.batch]: n }, { ...firstStep(n) })));
  const after = await readArena(session, parameterArena(spec), spec);
  const record = spec.programs.train.records.find(({ name }) => name === 'loss');
  if (!record) throw new Error('the training records no loss');
  const [loss] = await session.read(record.buffer, 0, 1);
  session.dispose();
  const parameters = spec.parameters.map(
    (p) => [p.name, { before: readParameter(before, p), after: readParameter(after, p) }] as const,
  );
  return { loss, parameters: new Map(parameters) };
}
