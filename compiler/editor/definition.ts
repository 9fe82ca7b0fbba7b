/** Where a name is declared: in this file, in one that it imports, in the library. An import's path leads to its file. */
import type { Location, LocationLink } from 'vscode-languageserver';
import { around } from './declarations.ts';
import type { Feature } from './feature.ts';
import { toOffset, toRange, touches } from './places.ts';
import type { Workspace } from './workspace.ts';

export const definition: Feature = {
  capabilities: { definitionProvider: true },
  register(connection, workspace) {
    connection.onDefinition(({ textDocument, position }) => {
      const found = definitionAt(workspace, textDocument.uri, position);
      return found.map(({ targetUri, targetSelectionRange }): Location => {
        return { uri: targetUri, range: targetSelectionRange };
      });
    });
  },
};

function definitionAt(
  workspace: Workspace,
  uri: string,
  position: Parameters<typeof toOffset>[1],
): readonly LocationLink[] {
  const checked = workspace.checkUri(uri);
  if (!checked) return [];
  const { file, module, knowledge } = checked;
  const offset = toOffset(file, position);
  for (const declaration of module.declarations) {
    if (declaration.kind !== 'import' || !touches(declaration.pathSpan, offset)) continue;
    const target = workspace.files.readImport(declaration.path, file);
    const start = { line: 0, character: 0 };
    const range = { start, end: start };
    const targetUri = target && workspace.files.uri(target.path);
    return targetUri === undefined ? [] : [{ targetUri, targetRange: range, targetSelectionRange: range }];
  }
  const use = knowledge.useAt(file, offset);
  return (use?.definitions ?? []).map((meant): LocationLink => {
    const { span } = meant;
    return {
      targetUri: workspace.files.uri(span.file.path),
      targetRange: toRange((around(meant) ?? { span }).span),
      targetSelectionRange: toRange(span),
    };
  });
}
