/** Renames what a user declared, wherever it is used. What the library declares keeps its name, and so do the language's words. */
import { ErrorCodes, ResponseError, type TextEdit } from 'vscode-languageserver';
import { reservedWords } from '../1-parse/tokens.ts';
import type { Feature } from './feature.ts';
import type { Use } from './knowledge.ts';
import { toRange } from './places.ts';
import { referencesTo, useAt } from './references.ts';
import type { Workspace } from './workspace.ts';

export const rename: Feature = {
  capabilities: { renameProvider: { prepareProvider: true } },
  register(connection, workspace) {
    connection.onPrepareRename(({ textDocument, position }) => {
      const use = useAt(workspace, textDocument.uri, position);
      if (!use || refusal(use, workspace) !== undefined) return null;
      return { range: toRange(use.span), placeholder: use.definitions[0]?.name ?? '' };
    });
    connection.onRenameRequest(({ textDocument, position, newName }) => {
      const use = useAt(workspace, textDocument.uri, position);
      if (!use) return null;
      const reason = refusal(use, workspace) ?? wrongName(newName);
      if (reason !== undefined) throw new ResponseError(ErrorCodes.InvalidRequest, reason);
      const changes: Record<string, TextEdit[]> = {};
      for (const span of referencesTo(use.definitions, workspace)) {
        const uri = workspace.files.uri(span.file.path);
        changes[uri] = [...(changes[uri] ?? []), { range: toRange(span), newText: newName }];
      }
      return { changes };
    });
  },
};

function refusal({ definitions }: Use, { files }: Workspace): string | undefined {
  const [first] = definitions;
  if (!first) return 'nothing is declared here';
  if (first.kind === 'output') return '`output` is the name of the result in every training';
  return files.isLibrary(first.span.file.path) ? `${first.name} is the standard library's` : undefined;
}

function wrongName(name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `\`${name}\` is no name: letters, digits and \`_\`, not a digit first`;
  return reservedWords.has(name) ? `\`${name}\` is a word of the language` : undefined;
}
