/**
 * What a chain of augments costs, and that the devices compute what the interpreter does: a chain is one kernel; the pictures
 * between the augments are never written, only the last one, and numbers of each sample.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { interpret } from '../../compiler/3-graph/interpret.ts';
import type { Part } from '../../compiler/5-loop/dispatch.ts';
import { formDispatches } from '../../compiler/5-loop/side-by-side.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { uniform } from '../reference/formula.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compileGraph, lowerGraph, runGraph } from '../target/run-graph.ts';
import { augmentGraph, bindingsOf, type Size } from './augmented.ts';

const size: Size = [3, 12, 14];
const pixels = size[0] * size[1] * size[2];

/** What the kernels of a chain write, as numbers of each sample, the largest last. */
function written(augment: string): number[] {
  const { kernels, tensors } = lowerGraph(augmentGraph(augment, size));
  return kernels
    .flatMap(({ stores }) => stores.map(({ tensor }) => dim.product(tensors.get(tensor)?.shape ?? [])))
    .map((count) => dim.evaluate(count, { N: 1 }))
    .sort((a, b) => a - b);
}

const wgslOf = (augment: string): string =>
  compileGraph(augmentGraph(augment, size))
    .kernels.map(({ wgsl }) => wgsl)
    .join('\n');

const partsOf = (augment: string, of: Size = size): Part[] =>
  formDispatches(lowerGraph(augmentGraph(augment, of))).dispatches.flatMap(({ parts }) => parts);

test.each([
  // A draw each, and the picture.
  ['RandomHorizontalFlip', 2],
  ['RandomHorizontalFlip |> RandomRotation(10)', 3],
  // Six more: ten areas, ten ratios, the first that fits, its sides, the corner's row and column.
  ['RandomHorizontalFlip |> RandomRotation(10) |> RandomResizedCrop((12, 14))', 9],
])('%s: one kernel of %i nests, and one picture', (augment, nests) => {
  const [part, ...others] = partsOf(augment);
  expect(others).toEqual([]);
  expect([part.nests.length, part.wide, part.shared.length]).toEqual([nests, true, 1]);
  const sizes = written(augment);
  expect(sizes.at(-1)).toBe(pixels);
  // All else is a number, or one for each of ten tries.
  for (const count of sizes.slice(0, -1)) expect(count).toBeLessThanOrEqual(10);
});

test('a large picture is not left to one workgroup: its draws have a kernel of their own', () => {
  expect(partsOf('RandomHorizontalFlip |> RandomCrop((64, 80))', [1, 64, 80]).map(({ wide }) => wide)).not.toContain(
    true,
  );
});

test('a workgroup waits where what other invocations stored is read, and only there', () => {
  const [part] = partsOf('RandomHorizontalFlip |> RandomRotation(10) |> RandomResizedCrop((12, 14))');
  const text = wgslOf('RandomHorizontalFlip |> RandomRotation(10) |> RandomResizedCrop((12, 14))');
  // Ten ratios need the areas, the first that fits needs both, its sides that, the picture all: not one for each nest.
  expect(text.match(/storageBarrier/g)).toHaveLength(4);
  expect(part.nests.length).toBe(9);
});

test('where more is read than a kernel binds, single numbers are kept rather than pictures, where that suffices', () => {
  const chain = 'RandomHorizontalFlip |> RandomRotation(10) |> RandomErasing |> RandomResizedCrop((12, 14))';
  // Eleven draws and sides cannot be bound at once: two pictures between, beside a number for each row and each column.
  expect(written(chain).filter((count) => count > 10)).toEqual([12, 14, pixels, pixels, pixels]);
});

const chains = [
  'RandomHorizontalFlip |> RandomRotation(20) |> RandomResizedCrop((12, 14))',
  'RandomErasing(0.8) |> ColorJitter(0.3, 0.4) |> RandomVerticalFlip |> RandomCrop((12, 14), padding=2)',
  'RandomHorizontalFlip |> RandomRotation(10) |> RandomErasing |> RandomResizedCrop((12, 14))',
];

describe.each(['cpu', 'webgpu'] as const)('on the device %s', (kind) => {
  const devices: Device[] = [];
  afterAll(async () => {
    for (const device of devices) await device.destroy();
  });
  const skip = kind === 'webgpu' && missingSwiftShader() !== undefined;
  test.skipIf(skip).each([
    ...chains.map((chain) => ({ chain, of: size })),
    // Four pixels of a row at once on the CPU.
    { chain: 'RandomHorizontalFlip |> RandomRotation(25) |> RandomResizedCrop((12, 16))', of: [1, 12, 16] as const },
    { chain: 'RandomRotation(90, fill=0.5) |> RandomErasing(0.8)', of: [1, 12, 16] as const },
  ])('$chain', async ({ chain, of }) => {
    const graph = augmentGraph(chain, of);
    const [c, h, w] = of;
    const pictures = Array.from({ length: 9 }, (_, i) => Float64Array.from(uniform(60 + i, c * h * w, 0, 1)));
    const bindings = bindingsOf(pictures, of);
    const [{ data: wanted }] = interpret(graph, bindings);
    const device = await openDevice(kind);
    devices.push(device);
    const { image } = bindings.inputs;
    const { epochKey0, epochKey1, first } = bindings.uniforms;
    const { output } = await runGraph(device, compileGraph(graph), 9, { image: image.data }, [
      epochKey0,
      epochKey1,
      first,
    ]);
    expect(output.length).toBe(wanted.length);
    for (const [i, value] of output.entries()) expect(Math.abs(value - wanted[i])).toBeLessThan(1e-4);
  });
});
