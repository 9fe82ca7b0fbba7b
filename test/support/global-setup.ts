/**
 * Runs once before vitest starts its worker processes, which inherit this environment: with it, `openDevice('webgpu')`
 * finds an adapter in every test. `NETC_TEST_GPU=hardware` leaves the machine's own driver in place.
 */
import { withSwiftShader } from './swiftshader.ts';

export default async function setup(): Promise<void> {
  if (process.env.NETC_TEST_GPU === 'hardware') return;
  Object.assign(process.env, await withSwiftShader(process.env));
}
