/** Shapes beside the source: after each stage of a pipeline, after a `let` without a type, before a layer's output size. */
import { type InlayHint, InlayHintKind } from 'vscode-languageserver';
import type { Expression } from '../1-parse/ast.ts';
import type { Feature } from './feature.ts';
import { inputSizes, letTypes } from './inferred.ts';
import { toOffset, toPosition } from './places.ts';
import type { Settings } from './settings.ts';
import { shapeOfAll } from './shapes.ts';
import { expressionsIn } from './syntax.ts';
import type { Checked } from './workspace.ts';

export const inlayHints: Feature = {
  capabilities: { inlayHintProvider: true },
  register(connection, workspace) {
    connection.languages.inlayHint.on(({ textDocument, range }) => {
      const checked = workspace.checkUri(textDocument.uri);
      if (!checked) return [];
      const [from, to] = [toOffset(checked.file, range.start), toOffset(checked.file, range.end)];
      return hintsOf(checked, workspace.settings).flatMap(({ offset, ...hint }) =>
        offset >= from && offset <= to ? [{ ...hint, position: toPosition(checked.file, offset) }] : [],
      );
    });
  },
};

type Hint = Omit<InlayHint, 'position'> & { readonly offset: number };

export function hintsOf(checked: Checked, { inlayHints: wanted }: Settings): readonly Hint[] {
  const stages = wanted.shapes === 'off' ? [] : shapeHints(checked, wanted.shapes === 'changes');
  const types = wanted.types ? letTypes(checked) : [];
  const sizes = wanted.inputSizes ? inputSizes(checked) : [];
  return [
    ...stages,
    ...types.map(
      ({ at, shown, text }): Hint => ({
        offset: at.start,
        label: shown,
        kind: InlayHintKind.Type,
        tooltip: `the inferred type${text}`,
      }),
    ),
    ...sizes.map(
      ({ at, shown }): Hint => ({
        offset: at.start,
        label: shown,
        kind: InlayHintKind.Parameter,
        tooltip: 'the inferred input size',
      }),
    ),
  ];
}

function shapeHints(checked: Checked, onlyChanges: boolean): Hint[] {
  const { knowledge, module } = checked;
  const shape = (expression: Expression): string | undefined => {
    const tensors = knowledge.tensors(expression);
    return tensors.length < knowledge.outcomes(expression).length ? undefined : shapeOfAll(tensors);
  };
  return expressionsIn(module).flatMap((expression): Hint[] => {
    if (expression.kind !== 'pipe') return [];
    const { input, stage } = expression;
    const after = shape(stage);
    if (after === undefined) return [];
    const before = shape(input.kind === 'pipe' ? input.stage : input);
    if (onlyChanges && before === after) return [];
    const tooltip = before === undefined ? after : `${before} → ${after}`;
    return [{ offset: stage.span.end, label: after, kind: InlayHintKind.Type, paddingLeft: true, tooltip }];
  });
}
