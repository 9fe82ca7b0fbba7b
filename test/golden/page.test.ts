/**
 * One small network on its way through every stage, as one page: `tiny.md`. Whoever changes a stage sees there what it
 * changes. `npx vitest run test/golden -u` writes the page anew.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { fileHost } from '../../compiler/cli/host.ts';
import type { Compilation, ProgramPart } from '../../compiler/compilation.ts';
import { compile } from '../../compiler/index.ts';
import { verifyAfter } from '../../compiler/passes.ts';
import type { ModuleSpec } from '../../runtime/program.ts';

const text = readFileSync(fileURLToPath(new URL('./tiny.net', import.meta.url)), 'utf8');

const section = (title: string, description: string, language: string, content: string): string =>
  `## ${title}\n\n${description}\n\n\`\`\`${language}\n${content.trimEnd()}\n\`\`\`\n`;

/** What a training step is made of; inference and evaluation are parts of it. */
function trainingOnly(state: Compilation): Compilation {
  const train = <T>(parts: readonly ProgramPart<T>[]): ProgramPart<T>[] => parts.filter((p) => p.program === 'train');
  const units = state.units.map((unit) => ({
    ...unit,
    graphs: train(unit.graphs),
    partitions: train(unit.partitions),
    loops: train(unit.loops),
  }));
  return { ...state, units };
}

/** The kernels of a training step as the GPU gets them. */
function shaders({ programs, kernels }: ModuleSpec): string {
  return programs.train.kernels.map((index) => kernels[index].wgsl).join('\n');
}

function page(): string {
  const parts = [section('Source', 'What the user writes.', 'rust', text)];
  const { units } = compile({ path: 'tiny.net', text }, fileHost, {
    inspect: (pass, state) => {
      verifyAfter(pass, state);
      parts.push(section(pass.name, pass.description, '', pass.print(trainingOnly(state))));
    },
  });
  const [{ spec, uniforms }] = units;
  expect(uniforms).toEqual([]);
  parts.push(section('WGSL', 'The kernels of a training step.', 'wgsl', shaders(spec)));
  return `# Tiny, stage by stage\n\n${parts.join('\n')}`;
}

test('every stage of a small network', async () => {
  await expect(page()).toMatchFileSnapshot('tiny.md');
});
