/** What can be written at a place. `place.ts` says what kind of thing is expected there; here are the things. */
import { type CompletionItem, MarkupKind } from 'vscode-languageserver';
import type { Feature } from './feature.ts';
import { placeAt } from './place.ts';
import { toOffset } from './places.ts';
import { proposals } from './proposals.ts';

export const completion: Feature = {
  capabilities: { completionProvider: { triggerCharacters: ['>', ' ', '(', ',', '.', '/', '"', ':'] } },
  register(connection, workspace) {
    connection.onCompletion(({ textDocument, position, context }) => {
      const checked = workspace.checkUri(textDocument.uri);
      if (!checked) return [];
      const offset = toOffset(checked.file, position);
      const place = placeAt(checked.file, offset);
      const { kind } = place.expected;
      // A space or a comma asks only where something must follow.
      const typed = context?.triggerCharacter;
      const mild = kind === 'statement' || kind === 'declaration' || kind === 'setting' || kind === 'dataset-entry';
      if (typed !== undefined && mild) return [];
      return proposals(place, checked, workspace, offset).map(
        ({ doc, rank, ...item }): CompletionItem => ({
          ...item,
          sortText: `${rank}${item.label}`,
          ...(doc === '' ? {} : { documentation: { kind: MarkupKind.Markdown, value: doc } }),
        }),
      );
    });
  },
};
