/** The repository's own TypeScript files and what each imports, for the tests of this folder. Judges nothing. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';
import { root } from '../support/root.ts';

export interface Import {
  /** As written: `../dim/dim.ts`, `node:fs`. */
  readonly specifier: string;
  /** The file's path from the root, for relative imports. */
  readonly target: string | undefined;
  /** Erased by the compiler: `import type`. */
  readonly typeOnly: boolean;
}

export interface SourceText {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface TypeScriptFile extends SourceText {
  readonly imports: readonly Import[];
  readonly syntax: ts.SourceFile;
}

/** Files below a folder of the root whose names end so, sorted. */
export function filesIn(folder: string, ending: string): readonly SourceText[] {
  return readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(ending) && !path.includes('node_modules/'))
    .sort()
    .map((path) => ({ path, text: readFileSync(root + path, 'utf8') }));
}

/** Parsed TypeScript files of some folders. */
export function typescriptIn(...folders: readonly string[]): readonly TypeScriptFile[] {
  return folders
    .flatMap((folder) => filesIn(folder, '.ts'))
    .map((file) => {
      const syntax = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2023, true);
      return { ...file, syntax, imports: importsOf(file.path, syntax) };
    });
}

/** Static imports, re-exports and `import('…')`, of values and in types. */
function importsOf(path: string, syntax: ts.SourceFile): readonly Import[] {
  const found: Import[] = [];
  const add = (name: ts.Node | undefined, typeOnly: boolean): void => {
    if (name === undefined || !ts.isStringLiteral(name)) return;
    const specifier = name.text;
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
    found.push({ specifier, target, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, node.importClause?.isTypeOnly === true);
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    ts.forEachChild(node, visit);
  };
  visit(syntax);
  return found;
}
