/** Layers late in a network, of small images and many channels: how the CPU loops over them, and how their images lie. */
import { expect, test } from 'vitest';
import { intermediateLayout } from '../../compiler/5-loop/layout.ts';
import { choose } from '../../compiler/5-loop/schedule.ts';
import { sizeOfTensor } from '../../compiler/7-emit/memory.ts';
import { agreesEverywhere, compile, graphOf, type Maker, N, sizes, withDevices } from './support.ts';

const devices = withDevices([]);

const padded = { stride: [1, 1], padding: [1, 1], dilation: [1, 1], groups: 1 };

/** Two convolutions one after the other: the image between them is an intermediate one. */
const layers = (channels: number, size: number, after = (g: Maker): void => void g) =>
  graphOf((g) => {
    const x = g.input('x', { element: 'f32', shape: sizes(N, 4, size, size) });
    const first = g.parameter('first', { element: 'f32', shape: sizes(channels, 4, 3, 3) });
    const second = g.parameter('second', { element: 'f32', shape: sizes(channels, channels, 3, 3) });
    const y = g.scalar('tanh', g.op('conv2d', [x, first], padded));
    const z = g.op('conv2d', [y, second], padded);
    g.output('result', 'z', g.sum(z, [1]));
    g.output('result', 'dw', g.gradientOf(z, second));
    after(g);
  });

/** The order of a convolution's loops, the work items' first. */
function orderOf(channels: number, size: number): string[] {
  const { kernels, tensors } = compile(layers(channels, size));
  const kernel = kernels.find(
    ({ label, axes }) => label.includes('conv2d') && axes.length === 4 && label.at(-1) === 'd',
  );
  if (!kernel) throw new Error('no convolution');
  const { grid, serial } = choose(kernel, tensors);
  return [...grid, ...serial];
}

test('weights that no cache holds are gone through once: samples are innermost', () => {
  expect(orderOf(128, 2).at(-1)).toBe('n');
  expect(orderOf(64, 2)[0]).toBe('n');
  // Of large images it is these that would be read again.
  expect(orderOf(128, 12)[0]).toBe('n');
});

test('images of a multiple of 2 KiB lie a line further apart, and have memory for that', () => {
  const shape = sizes(N, 128, 2, 2);
  const layout = intermediateLayout(shape);
  expect(layout.strides).toEqual([512 + 16, 1, 256, 128]);
  const tensor = { id: 0, name: 'y', element: 'f32', shape, layout, place: { kind: 'scratch' } } as const;
  expect(sizeOfTensor(tensor)).toEqual({ fixed: 0, perSample: 528 });
  expect(intermediateLayout(sizes(N, 130, 2, 2)).strides[0]).toBe(520);
  expect(intermediateLayout(sizes(64, 128, 2, 2)).strides[0]).toBe(512);
});

test('what they compute, with samples that fill no tile', async () => {
  await agreesEverywhere(devices, layers(128, 2), [1, 7]);
});
