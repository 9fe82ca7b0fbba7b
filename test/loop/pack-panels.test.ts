/** Weights in panels: which are copied, and that predictions from the copies are WebGPU's, which reads them as they are. */
import { expect, test } from 'vitest';
import type { EmitUnit } from '../../compiler/7-emit/unit.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import { compile } from '../../compiler/index.ts';
import { verifyAfter } from '../../compiler/passes.ts';
import { inferOnce } from '../programs/run-unit.ts';
import { expectClose } from '../reference/tolerance.ts';
import { withDevices } from './support.ts';

const devices = withDevices();

function unitOf(body: string): EmitUnit {
  const text = `model Strided(x: f32[N, 64, 9, 9]) -> f32[N, 40] {\n  x\n${body}\n}\n`;
  const { diagnostics, units } = compile({ path: 'strided.net', text }, fileHost, { inspect: verifyAfter });
  expect(diagnostics).toEqual([]);
  return units[0];
}

/** A convolution that no other form suits, with so many features. */
const strided = (features: number): EmitUnit =>
  unitOf(`    |> conv: Conv2d(64 -> ${features}, kernel=3, stride=2, padding=1) |> relu
    |> AdaptiveAvgPool2d(1) |> flatten |> fc: Linear(40)`);

const prepared = ({ spec }: EmitUnit): string[] =>
  spec.programs.prepare.kernels.flatMap((index) => spec.kernels[index].parts.map(({ label }) => label));

test('weights that no cache near a core holds are copied once', () => {
  expect(prepared(strided(256))).toEqual(['conv.weight: in panels']);
  expect(prepared(strided(128))).toEqual([]);
});

test('not those whose features fill no panels', () => {
  expect(prepared(strided(252))).toEqual([]);
});

test.each([1, 3, 5, 8])('%i samples: the prediction is that of weights as they are', async (n) => {
  const unit = strided(256);
  const [cpu, ...others] = await Promise.all(devices.map((device) => inferOnce(device, unit, n)));
  expect(others.length).toBe(1);
  for (const other of others) expectClose(`${n} samples`, Array.from(cpu), Array.from(other), 1e-5);
});
