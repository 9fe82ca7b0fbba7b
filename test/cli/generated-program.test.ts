/** The cache of compiled programs: found again while nothing changed, and only then. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findProgram, storeProgram } from '../../compiler/cli/generated-program.ts';
import { emitScripts } from '../../compiler/cli/scripts.ts';
import { tinyUnit } from '../emit/fake-unit.ts';

let folder = '';
let source = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netc-test-'));
  vi.stubEnv('NETC_CACHE', join(folder, 'cache'));
  source = join(folder, 'tiny.net');
  writeFileSync(source, 'import { Dots } from "./dots.net"\n');
  writeFileSync(join(folder, 'dots.net'), 'import { X } from "./tiny.net"\n');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function files(trainings = ['Tiny']) {
  const units = trainings.map((name) => ({
    ...tinyUnit,
    name,
    ...(tinyUnit.training ? { training: { ...tinyUnit.training, name } } : {}),
  }));
  return await emitScripts(units, { source: 'tiny.net', output: 'generated' });
}

const programs = (): string[] => readdirSync(join(folder, 'cache', 'programs'));

test('found while nothing changed; not after a change of the file or of one that it imports', async () => {
  expect(findProgram(source)).toBeUndefined();
  storeProgram(source, await files(), true);
  expect(findProgram(source)).toBeDefined();
  writeFileSync(join(folder, 'dots.net'), 'import { Y } from "./tiny.net"\n');
  expect(findProgram(source)).toBeUndefined();
  writeFileSync(join(folder, 'dots.net'), 'import { X } from "./tiny.net"\n');
  expect(findProgram(source)).toBeDefined();
  expect(findProgram(source, 'other choices')).toBeUndefined();
  writeFileSync(source, '// changed\nimport { Dots } from "./dots.net"\n');
  expect(findProgram(source)).toBeUndefined();
});

test('a program that is not to be kept is not found, and storing twice is no error', async () => {
  storeProgram(source, await files(), false);
  expect(findProgram(source)).toBeUndefined();
  storeProgram(source, await files(), true);
  storeProgram(source, await files(), true);
  expect(programs()).toHaveLength(2);
});

test('what is stored is JavaScript that imports its neighbours and the runtime of this very package', async () => {
  storeProgram(source, await files(), true);
  const [name] = programs();
  const stored = join(folder, 'cache', 'programs', name);
  expect(readdirSync(stored).sort()).toEqual(['package.json', 'tiny.js', 'tiny.kernels.js', 'tiny.train.js']);
  const imports = [...readFileSync(join(stored, 'tiny.train.js'), 'utf8').matchAll(/from ['"]([^'"]+)['"]/g)];
  expect(imports.map((match) => match[1])).toEqual([
    new URL('../../runtime/index.ts', import.meta.url).href,
    './tiny.js',
  ]);
});

test('old programs are forgotten', async () => {
  const emitted = await files();
  for (let i = 0; i < 20; i++) {
    writeFileSync(source, `// ${i}\n`);
    storeProgram(source, emitted, true);
  }
  expect(programs().length).toBeLessThanOrEqual(16);
  expect(findProgram(source)).toBeDefined();
});

test('which training loop: the only one, the one that is named, or an error with the names', async () => {
  const one = storeProgram(source, await files(), true);
  expect(() => one.trainingLoop('Other')).toThrow(/tiny\.net has no `train` declaration called Other/);
  writeFileSync(source, '// two\n');
  const two = storeProgram(source, await files(['Tiny', 'LongTiny']), true);
  expect(() => two.trainingLoop(undefined)).toThrow(
    /several `train` declarations; choose one with --name: long_tiny, tiny/,
  );
  expect(() => two.trainingLoop('Other')).toThrow(/called Other; it has long_tiny, tiny/);
  writeFileSync(source, '// none\n');
  const none = storeProgram(
    source,
    (await files()).filter((file) => !file.path.includes('train')),
    true,
  );
  expect(() => none.trainingLoop(undefined)).toThrow(/has no `train` declaration; add `train Model on Dataset/);
});

test('a cache that cannot be written is an error that says what to do', async () => {
  writeFileSync(join(folder, 'file'), '');
  vi.stubEnv('NETC_CACHE', join(folder, 'file'));
  const scripts = await files();
  expect(() => storeProgram(source, scripts, true)).toThrow(/a part of the path is a file.*NETC_CACHE=DIR/);
});
