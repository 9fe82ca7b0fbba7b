/** W0104: a model whose result depends on a random draw when it is not training. Refused unless allowed. */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Checker } from './site.ts';
import type { TypedExpr, TypedModel } from './typed.ts';
import { definitionsIn, operands } from './walk.ts';

/** `model` as it infers. */
export function warnRandomInference(model: TypedModel, checker: Checker): void {
  const place = drawIn(model, checker);
  if (!place) return;
  checker.reporter.report({
    code: 'W0104',
    message: `what ${model.name} predicts depends on random numbers, so that the same input gives different answers`,
    span: place,
    label: 'drawn in inference, too',
    help: [
      'draw while training only: `if training { … } else { … }`, as Dropout does; if it is meant, write `// netc-allow: W0104` above',
    ],
  });
}

/** The user's place of a draw that the result depends on. */
function drawIn(model: TypedModel, checker: Checker): Span | undefined {
  const known = definitionsIn(model.body);
  const seen = new Set<number>();
  const pending: { readonly expr: TypedExpr; readonly place: Span }[] = model.body.results.map((expr) => ({
    expr,
    place: model.span,
  }));
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { expr } = next;
    const place = checker.isLibrary(expr.span.file) ? next.place : expr.span;
    if (expr.kind === 'op' && expr.op === 'random') return place;
    if (expr.kind === 'local' && !seen.has(expr.local)) {
      seen.add(expr.local);
      const value = known.get(expr.local);
      if (value) pending.push({ expr: value, place });
    }
    if (expr.kind === 'call') pending.push({ expr: expr.instance.body.results[expr.result], place });
    for (const part of operands(expr)) pending.push({ expr: part, place });
  }
  return undefined;
}
