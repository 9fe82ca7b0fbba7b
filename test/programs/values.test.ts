/** Whole networks, compiled: what they predict on the CPU device, against PyTorch in eval mode on the same tensors and inputs. */
import { afterAll, expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import { compile } from '../../compiler/index.ts';
import { verifyAfter } from '../../compiler/passes.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { uniform } from '../reference/formula.ts';
import { runCase } from '../reference/run-case.ts';
import { expectClose } from '../reference/tolerance.ts';
import { boundsOf, knownNetworks, programFile } from './networks.ts';

const { networks, values } = knownNetworks();
const device = await openDevice('cpu');
afterAll(() => device.destroy());

/** The ResNet-18 of small grey pictures: the program with other defaults. */
const SMALL = [
  ['classes: int = 1000', 'classes: int = 10'],
  ['channels: int = 3', 'channels: int = 1'],
  ['size: int = 224', 'size: int = 28'],
];

test.each(values)('$file', { timeout: 300_000 }, async (known) => {
  const source = programFile(known.file);
  const text = SMALL.reduce((changed, [from, to]) => changed.replace(from, to), source.text);
  const { diagnostics, units } = compile({ ...source, text }, fileHost, { inspect: verifyAfter });
  expect(diagnostics).toEqual([]);
  const [{ spec, model }] = units;
  const trained = spec.parameters.filter(({ trainable }) => trainable);
  const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);
  expect(trained.reduce((sum, { shape }) => sum + size(shape), 0)).toBe(known.parameters);
  // The seeds follow PyTorch's order, which is that of the fixture's names.
  const names = networks.find(({ file }) => file === known.file)?.tensors.map(([name]) => name) ?? [];
  const inputs = new Map(
    spec.parameters.map(({ name, shape }) => {
      const [low, high] = boundsOf(name, shape);
      return [name, uniform(known.seed + names.indexOf(name), size(shape), low, high)];
    }),
  );
  const [input] = model.inputs;
  inputs.set(input.name, uniform(known.seed + 999, known.samples * size(known.sample), -1, 1));
  const [output] = (await runCase(device, spec, known.samples, inputs)).values();
  const kept = Array.from(output).filter((_, i) => i % known.stride === 0);
  expectClose(known.file, kept, known.values, 2e-5);
});
