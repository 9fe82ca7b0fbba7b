/**
 * Whole models: what the fused program computes, in the interpreter and on every device, is what the unfused one does; training
 * with its optimizer, evaluation and inference.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../runtime/device.ts';
import { openDevice } from '../../runtime/open-device.ts';
import type { ProgramName } from '../../runtime/program.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { compiledModel, runModel, runOf } from './compiled-model.ts';
import { Oracle, type Run, runAll } from './oracle.ts';
import { type Bounded, DOUBLE, firstWrong } from './rounding.ts';

const models = [
  ['models/fashion_cnn.net', 'FashionCnn'],
  ['models/fashion_cnn_logits.net', 'FashionCnnLogits'],
  ['models/fashion_small.net', 'FashionSmallAugmented'],
] as const;
const programs: readonly ProgramName[] = ['infer', 'evaluate', 'train'];

const devices: Device[] = [];
beforeAll(async () => {
  devices.push(await openDevice('cpu', { threads: 1 }), await openDevice('cpu', { threads: 3 }));
  if (missingSwiftShader() === undefined) devices.push(await openDevice('webgpu'));
});
afterAll(async () => {
  for (const device of devices) await device.destroy();
});

describe.each(models)('%s: %s', (path, name) => {
  const model = compiledModel(path, name);
  test.each(programs)('%s', async (program) => {
    const parts = model.parts(program);
    const run: Run = runOf(model, 3);
    const expected = new Oracle(parts, model.unit.arena.size).expected(run, 1);
    const differences = (way: string, values: ReturnType<typeof runAll>, share: number): string[] =>
      parts.flatMap(({ graph }, part) =>
        graph.outputs.flatMap(({ role, name }, i) => {
          const wrong = firstWrong(expected[part][i], values[part][i], share);
          return wrong ? [`${way}: ${role} ${name}: ${wrong}`] : [];
        }),
      );
    const found = differences('fused', runAll(model.fused(program), model.unit.arena.size, run), DOUBLE);
    for (const device of devices) {
      const session = await device.load(model.spec, { batch: 4 });
      found.push(...differences(device.description, await runModel(session, model, program, run), 1));
      session.dispose();
    }
    expect(found).toEqual([]);
    expect(vagueness(expected.flat())).toBeLessThan(0.1);
  });
});

const vagueness = (all: readonly Bounded[]): number => all.reduce((sum, { vague }) => sum + vague, 0) / all.length;
