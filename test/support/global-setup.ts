/**
 * Runs once before vitest starts its worker processes: builds what they start, and sets the environment that they inherit.
 * With it, `openDevice('webgpu')` finds an adapter in every test; `NETC_TEST_GPU=hardware` leaves the machine's own driver
 * in place.
 */
import { buildIfStale } from './built.ts';
import { withSwiftShader } from './swiftshader.ts';

export default async function setup(): Promise<void> {
  buildIfStale();
  if (process.env.NETC_TEST_GPU === 'hardware') return;
  Object.assign(process.env, await withSwiftShader(process.env));
}
