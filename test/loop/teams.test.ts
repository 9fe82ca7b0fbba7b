/** Invocations that share a tile's sums: when there are several, how they divide the terms, what the kernel then looks like. */
import { describe, expect, test } from 'vitest';
import { dividedAxis } from '../../compiler/5-loop/teams.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { MOST_MEMBERS, workgroupCount } from '../../runtime/program.ts';
import { kernelText } from '../../runtime/webgpu/pipelines.ts';
import { arenaOf, buildModule, lowerVerified } from '../fuzz/build.ts';
import { agreesEverywhere, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices();

const axis = (id: string, extent: number) => ({ id, extent: dim.int(extent) });

test('a team divides the axis with the least waste, the longest of those', () => {
  const axes = [axis('a', 3), axis('b', 16), axis('c', 65), axis('d', 64)];
  expect(dividedAxis(axes, 1)).toBeUndefined();
  expect(dividedAxis(axes, 8)?.id).toBe('d');
  expect(dividedAxis(axes.slice(0, 3), 8)?.id).toBe('b');
  // With 16 members the 65 elements take 5 steps, which would hold 80.
  expect(dividedAxis([axis('b', 16), axis('c', 65)], 16)?.id).toBe('b');
  expect(dividedAxis(axes.slice(0, 2), 32)).toBeUndefined();
});

/** Statistics of a batch: few results, long sums. */
const statistics = graphOf((g: Maker) => {
  const x = g.input('x', { element: 'f32', shape: sizes(N, 24, 3, 3) });
  const mean = g.sum(x, [0, 2, 3]);
  g.output('result', 'mean', mean);
  g.output('result', 'squares', g.sum(g.mul(x, x), [0, 2, 3]));
});

/** A matrix product with a long sum, whose rows fill no workgroup. */
const product = graphOf((g: Maker) => {
  const x = g.input('x', { element: 'f32', shape: sizes(N, 300) });
  const w = g.parameter('w', { element: 'f32', shape: sizes(300, 12) });
  g.output('result', 'y', g.scalar('relu', g.op('matmul', [x, w])));
});

/** Sums that wait for other sums, in the same kernel. */
const normalized = graphOf((g: Maker) => {
  const x = g.input('x', { element: 'f32', shape: sizes(N, 400) });
  const mean = g.mul(g.sum(x, [1], true), g.broadcastTo(g.constant(1 / 400), sizes(N, 1)));
  const centred = g.sub(x, g.broadcastTo(mean, sizes(N, 400)));
  g.output('result', 'squares', g.sum(g.mul(centred, centred), [1]));
});

const built = (graph: ReturnType<typeof graphOf>) => {
  const arena = arenaOf([graph]);
  return buildModule([lowerVerified(graph, arena)], arena).spec.kernels;
};

describe('kernels with teams', () => {
  test('the runtime says how many members a team has, and dispatches as many invocations', () => {
    const [kernel] = built(product).filter(({ label }) => label.includes('matmul'));
    const [{ team }] = kernel.parts;
    expect(team).toBeGreaterThan(4);
    const slotted = new Set<number>();
    expect(kernelText(kernel, slotted, 64).constants).toEqual({});
    expect(kernelText(kernel, slotted, 2).constants).toEqual({ [MOST_MEMBERS]: 2 });
    expect(workgroupCount(kernel, 640, 2)).toBe(2 * workgroupCount(kernel, 640, 1));
    expect(workgroupCount(kernel, 640)).toBe(team * workgroupCount(kernel, 640, 1));
    expect(kernel.wgsl).toContain(`let team = min(${team}, ${MOST_MEMBERS});`);
    expect(kernel.wgsl).toContain(`override ${MOST_MEMBERS}: i32 = 64;`);
  });

  test('kernels without sums have none', () => {
    const [kernel] = built(
      graphOf((g) => {
        const x = g.input('x', { element: 'f32', shape: sizes(N, 300) });
        g.output('result', 'y', g.scalar('relu', x));
      }),
    );
    expect(kernel.parts.map(({ team }) => team)).toEqual([1]);
    expect(kernelText(kernel, new Set(), 1).constants).toEqual({});
    expect(kernel.wgsl).not.toContain(MOST_MEMBERS);
  });

  test('sums over the same places share one loop', () => {
    const texts = built(statistics).map(({ wgsl }) => wgsl);
    const both = texts.find((wgsl) => wgsl.includes('acc1'));
    // Over the batch, with the rows and columns written out; the other loops add up what members have.
    expect(both?.match(/for \(var r/g)).toHaveLength(1);
  });
});

test.each([
  ['statistics', statistics],
  ['a product', product],
  ['sums of sums', normalized],
])('%s: with teams and without, of batches that fill no team', async (_, graph) => {
  await agreesEverywhere(devices, graph, [1, 5, 67]);
});
