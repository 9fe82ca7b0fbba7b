/** The generated text for a tiny unit, whole; and that what it says is what went in. */
import { readFileSync } from 'node:fs';
import { transpileModule } from 'typescript';
import { expect, test } from 'vitest';
import { hostExpression } from '../../compiler/7-emit/host-expression.ts';
import { emit } from '../../compiler/7-emit/index.ts';
import { literal, quoted, template } from '../../compiler/7-emit/literal.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Expr } from '../../compiler/ops/expr.ts';
import { tinyModel, tinySpec, tinyUniforms, tinyUnit } from './fake-unit.ts';

const options = { source: 'models/tiny.net', output: 'generated' };

async function emitted(name: string, units = [tinyUnit]): Promise<string> {
  const found = (await emit(units, options)).find((file) => file.path === name);
  return found?.text ?? `no ${name}`;
}

/** Runs generated code that imports only types, and returns what it exports. */
async function load(text: string): Promise<Record<string, unknown>> {
  const { outputText } = transpileModule(text, {
    compilerOptions: { module: 99, target: 9, verbatimModuleSyntax: true },
  });
  return await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(outputText)}`);
}

test('the class file', async () => {
  await expect(await emitted('tiny.ts')).toMatchFileSnapshot('golden/tiny.ts.txt');
});

test('the training loop', async () => {
  await expect(await emitted('tiny.train.ts')).toMatchFileSnapshot('golden/tiny.train.ts.txt');
});

test('the kernels', async () => {
  await expect(await emitted('tiny.kernels.ts')).toMatchFileSnapshot('golden/tiny.kernels.ts.txt');
});

test('the module that the kernels file exports is the one that was compiled', async () => {
  const { tinyModule, tinyUniforms: uniforms } = await load(await emitted('tiny.kernels.ts'));
  expect(tinyModule).toStrictEqual(tinySpec);
  expect(typeof uniforms === 'function' ? uniforms({ step: 3, n: 64 }) : undefined).toEqual([1 - 0.9 ** 3, 1 / 64]);
});

test('kernels as JavaScript are the same, without types', async () => {
  const files = await emit([tinyUnit], { ...options, kernels: 'javascript' });
  expect(files.map((file) => file.path)).toEqual(['tiny.ts', 'tiny.kernels.js', 'tiny.train.ts']);
  const text = files[1].text;
  const module = await import(/* @vite-ignore */ `data:text/javascript,${encodeURIComponent(text)}`);
  expect(module.tinyModule).toStrictEqual(tinySpec);
  expect(module.tinyUniforms({ step: 1, n: 2 })).toHaveLength(2);
});

test('emission is deterministic and needs nothing but the runtime', async () => {
  const [first, second] = [await emit([tinyUnit], options), await emit([tinyUnit], options)];
  expect(second).toEqual(first);
  expect(first.map((file) => file.path)).toEqual(['tiny.ts', 'tiny.kernels.ts', 'tiny.train.ts']);
  const imports = first.flatMap(({ text }) => [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]));
  expect([...new Set(imports)].sort()).toEqual(['./tiny.kernels.ts', './tiny.ts', 'netc/runtime']);
});

test('a model without training gets no training loop and no data set', async () => {
  const unit = { name: 'Tiny', model: tinyModel, spec: tinySpec, uniforms: tinyUniforms };
  const files = await emit([unit], options);
  expect(files.map((file) => file.path)).toEqual(['tiny.ts', 'tiny.kernels.ts']);
  expect(files[0].text).not.toMatch(/Dataset|Training|classes/);
});

test('where the `.net` file lies is said where something is looked for there', async () => {
  const { training } = tinyUnit;
  const started = training && { ...training, weights: { file: 'a.pth', except: ['fc'], span: training.span } };
  const folders = {
    [training?.span.file.path ?? '']: '../models',
    [training?.dataset.span.file.path ?? '']: '../models',
  };
  const text = async (sourceFolders?: Readonly<Record<string, string>>) => {
    const files = await emit([{ ...tinyUnit, training: started }], { ...options, sourceFolders });
    return files.find(({ path }) => path === 'tiny.train.ts')?.text;
  };
  expect(await text(folders)).toContain(
    "  weights: 'a.pth',\n  weightsFolder: { folder: '../models', module: import.meta.url },\n  except: ['fc'],\n",
  );
  expect(await text()).toContain("  weights: 'a.pth',\n  except: ['fc'],\n");
  expect(await emitted('tiny.train.ts')).not.toContain('weights:');
});

test('two trainings of one file get a loop each, and share their data set', async () => {
  const other = tinyUnit.training ? { ...tinyUnit.training, name: 'LongTiny' } : undefined;
  const files = await emit([tinyUnit, { ...tinyUnit, name: 'LongTiny', training: other }], options);
  expect(files.map((file) => file.path).slice(2)).toEqual(['tiny.tiny.train.ts', 'tiny.long_tiny.train.ts']);
  expect(files[0].text.match(/const dots:/g)).toHaveLength(1);
});

test('strings, templates and numbers read back as what they were', async () => {
  const texts = ["it's", '"', `both ' and "`, '\\', `\${x}\``, '\u2028\r\n', '*/'];
  const numbers = [-0, 1e-45, Number.POSITIVE_INFINITY, 0.1, 2 ** 53];
  const code = `export default { quoted: [${texts.map(quoted)}], template: [${texts.map(template)}], numbers: ${literal(numbers)} };`;
  const back = await load(code);
  expect(back.default).toStrictEqual({ quoted: texts, template: texts, numbers });
});

