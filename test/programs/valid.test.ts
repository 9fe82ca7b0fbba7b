/**
 * Programs as users write them, of all kinds (valid/*.net): each is accepted without a warning, compiles to a module, and
 * runs: predictions are finite and have the declared shape; a training's step gives a finite loss and moves finite parameters.
 * What the numbers are is for other tests.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import { render } from '../../compiler/diagnostics/render.ts';
import { dim } from '../../compiler/dim/dim.ts';
import { compile } from '../../compiler/index.ts';
import { verifyAfter } from '../../compiler/passes.ts';
import { openOneThread } from '../support/one-thread.ts';
import { inferOnce, stepOnce } from './run-unit.ts';

const folder = new URL('./valid/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.net'));
const device = await openOneThread('cpu');
afterAll(() => device.destroy());

const SAMPLES = 3;
const finite = (values: ArrayLike<number>): boolean => Array.from(values).every(Number.isFinite);

test('there are many', () => {
  expect(names.length).toBeGreaterThanOrEqual(53);
});

test.each(names)('%s', async (name) => {
  const entry = { path: `test/programs/valid/${name}`, text: readFileSync(new URL(name, folder), 'utf8') };
  const { diagnostics, units } = compile(entry, fileHost, { inspect: verifyAfter });
  expect(diagnostics.map((diagnostic) => render(diagnostic, { color: false })).join('\n')).toBe('');
  expect(units.length).toBeGreaterThan(0);
  for (const unit of units) {
    const { model } = unit;
    const length = dim.evaluate(dim.product(model.output.shape), { [model.batch]: SAMPLES });
    const output = await inferOnce(device, unit, SAMPLES);
    expect(output, `${unit.name}: finite`).toSatisfy(finite);
    expect(output.length, `${unit.name}: elements`).toBe(length);
    if (!unit.training) continue;
    const { loss, parameters } = await stepOnce(device, unit, SAMPLES);
    expect(loss, `${unit.name}: the loss`).toSatisfy(Number.isFinite);
    for (const [path, { after }] of parameters) expect(after, `${unit.name}: ${path} after a step`).toSatisfy(finite);
    const moved = [...parameters.values()].some(({ before, after }) => after.some((value, i) => value !== before[i]));
    expect(moved, `${unit.name}: parameters move`).toBe(true);
  }
});
