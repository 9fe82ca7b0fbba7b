/**
 * Everything that learning changes on the device: parameters, buffers and optimizer slots, to the host and back. In PyTorch's
 * layout for files, so that a checkpoint survives another memory layout; as plain arenas for going back within a run.
 */
import type { Session } from '../device.ts';
import type { ModuleSpec, ParameterSpec } from '../program.ts';
import { slotName } from '../weights/checkpoint-format.ts';
import { parameterArena, readArena, readParameter, trainedParameters, writeParameter } from '../weights/layout.ts';
import type { AnyTensor } from '../weights/safetensors.ts';

/** Parameters under their own names, then the optimizer's slots. */
export async function readState(session: Session): Promise<Map<string, AnyTensor>> {
  const { module } = session;
  const tensors = new Map<string, AnyTensor>();
  for (const { buffer, parameters, nameOf } of arenas(module)) {
    const arena = await readArena(session, buffer, module);
    for (const parameter of parameters) {
      tensors.set(nameOf(parameter.name), { shape: parameter.shape, data: readParameter(arena, parameter) });
    }
  }
  return tensors;
}

/** Puts back the values of what `readState` returned; the caller has checked that nothing is missing. */
export function writeState(session: Session, values: ReadonlyMap<string, Float32Array>): void {
  const { module } = session;
  for (const { buffer, parameters, nameOf } of arenas(module)) {
    const arena = new Float32Array(module.buffers[buffer]?.size.fixed ?? 0);
    for (const parameter of parameters) {
      writeParameter(arena, parameter, values.get(nameOf(parameter.name)) ?? []);
    }
    session.write(buffer, arena);
  }
}

/** A copy of the arenas as they are. */
export async function takeSnapshot(session: Session): Promise<ReadonlyMap<number, Float32Array>> {
  const copies = new Map<number, Float32Array>();
  for (const { buffer } of arenas(session.module)) {
    copies.set(buffer, (await readArena(session, buffer, session.module)).slice());
  }
  return copies;
}

export function restoreSnapshot(session: Session, snapshot: ReadonlyMap<number, Float32Array>): void {
  for (const [buffer, data] of snapshot) session.write(buffer, data);
}

interface LearnedArena {
  readonly buffer: number;
  /** What has a place in it. */
  readonly parameters: readonly ParameterSpec[];
  /** A parameter's name in a file. */
  readonly nameOf: (parameter: string) => string;
}

function arenas(module: ModuleSpec): LearnedArena[] {
  const trained = trainedParameters(module);
  return [
    { buffer: parameterArena(module), parameters: module.parameters, nameOf: (name) => name },
    ...module.states.map(({ name: state, buffer }) => ({
      buffer,
      parameters: trained,
      nameOf: (name: string) => slotName(state, name),
    })),
  ];
}
