/** Invocations that share a tile's sums: when there are several, how they divide the terms, what the kernel then looks like. */
import { describe, expect, test } from 'vitest';
import { dividedAxis, mostMembers } from '../../compiler/5-loop/teams.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { taskCount, teamName, teamOf, teamsOf, workgroupCount } from '../../runtime/program.ts';
import { kernelText } from '../../runtime/webgpu/pipelines.ts';
import { arenaOf, buildModule, lowerVerified } from '../fuzz/build.ts';
import { openLargeGpu } from '../support/large-gpu.ts';
import { agreesEverywhere, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices([openLargeGpu]);

const axis = (id: string, extent: number) => ({ id, extent: dim.int(extent) });

test('a team divides the longest axis, with an element for each member', () => {
  const axes = [axis('a', 3), axis('b', 96), axis('c', 1)];
  expect(dividedAxis(axes)?.id).toBe('b');
  expect(dividedAxis(axes.slice(2))).toBeUndefined();
  expect(axes.map(mostMembers)).toEqual([2, 64, 1]);
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

/** A convolution with borders behind a max pool: what it computes, and the gradient of its weights. */
const convolution = graphOf((g: Maker) => {
  const x = g.input('x', { element: 'f32', shape: sizes(N, 16, 6, 6) });
  const w = g.parameter('w', { element: 'f32', shape: sizes(16, 16, 3, 3) });
  const y = g.op('conv2d', [x, w], { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 });
  const pooled = g.op('max_pool2d', [y], { kernel: [2, 2], stride: [2, 2], padding: [0, 0] });
  g.output('result', 'y', pooled);
  g.output('result', 'dw', g.gradientOf(pooled, w));
});

const built = (graph: ReturnType<typeof graphOf>) => {
  const arena = arenaOf([graph]);
  return buildModule([lowerVerified(graph, arena)], arena).spec.kernels;
};

describe('kernels with teams', () => {
  test('the runtime says how many members a team has, and dispatches as many invocations', () => {
    const [kernel] = built(product).filter(({ label }) => label.includes('matmul'));
    expect(kernelText(kernel, new Set(), [2]).constants).toEqual({ [teamName(0)]: 2 });
    // What no team is named for is computed by invocations of their own.
    expect(kernelText(kernel, new Set(), []).constants).toEqual({ [teamName(0)]: 1 });
    expect(workgroupCount(kernel, 640, [4])).toBe(4 * workgroupCount(kernel, 640, []));
    expect(kernel.wgsl).toContain(`override ${teamName(0)}: i32 = 1;`);
  });

  test('small batches have large teams, large ones small teams', () => {
    const [kernel] = built(product).filter(({ label }) => label.includes('matmul'));
    const [part] = kernel.parts;
    const [few, some, many] = [1, 64, 1 << 20].map((n) => teamOf(part, n));
    expect(some).toBeGreaterThan(1);
    expect([few, many]).toEqual([part.team, 1]);
    expect(taskCount(part.invocations, 64) * some).toBe(part.spread);
    expect(teamsOf(kernel, 64)).toEqual([some]);
    // Never more invocations than there should be, and as many of these as powers of two allow.
    const known = { ...part, invocations: { count: 4, block: 1 }, team: 64, spread: 2048 };
    expect([1, 8, 64, 65, 256, 600].map((n) => teamOf(known, n))).toEqual([64, 64, 8, 4, 2, 1]);
  });

  test('kernels without sums have none', () => {
    const [kernel] = built(
      graphOf((g) => {
        const x = g.input('x', { element: 'f32', shape: sizes(N, 300) });
        g.output('result', 'y', g.scalar('relu', x));
      }),
    );
    expect(kernel.parts.map(({ team }) => team)).toEqual([1]);
    expect(kernelText(kernel, new Set(), [1]).constants).toEqual({});
    expect(kernel.wgsl).not.toContain('team');
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
  ['a convolution', convolution],
])('%s: with teams and without, of batches that fill no team', async (_, graph) => {
  await agreesEverywhere(devices, graph, [1, 5, 67]);
});
