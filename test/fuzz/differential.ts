/**
 * Random networks on every way there is: the unfused program of what was drawn is the oracle, the fused one is run by the
 * interpreter's twin and, in one module with others, on devices. A difference is followed to the first kernel that makes it.
 */
import type { Bindings } from '../../compiler/3-graph/interpret.ts';
import { storageOf } from '../../compiler/7-emit/storage.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { textOf } from '../../compiler/ops/attributes.ts';
import type { ReferenceTensor } from '../../compiler/ops/primitive.ts';
import { tensor } from '../../compiler/ops/reference.ts';
import type { Device } from '../../runtime/device.ts';
import { arenaOf, buildModule, type Lowered, lowerVerified } from './build.ts';
import { Draw } from './draw.ts';
import { differingKernel } from './first-kernel.ts';
import type { Network } from './network.ts';
import { compiled, Oracle, type Run, runAll } from './oracle.ts';
import { UNIFORMS } from './reference.ts';
import { type Bounded, DOUBLE, firstWrong } from './rounding.ts';
import { fillLeaves, runOnDevice } from './run.ts';

export interface NetworkFailure {
  readonly seed: number;
  readonly n: number;
  /** `compile`, `fused`, or the device's description. */
  readonly way: string;
  readonly what: string;
  /** The first kernel whose result is wrong, where that can be said. */
  readonly kernel?: string;
}

export interface NetworkOutcome {
  readonly failures: readonly NetworkFailure[];
  /** Outputs compared, each on each way. */
  readonly compared: number;
  /** The share of elements whose bound says little. */
  readonly vague: number;
}

export interface Case {
  readonly seed: number;
  readonly network: Network;
}

/** The leaves' values for a batch of n: as float32 holds them, within their ranges. */
export function bindingsOf({ graph, ranges }: Network, seed: number, n: number): Bindings {
  const inputs: Record<string, ReferenceTensor> = {};
  const parameters: Record<string, ReferenceTensor> = {};
  for (const { id, op, attributes, type } of graph.nodes) {
    const of = op === 'input' ? inputs : op === 'parameter' ? parameters : undefined;
    if (!of) continue;
    const name = textOf(attributes, op === 'parameter' ? 'path' : 'name');
    const [low, high] = ranges.get(name) ?? [0, 1];
    const { next } = new Draw(seed * 1009 + id);
    const round = type.element === 'f32' ? Math.fround : Math.floor;
    of[name] = tensor(
      type.shape.map((size) => dim.evaluate(size, { N: n })),
      () => round(low + (high - low) * next()),
    );
  }
  return { dims: { N: n }, inputs, parameters, uniforms: UNIFORMS };
}

/** Compiles the networks into one module and compares every output on every way. */
export async function compareNetworks(
  cases: readonly Case[],
  { devices, batches }: { readonly devices: readonly Device[]; readonly batches: readonly number[] },
): Promise<NetworkOutcome> {
  const failures: NetworkFailure[] = [];
  const arena = arenaOf(cases.map(({ network }) => network.graph));
  const list = cases.flatMap((of): (Case & { readonly lowered: Lowered })[] => {
    try {
      return [{ ...of, lowered: lowerVerified(of.network.graph, arena) }];
    } catch (error) {
      failures.push({ seed: of.seed, n: 0, way: 'compile', what: String(error) });
      return [];
    }
  });
  let compared = 0;
  let vague = 0;
  let bounds = 0;
  const oracles = list.map(({ network }) => {
    const own = arenaOf([network.graph]);
    return new Oracle([{ graph: network.graph, storage: storageOf(own, 'sample') }], own.size);
  });
  const fused = list.map(({ network, lowered }) => compiled(network.graph, lowered.loops));
  const built =
    devices.length === 0
      ? undefined
      : buildModule(
          list.map(({ lowered }) => lowered),
          arena,
        );
  const sessions = built
    ? await Promise.all(devices.map((device) => device.load(built.spec, { batch: Math.max(...batches) })))
    : [];
  for (const n of batches) {
    const runs = list.map(({ seed, network }) => {
      const bindings = bindingsOf(network, seed, n);
      const run: Run = {
        n,
        dims: { N: n },
        uniforms: UNIFORMS,
        fill: (bank, program) => fillLeaves(bank, program, bindings),
      };
      return { bindings, run };
    });
    const expected = list.map(({ seed }, i) => oracles[i].expected(runs[i].run, seed)[0]);
    for (const each of expected.flat()) {
      vague += each.vague;
      bounds++;
    }
    const compare = async (
      way: string,
      i: number,
      values: readonly ReferenceTensor[],
      share: number,
      device?: Device,
    ) => {
      compared += values.length;
      const what = difference(list[i].lowered, expected[i], values, share);
      if (what === undefined) return;
      const kernel = await differingKernel(list[i].network, runs[i], device);
      failures.push({ seed: list[i].seed, n, way, what, kernel });
    };
    for (const [i] of list.entries()) {
      const [values] = runAll([fused[i]], arena.size, runs[i].run);
      await compare('fused', i, values, DOUBLE);
    }
    for (const [d, session] of sessions.entries()) {
      if (!built) continue;
      const items = list.map(({ lowered }, i) => ({ lowered, bindings: runs[i].bindings }));
      const results = await runOnDevice(session, built, items, n);
      for (const [i, values] of results.entries()) await compare(devices[d].description, i, values, 1, devices[d]);
    }
  }
  for (const session of sessions) session.dispose();
  return { failures, compared, vague: bounds === 0 ? 0 : vague / bounds };
}

function difference(
  { graph }: Lowered,
  expected: readonly Bounded[],
  actual: readonly ReferenceTensor[],
  share: number,
): string | undefined {
  for (const [i, { name, role }] of graph.outputs.entries()) {
    const wrong = firstWrong(expected[i], actual[i], share);
    if (wrong) return `${role} ${name}: ${wrong}`;
  }
  return undefined;
}
