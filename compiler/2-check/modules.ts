/** Loads what a file imports and says which declaration a name means at module level. Reads nothing itself: the host does. */
import type { Declaration, ImportDeclaration, SourceModule } from '../1-parse/ast.ts';
import type { SourceFile, Span } from '../diagnostics/diagnostic.ts';
import type { Reporter } from './report.ts';
import { nearest } from './suggest.ts';

export interface ModuleHost {
  /** The parsed module for an import path as written, relative to `from`; undefined when it does not exist. */
  import(path: string, from: SourceFile): SourceModule | undefined;
  /** The standard library's modules. */
  readonly library: readonly SourceModule[];
}

export type NamedDeclaration = Exclude<Declaration, ImportDeclaration | { kind: 'train' }>;

/** What a module-level name means: one declaration; only functions of the library may have several. */
export interface Named {
  readonly declarations: readonly NamedDeclaration[];
  readonly module: ModuleScope;
}

export interface ModuleScope {
  readonly source: SourceModule;
  readonly library: boolean;
  /** The module's own names and what it imports. */
  readonly names: Map<string, Named>;
  /** The standard library's names, which the module's own hide. */
  readonly outer: ReadonlyMap<string, Named>;
}

export interface Modules {
  readonly entry: ModuleScope;
  /** The entry and what it imports, each once, the entry first. */
  readonly user: readonly ModuleScope[];
  readonly library: readonly ModuleScope[];
}

/** The declarations a name means in a module. */
export const lookup = (module: ModuleScope, name: string): Named | undefined =>
  module.names.get(name) ?? module.outer.get(name);

export const visibleNames = (module: ModuleScope): string[] => [...module.names.keys(), ...module.outer.keys()];

export function loadModules(entry: SourceModule, host: ModuleHost, reporter: Reporter): Modules {
  const shared = new Map<string, Named>();
  const library = host.library.map(
    (source): ModuleScope => ({ source, library: true, names: shared, outer: new Map() }),
  );
  for (const module of library) declareAll(module, reporter);

  const loaded = new Map<string, ModuleScope>();
  const load = (source: SourceModule, chain: readonly string[]): ModuleScope => {
    const module: ModuleScope = { source, library: false, names: new Map(), outer: shared };
    loaded.set(source.file.path, module);
    declareAll(module, reporter);
    for (const declaration of source.declarations) {
      if (declaration.kind === 'import') importInto(module, declaration, [...chain, source.file.path]);
    }
    return module;
  };
  const importInto = (module: ModuleScope, declaration: ImportDeclaration, chain: readonly string[]): void => {
    const source = host.import(declaration.path, module.source.file);
    if (!source) {
      reporter.report({
        code: 'E0203',
        message: `there is no file "${declaration.path}"`,
        span: declaration.pathSpan,
        label: 'not found',
        help: ['an import names a file relative to the one it stands in, as in "./fashion_mnist.net"'],
      });
      for (const { name } of declaration.names) module.names.set(name, unknownNames(module));
      return;
    }
    const { path } = source.file;
    if (chain.includes(path)) {
      const way = [...chain.slice(chain.indexOf(path)), path].join(' -> ');
      reporter.report({
        code: 'E0205',
        message: `"${declaration.path}" imports this file in turn`,
        span: declaration.pathSpan,
        label: way,
        help: ['move what both need into a third file'],
      });
      for (const { name } of declaration.names) module.names.set(name, unknownNames(module));
      return;
    }
    takeNames(module, declaration, loaded.get(path) ?? load(source, chain), reporter);
  };

  const start = load(entry, []);
  return { entry: start, user: [...loaded.values()], library };
}

/** A name that stands for something an error was already reported for. */
const unknownNames = (module: ModuleScope): Named => ({ declarations: [], module });

function declareAll(module: ModuleScope, reporter: Reporter): void {
  for (const { name } of module.source.unreadable) module.names.set(name, unknownNames(module));
  for (const declaration of module.source.declarations) {
    if (declaration.kind === 'import' || declaration.kind === 'train') continue;
    const { name, span } = declaration.name;
    const before = module.names.get(name);
    const overload = module.library && declaration.kind === 'fn';
    const unread = before?.declarations.length === 0;
    if (before && !overload && !unread) reportTwice(name, span, before.declarations[0]?.name.span, reporter);
    else module.names.set(name, { declarations: [...(before?.declarations ?? []), declaration], module });
  }
}

function takeNames(module: ModuleScope, declaration: ImportDeclaration, from: ModuleScope, reporter: Reporter): void {
  for (const { name, span } of declaration.names) {
    const found = from.names.get(name);
    const own = found?.module === from || found?.declarations.length === 0;
    if (!found || !own) {
      const exported = [...from.names]
        .filter(([, named]) => named.module === from)
        .map(([exportedName]) => exportedName);
      const near = nearest(name, exported);
      reporter.report({
        code: 'E0204',
        message: `"${declaration.path}" declares no ${name}`,
        span,
        label: near ? `did you mean ${near}?` : 'not declared there',
        help: exported.length > 0 ? [`it declares ${exported.join(', ')}`] : ['it declares nothing'],
        fixes: near ? [{ title: `Change to ${near}`, edits: [{ span, text: near }] }] : [],
      });
      // Where the import is misspelt, the uses are probably right.
      for (const missing of near ? [name, near] : [name]) {
        if (!module.names.has(missing)) module.names.set(missing, unknownNames(module));
      }
      continue;
    }
    const before = module.names.get(name);
    if (before) reportTwice(name, span, before.declarations[0]?.name.span, reporter);
    else module.names.set(name, found);
  }
}

/** E0202: a name that is declared twice in one place. */
export function reportTwice(name: string, span: Span, first: Span | undefined, reporter: Reporter): void {
  reporter.report({
    code: 'E0202',
    message: `${name} is declared twice`,
    span,
    label: 'a second time here',
    notes: first ? [{ span: first, message: 'first here' }] : [],
    help: ['give one of them another name'],
  });
}
