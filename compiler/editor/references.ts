/** Every use of a name, in all files of the folders that are open. */
import { readdirSync } from 'node:fs';
import type { Definition } from '../2-check/observer.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { around } from './declarations.ts';
import type { Feature } from './feature.ts';
import { sameDefinition, type Use } from './knowledge.ts';
import { toOffset, toRange } from './places.ts';
import type { Workspace } from './workspace.ts';

/** Files of a folder that are searched, and how deep. */
const MOST_FILES = 500;
const DEEPEST = 8;

export const references: Feature = {
  capabilities: { referencesProvider: true, documentHighlightProvider: true },
  register(connection, workspace) {
    connection.onReferences(({ textDocument, position, context }) => {
      const use = useAt(workspace, textDocument.uri, position);
      const found = use ? referencesTo(use.definitions, workspace) : [];
      return found
        .filter((span) => context.includeDeclaration || !use?.definitions.some((each) => same(each.span, span)))
        .map((span) => ({ uri: workspace.files.uri(span.file.path), range: toRange(span) }));
    });
    connection.onDocumentHighlight(({ textDocument, position }) => {
      const checked = workspace.checkUri(textDocument.uri);
      const use = useAt(workspace, textDocument.uri, position);
      if (!checked || !use) return [];
      const here = checked.knowledge.uses(checked.file).filter((each) => meansSame(each, use.definitions));
      return here.map(({ span }) => ({ range: toRange(span) }));
    });
  },
};

const same = (a: Span, b: Span): boolean => a.start === b.start && a.file.path === b.file.path;

const meansSame = (use: Use, definitions: readonly Definition[]): boolean =>
  use.definitions.some((one) => definitions.some((other) => sameDefinition(one, other)));

export function useAt(workspace: Workspace, uri: string, position: Parameters<typeof toOffset>[1]): Use | undefined {
  const checked = workspace.checkUri(uri);
  return checked?.knowledge.useAt(checked.file, toOffset(checked.file, position));
}

/** The places of all uses, the definitions' own included, each once. */
export function referencesTo(definitions: readonly Definition[], workspace: Workspace): readonly Span[] {
  const [first] = definitions;
  if (!first) return [];
  const found = new Map<string, Span>();
  const own = first.span.file.path;
  const paths = isLocal(first)
    ? [own]
    : new Set([own, ...workspace.files.open, ...workspace.folders.flatMap(sourcesIn)]);
  // Whoever names an argument names what it is an argument of, too.
  const outer = around(first);
  const words = [first.name, ...(outer && 'name' in outer && outer.name ? [outer.name.name] : [])];
  for (const path of paths) {
    const text = workspace.files.read(path)?.text ?? '';
    if (path !== own && !words.every((word) => text.includes(word))) continue;
    for (const use of workspace.check(path)?.knowledge.all ?? []) {
      const { span } = use;
      if (meansSame(use, definitions)) found.set(`${span.file.path} ${span.start}`, span);
    }
  }
  return [...found.values()].sort((a, b) => a.file.path.localeCompare(b.file.path) || a.start - b.start);
}

/** Whether no other file can name it. */
const isLocal = ({ kind }: Definition): boolean =>
  kind === 'dimension' || kind === 'let' || kind === 'parameter' || kind === 'index';

/** The `.net` files below a folder. */
function sourcesIn(folder: string): readonly string[] {
  const found: string[] = [];
  const search = (path: string, depth: number): void => {
    if (depth > DEEPEST || found.length >= MOST_FILES) return;
    try {
      for (const entry of readdirSync(path, { withFileTypes: true })) {
        const inner = `${path.replace(/\/$/, '')}/${entry.name}`;
        if (entry.isFile() && entry.name.endsWith('.net')) found.push(inner);
        if (entry.isDirectory() && !/^(\.|node_modules$|dist$)/.test(entry.name)) search(inner, depth + 1);
      }
    } catch {
      // A folder that cannot be read has nothing to find.
    }
  };
  search(folder, 0);
  return found.slice(0, MOST_FILES);
}
