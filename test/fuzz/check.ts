/** Compares every way to compute a batch of random graphs: references, simplified graphs, loops, devices. */
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { type Bindings, interpret } from '../../compiler/3-graph/interpret.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import type { Device } from '../../runtime/device.ts';
import { arenaOf, buildModule, type Lowered, lowerVerified } from './build.ts';
import { randomGraph } from './generate.ts';
import { bindingsFor, distance, type Expected, expectedOf } from './reference.ts';
import { interpretLoops, runOnDevice } from './run.ts';

export interface Failure {
  readonly seed: number;
  readonly n: number;
  /** `simplify`, `loops`, or the device's description. */
  readonly stage: string;
  readonly what: string;
}

export interface Outcome {
  readonly failures: readonly Failure[];
  /** How many outputs were compared in all. */
  readonly compared: number;
  /** Seeds whose values told nothing for some batch. */
  readonly skipped: number;
}

export interface Options {
  /** Opened by the caller, who also destroys them. The results of CPU devices must be the same bits. */
  readonly devices: readonly Device[];
  readonly batches: readonly number[];
  /** Batches for which the slow loop interpreter is run as well. */
  readonly interpreted: readonly number[];
}

interface Case {
  readonly seed: number;
  readonly lowered: Lowered;
}

/** Compiles the graphs of the seeds into one module and compares every output on every way. */
export function check(seeds: readonly number[], options: Options): Promise<Outcome> {
  return checkGraphs(
    seeds.map((seed) => ({ seed, graph: randomGraph(seed, `s${seed}_`) })),
    options,
  );
}

export async function checkGraphs(
  graphs: readonly { readonly seed: number; readonly graph: Graph }[],
  { devices, batches, interpreted }: Options,
): Promise<Outcome> {
  const failures: Failure[] = [];
  const arena = arenaOf(graphs.map(({ graph }) => graph));
  const cases = graphs.flatMap(({ seed, graph }): Case[] => {
    try {
      return [{ seed, lowered: lowerVerified(graph, arena) }];
    } catch (error) {
      failures.push({ seed, n: 0, stage: 'compile', what: message(error) });
      return [];
    }
  });
  let compared = 0;
  const skipped = new Set<number>();
  const compare = (
    of: Case,
    n: number,
    stage: string,
    actual: readonly ReferenceTensor[],
    expected: Expected,
  ): void => {
    for (const [i, { name }] of of.lowered.graph.outputs.entries()) {
      compared++;
      const off = distance(expected.values[i], actual[i]);
      if (off <= expected.tolerances[i]) continue;
      failures.push({
        seed: of.seed,
        n,
        stage,
        what: `${name} is off by ${off}, allowed are ${expected.tolerances[i]}`,
      });
    }
  };
  const built = buildModule(
    cases.map(({ lowered }) => lowered),
    arena,
  );
  const sessions = await Promise.all(devices.map((device) => device.load(built.spec, { batch: Math.max(...batches) })));
  for (const n of batches) {
    const list = cases.map((of) => ({ ...of, bindings: bindingsFor(of.lowered.graph, of.seed, n) }));
    const expected = list.map(({ lowered, bindings, seed }) => expectedOf(lowered.graph, bindings, seed));
    for (const [i, of] of list.entries()) {
      const wanted = expected[i];
      if (wanted === undefined) skipped.add(of.seed);
      else attempt(of, n, wanted);
    }
    const results = [];
    for (const session of sessions) results.push(await runOnDevice(session, built, list, n));
    for (const [d, values] of results.entries()) {
      for (const [i, of] of list.entries()) {
        const wanted = expected[i];
        if (wanted) compare(of, n, devices[d].description, values[i], wanted);
      }
    }
    const onCpu = results.filter((_, d) => devices[d].kind === 'cpu');
    for (const [i, { seed }] of list.entries()) {
      const different = onCpu.some((values) => !sameBits(values[i], onCpu[0][i]));
      if (different)
        failures.push({ seed, n, stage: 'threads', what: 'another number of threads gives another result' });
    }
  }
  for (const session of sessions) session.dispose();
  return { failures, compared, skipped: skipped.size };

  function attempt(of: Case & { readonly bindings: Bindings }, n: number, wanted: Expected): void {
    const { simplified } = of.lowered;
    const ways: [string, () => readonly ReferenceTensor[]][] = [['simplify', () => interpret(simplified, of.bindings)]];
    if (interpreted.includes(n)) ways.push(['loops', () => interpretLoops(of.lowered, of.bindings, n)]);
    for (const [stage, run] of ways) {
      try {
        compare(of, n, stage, run(), wanted);
      } catch (error) {
        failures.push({ seed: of.seed, n, stage, what: message(error) });
      }
    }
  }
}

const message = (error: unknown): string =>
  error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);

function sameBits(a: readonly ReferenceTensor[], b: readonly ReferenceTensor[]): boolean {
  return a.every((tensor, i) => tensor.data.every((value, at) => Object.is(value, b[i].data[at])));
}
