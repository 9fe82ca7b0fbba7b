/** What can be done about a place: the fixes of its diagnostics, tried before they are offered; what the checker inferred, written down. */
import { type CodeAction, CodeActionKind, type TextEdit, type WorkspaceEdit } from 'vscode-languageserver';
import type { Fix } from '../diagnostics/diagnostic.ts';
import { toLsp } from './diagnostics.ts';
import type { Feature } from './feature.ts';
import { inferredAt } from './inferred.ts';
import { toOffset, toRange } from './places.ts';
import type { Workspace } from './workspace.ts';

export const codeActions: Feature = {
  capabilities: {
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite] },
  },
  register(connection, workspace) {
    connection.onCodeAction(({ textDocument, range, context }) => {
      const checked = workspace.checkUri(textDocument.uri);
      if (!checked) return [];
      const wanted = (kind: string): boolean => !context.only || context.only.some((each) => kind.startsWith(each));
      const from = toOffset(checked.file, range.start);
      const to = toOffset(checked.file, range.end);
      const here = checked.diagnostics.filter(
        ({ span, fixes }) => fixes.length > 0 && span.file === checked.file && span.start <= to && from <= span.end,
      );
      const fixes = !wanted(CodeActionKind.QuickFix)
        ? []
        : checked.tryFixes(here).flatMap((diagnostic) =>
            diagnostic.fixes.map((fix, i): CodeAction => {
              const shown = toLsp(diagnostic, (span) => workspace.files.uri(span.file.path));
              const kind = CodeActionKind.QuickFix;
              return {
                title: fix.title,
                kind,
                diagnostics: [shown],
                isPreferred: i === 0,
                edit: toEdit(fix, workspace),
              };
            }),
          );
      const written = !wanted(CodeActionKind.RefactorRewrite)
        ? []
        : inferredAt(checked, from, to).map((fix): CodeAction => {
            return { title: fix.title, kind: CodeActionKind.RefactorRewrite, edit: toEdit(fix, workspace) };
          });
      return [...fixes, ...written];
    });
  },
};

function toEdit({ edits }: Fix, { files }: Workspace): WorkspaceEdit {
  const changes: Record<string, TextEdit[]> = {};
  for (const { span, text } of edits) {
    const uri = files.uri(span.file.path);
    changes[uri] = [...(changes[uri] ?? []), { range: toRange(span), newText: text }];
  }
  return { changes };
}
