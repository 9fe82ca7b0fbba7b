/** The outline of a file: its declarations, and in them the layers that have names, parameters, a sample's fields. */
import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver';
import type { Declaration, Identifier } from '../1-parse/ast.ts';
import { textAt } from '../2-check/show.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Feature } from './feature.ts';
import { contains, toRange } from './places.ts';
import { expressionsIn, statementsIn } from './syntax.ts';
import type { Checked } from './workspace.ts';

export const symbols: Feature = {
  capabilities: { documentSymbolProvider: true },
  register(connection, workspace) {
    connection.onDocumentSymbol(({ textDocument }) => {
      const checked = workspace.checkUri(textDocument.uri);
      return checked ? symbolsOf(checked) : [];
    });
  },
};

const kinds: Readonly<Record<Exclude<Declaration['kind'], 'import'>, SymbolKind>> = {
  const: SymbolKind.Constant,
  fn: SymbolKind.Function,
  layer: SymbolKind.Class,
  model: SymbolKind.Class,
  augment: SymbolKind.Class,
  optimizer: SymbolKind.Class,
  dataset: SymbolKind.Struct,
  train: SymbolKind.Event,
};

function symbol(name: string, detail: string, kind: SymbolKind, span: Span, selection: Span): DocumentSymbol {
  return { name: name === '' ? '?' : name, detail, kind, range: toRange(span), selectionRange: toRange(selection) };
}

function symbolsOf(checked: Checked): DocumentSymbol[] {
  return checked.module.declarations.flatMap((declaration): DocumentSymbol[] => {
    if (declaration.kind === 'import') return [];
    const { kind, span } = declaration;
    const name: Identifier = (declaration.kind === 'train' ? declaration.name : undefined) ?? nameOf(declaration);
    // A name that could not be read stands somewhere else.
    const selection = contains(span, name.span) ? name.span : span;
    const outer = symbol(kind === 'train' ? `train ${name.name}` : name.name, kind, kinds[kind], span, selection);
    return [{ ...outer, children: childrenOf(declaration, checked) }];
  });
}

const nameOf = (declaration: Exclude<Declaration, { kind: 'import' }>): Identifier =>
  declaration.kind === 'train' ? declaration.model : declaration.name;

function childrenOf(declaration: Declaration, { module }: Checked): DocumentSymbol[] {
  const within = (span: Span): boolean => contains(declaration.span, span);
  if (declaration.kind === 'dataset') {
    return declaration.entries.flatMap((entry) =>
      entry.kind === 'sample'
        ? entry.fields.map(({ name, type, span }) =>
            symbol(name.name, textAt(type.span), SymbolKind.Field, span, contains(span, name.span) ? name.span : span),
          )
        : [],
    );
  }
  const layers = expressionsIn(module).flatMap((each) =>
    each.kind === 'named' && within(each.span)
      ? [symbol(each.name.name, textAt(each.value.span).slice(0, 80), SymbolKind.Object, each.span, each.name.span)]
      : [],
  );
  const parameters = statementsIn(module).flatMap((each) =>
    (each.kind === 'param' || each.kind === 'buffer' || each.kind === 'state') && within(each.span)
      ? [symbol(each.name.name, each.kind, SymbolKind.Property, each.span, each.name.span)]
      : [],
  );
  return [...parameters, ...layers];
}
