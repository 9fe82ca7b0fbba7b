/**
 * Finds the kernel that is to blame: the fused program runs kernel by kernel beside the unfused one of the same (simplified)
 * graph, whose values are known for every node; on a device the program runs with all that it keeps in memory as outputs.
 */
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { fuseNothing } from '../../compiler/4-fuse/unfused.ts';
import type { Kernel, LoopProgram, Tensor } from '../../compiler/5-loop/kernel.ts';
import { lowerPartition } from '../../compiler/5-loop/lower.ts';
import { storageOf } from '../../compiler/7-emit/storage.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import type { Device } from '../../runtime/device.ts';
import { Bank, gather, shapeOf } from './bank.ts';
import { arenaOf, buildModule, type Lowered, lowerVerified } from './build.ts';
import type { Network } from './network.ts';
import type { Run } from './oracle.ts';
import { type Bounded, bound, DOUBLE, firstWrong, float32, noiseFrom, RUNS } from './rounding.ts';
import { runOnDevice } from './run.ts';
import type { Noise } from './script.ts';
import { scripts } from './script.ts';

/** The label of the first kernel whose result is wrong, and how; without a device, in the interpreter. */
export async function differingKernel(
  { graph }: Network,
  { run, bindings }: { readonly run: Run; readonly bindings: Bindings },
  device?: Device,
): Promise<string> {
  const arena = arenaOf([graph]);
  const lowered = lowerVerified(graph, arena);
  const storage = storageOf(arena, 'sample');
  const unfused = lowerPartition(fuseNothing(lowered.simplified), storage);
  const after = tensorsAfter(lowered.loops, arena.size, run);
  const bounds = boundedTensors(unfused, arena.size, run);
  const interpreted = wrongKernel(lowered.loops, bounds, ({ id }) => after.get(id), DOUBLE);
  if (interpreted) return `fused: ${interpreted}`;
  if (!device) return 'no kernel is wrong: the simplified graph is not the graph';
  const kept = keepEverything(lowered);
  const built = buildModule([kept], arena);
  const session = await device.load(built.spec, { batch: run.n });
  const [values] = await runOnDevice(session, built, [{ lowered: kept, bindings }], run.n);
  session.dispose();
  const byName = new Map(kept.graph.outputs.map(({ name }, i) => [name, values[i]]));
  const wrong = wrongKernel(
    kept.loops,
    boundedTensors(kept.loops, arena.size, run),
    (held) => byName.get(held.name),
    1,
  );
  return wrong ?? 'none, where everything is kept in memory';
}

type Values = ReadonlyMap<number, ReferenceTensor>;

/** The first kernel of which a stored tensor is known and wrong. */
function wrongKernel(
  { kernels, tensors }: LoopProgram,
  expected: ReadonlyMap<number, Bounded>,
  actual: (held: Tensor) => ReferenceTensor | undefined,
  share: number,
): string | undefined {
  for (const { label, stores } of kernels) {
    for (const store of stores) {
      const held = tensors.get(store.tensor);
      const wanted = expected.get(store.tensor);
      const value = held && actual(held);
      const wrong = wanted && value && firstWrong(wanted, value, share);
      if (wrong) return `"${label}" stores ${held.name}: ${wrong}`;
    }
  }
  return undefined;
}

/** What every tensor of a program holds once its kernel ran. */
function tensorsAfter(program: LoopProgram, arena: number, run: Run, noise?: Noise, random?: () => number): Values {
  const bank = new Bank(arena, run.n);
  run.fill(bank, program);
  const memory = bank.memoryFor(program);
  const values = new Map<number, ReferenceTensor>();
  const compiled = scripts(program, noise);
  program.kernels.forEach(({ stores }: Kernel, i) => {
    compiled[i].run(memory, run, random);
    for (const { tensor: id } of stores) {
      const held = program.tensors.get(id);
      if (held) values.set(id, gather(memory.get(id) ?? [], held.layout, shapeOf(held.shape, run.n)));
    }
  });
  return values;
}

function boundedTensors(program: LoopProgram, arena: number, run: Run): ReadonlyMap<number, Bounded> {
  const values = tensorsAfter(program, arena, run);
  const runs = Array.from({ length: RUNS }, (_, i) => tensorsAfter(program, arena, run, float32, noiseFrom(i + 1)));
  return new Map(
    [...values].map(([id, value]) => [
      id,
      bound(
        value,
        runs.flatMap((noisy) => noisy.get(id) ?? []),
      ),
    ]),
  );
}

/** The program with everything that it keeps between kernels as an output. */
function keepEverything(lowered: Lowered): Lowered {
  const { loops, graph } = lowered;
  const tensors = new Map(
    [...loops.tensors].map(([id, held]): [number, Tensor] => {
      const name = `kept ${id}`;
      if (held.place.kind !== 'scratch') return [id, held];
      return [id, { ...held, name, place: { kind: 'output', name } }];
    }),
  );
  const kept = [...tensors.values()].filter(({ name }) => name.startsWith('kept '));
  const outputs = [...graph.outputs, ...kept.map(({ name, id }) => ({ name, role: 'result', node: id }) as const)];
  return { ...lowered, graph: { ...graph, outputs }, loops: { ...loops, tensors } };
}
