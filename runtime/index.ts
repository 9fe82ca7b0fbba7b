/**
 * The runtime's public face, `netc/runtime`: what generated modules and people who use them import. Nothing is done here.
 */
export type { Device, HostArray, Session } from './device.ts';
export { UserError } from './errors.ts';
export type { DeviceChoice, DeviceOptions } from './open-device.ts';
export { openDevice } from './open-device.ts';
export type {
  BufferSpec,
  InitSpec,
  KernelSpec,
  ModuleSpec,
  ParameterSpec,
  ProgramName,
  ProgramSpec,
  StateSpec,
} from './program.ts';