test('host expressions keep their grouping', () => {
  const n: Expr = { kind: 'uniform', type: 'f32', name: 'step' };
  const apply = (fn: 'sub' | 'mul' | 'neg' | 'pow' | 'sqrt' | 'round', ...args: Expr[]): Expr => ({
    kind: 'apply',
    type: 'f32',
    fn,
    args,
  });
  const two: Expr = { kind: 'const', type: 'f32', value: 2 };
  expect(hostExpression(apply('sub', n, apply('sub', n, two)), 'N')).toBe('step - (step - 2)');
  expect(hostExpression(apply('mul', apply('neg', n), apply('pow', two, apply('neg', n))), 'N')).toBe(
    '(-step) * Math.pow(2, -step)',
  );
  const size: Expr = { kind: 'size', type: 'i32', dim: dim.add(dim.mul(dim.int(3), dim.symbol('B')), dim.int(1)) };
  expect(hostExpression(apply('sqrt', size), 'B')).toBe('Math.sqrt(1 + 3 * n)');
  const half: Expr = { kind: 'const', type: 'f32', value: 0.5 };
  const rounded = new Function('step', `return ${hostExpression(apply('round', apply('mul', n, half)), 'N')}`);
  expect([1, 3, 5, 6, -1, -3].map((step) => rounded(step))).toEqual([0, 2, 2, 3, -0, -2]);
  expect(() => hostExpression(size, 'N')).toThrow('the host cannot compute the size 3 * B + 1');
});

test('the loop is the hand-written example, but for names and its device', async () => {
  const example = readFileSync(new URL('../train/example.train.ts', import.meta.url), 'utf8');
  const loop = (text: string): string =>
    text
      .slice(text.indexOf('/**\n * Trains the network'))
      .replace(
        /Promise\.all\(\[\s*\w+\([^)]*\),\s*openData\((\w+), options\),?\s*\]\)/,
        'Promise.all([…, openData($1, options)])',
      )
      .replaceAll(/softmaxTraining|tinyTraining/g, 'training')
      .replaceAll(/\b(Softmax|Tiny)\./g, 'Model.')
      .replace(/and (SGD|Adam):/, 'and the optimizer:');
  const emittedLoop = loop(await emitted('tiny.train.ts'));
  expect(emittedLoop).toContain('Promise.all([…, openData(training, options)])');
  expect(emittedLoop).toBe(loop(example));
});
