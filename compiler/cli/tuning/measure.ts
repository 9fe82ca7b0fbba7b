/**
 * How long modules take on a device, compared fairly: all are warm, and take turns, so that whatever else the machine does
 * meets each of them. Their buffers hold small numbers; nothing is made of the results.
 */
import type { Device, HostArray, Session } from '../../../runtime/device.ts';
import { type ModuleSpec, type StorageElement, sizeOf } from '../../../runtime/program.ts';

/** Milliseconds of one measurement, at least, and before the first. */
const LEAST = 5;
const WARM = 40;

/** The shortest time of a run of each module's `infer` program, in milliseconds: what other processes take only adds to it. */
export async function measure(
  device: Device,
  modules: readonly ModuleSpec[],
  batch: number,
  rounds: number,
): Promise<readonly number[]> {
  const sessions: Session[] = [];
  try {
    for (const module of modules) {
      const session = await device.load(module, { batch });
      sessions.push(session);
      fill(session, batch);
    }
    const counts: number[] = [];
    for (const session of sessions) counts.push(await warmUp(session, batch));
    const times = sessions.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, session] of sessions.entries()) times[i].push((await time(session, batch, counts[i])) / counts[i]);
    }
    return times.map((each) => Math.min(...each));
  } finally {
    for (const session of sessions) session.dispose();
  }
}

/** How many runs a measurement takes. */
async function warmUp(session: Session, batch: number): Promise<number> {
  let count = 1;
  let spent = 0;
  for (;;) {
    const took = await time(session, batch, count);
    spent += took;
    if (took >= LEAST && spent >= WARM) return count;
    if (took < LEAST) count *= 2;
  }
}

async function time(session: Session, batch: number, runs: number): Promise<number> {
  const uniforms = new Float32Array(session.module.uniforms).fill(0.5);
  const start = performance.now();
  for (let i = 0; i < runs; i++) {
    const busy = session.busy();
    if (busy) await busy;
    session.run('infer', batch, uniforms);
  }
  // Comes back after all work that was handed over.
  await session.read(0, 0, 1);
  return performance.now() - start;
}

/** Numbers around zero, every third of them zero, as behind a ReLU; integers are 0 or 1, which are positions of anything. */
export function fill(session: Session, batch: number): void {
  for (const [index, { element, size }] of session.module.buffers.entries()) {
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    const length = sizeOf(size, batch);
    const bit = (): number => Math.round(random());
    const data: Readonly<Record<StorageElement, () => HostArray>> = {
      f32: () => Float32Array.from({ length }, (_, i) => (i % 3 === 0 ? 0 : random() - 0.5)),
      i32: () => Int32Array.from({ length }, bit),
      u8: () => Uint8Array.from({ length }, bit),
    };
    session.write(index, data[element]());
  }
}
