/** Who may import whom: data flows down the numbered folders, the runtime knows no compiler, nothing goes round. */
import { expect, test } from 'vitest';
import { type TypeScriptFile, typescriptIn } from './sources.ts';

const compiler = typescriptIn('compiler');
const runtime = typescriptIn('runtime');
const generated = typescriptIn('generated');

/** `compiler/5-loop/lower.ts` -> `5-loop`; files directly in compiler/ are `index`. */
function folderOf(path: string): string {
  const parts = path.split('/');
  return parts.length > 2 ? (parts[1] ?? '') : 'index';
}

const stageOf = (folder: string): number => (/^\d-/.test(folder) ? Number(folder[0]) : 0);

/** What both sides of the fence must agree on: a generated module's plain data. */
const contract = ['runtime/program.ts'];

/** May a file of compiler/`from` import `target`? */
function allowed(from: string, target: string): boolean {
  const shared = ['dim', 'diagnostics'];
  if (!target.startsWith('compiler/')) {
    if (from === 'cli' || from === 'editor') return target.startsWith('runtime/');
    return (from === 'index' || stageOf(from) >= 5) && contract.includes(target);
  }
  const to = folderOf(target);
  if (to === from) return true;
  if (stageOf(from) > 0) return stageOf(to) > 0 ? stageOf(to) < stageOf(from) : [...shared, 'ops'].includes(to);
  if (from === 'ops') return to === 'dim';
  if (from === 'dim') return false;
  if (from === 'diagnostics') return to === '1-parse';
  // A page about the library and what the checker knows besides.
  if (from === 'reference') return ['1-parse', '2-check', 'diagnostics'].includes(to);
  if (from === 'format') return ['1-parse', 'diagnostics'].includes(to);
  if (from === 'index') return !['cli', 'editor'].includes(to);
  return from === 'cli' || from === 'editor';
}

function offences(files: readonly TypeScriptFile[], forbidden: (file: TypeScriptFile, target: string) => boolean) {
  return files.flatMap((file) =>
    file.imports.flatMap(({ target }) =>
      target !== undefined && forbidden(file, target) ? [`${file.path} imports ${target}`] : [],
    ),
  );
}

test('the compiler: a stage imports its own or earlier stages, operators, dimensions and diagnostics', () => {
  expect(compiler.length).toBeGreaterThan(20);
  expect(offences(compiler, (file, target) => !allowed(folderOf(file.path), target))).toEqual([]);
});

test('the runtime imports nothing from the compiler', () => {
  expect(runtime.length).toBeGreaterThan(10);
  expect(offences(runtime, (_file, target) => !target.startsWith('runtime/'))).toEqual([]);
});

test('generated files import the runtime by its published name, and each other', () => {
  const others = generated.flatMap((file) =>
    file.imports
      .filter(({ specifier }) => specifier !== 'netc/runtime' && !/^\.\/[^/]+\.ts$/.test(specifier))
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  );
  expect(others).toEqual([]);
});

/** Packages and Node modules, by the folders that may import them. */
const outside: Readonly<Record<string, readonly string[]>> = {
  chevrotain: ['compiler/1-parse/'],
  // The command line erases the types of what it runs at once.
  'ts-morph': ['compiler/7-emit/', 'compiler/cli/'],
  vscode: ['compiler/editor/vscode/'],
  'vscode-languageclient/node': ['compiler/editor/vscode/'],
  'vscode-languageserver': ['compiler/editor/'],
  'vscode-languageserver/node': ['compiler/editor/'],
  'vscode-languageserver-textdocument': ['compiler/editor/'],
  'fast-png': ['compiler/cli/plot/'],
  webgpu: ['runtime/webgpu/'],
  node: ['compiler/cli/', 'compiler/editor/', 'runtime/'],
};

test("the compiler's core does no I/O, and each package has one place", () => {
  const strays = [...compiler, ...runtime].flatMap((file) =>
    file.imports
      .filter(({ specifier, target }) => {
        if (target !== undefined) return false;
        const homes = outside[specifier.startsWith('node:') ? 'node' : specifier] ?? [];
        return !homes.some((home) => file.path.startsWith(home));
      })
      .map(({ specifier }) => `${file.path} imports ${specifier}`),
  );
  expect(strays).toEqual([]);
});

/** The first cycle of imports that exist at run time, as a list of paths. */
function cycle(files: readonly TypeScriptFile[]): readonly string[] {
  const targets = new Map(
    files.map((file) => [file.path, file.imports.flatMap((i) => (i.typeOnly || !i.target ? [] : [i.target]))]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): readonly string[] => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return [];
    for (const target of targets.get(path) ?? []) {
      const found = visit(target, [...trail, path]);
      if (found.length > 0) return found;
    }
    done.add(path);
    return [];
  };
  for (const { path } of files) {
    const found = visit(path, []);
    if (found.length > 0) return found;
  }
  return [];
}

test('no import cycles', () => {
  expect(cycle([...compiler, ...runtime, ...generated])).toEqual([]);
});
