/**
 * W0106: a pooling or convolution whose windows leave a good part of the image's end unread. That a row or two of many are
 * left over is common and harmless, so that it is told only from an eighth of the rows or columns on.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import type { Checker } from './site.ts';
import type { TypedBlock, TypedExpr, TypedModel } from './typed.ts';
import { unreadOf } from './unread.ts';

type Operator = Extract<TypedExpr, { kind: 'op' }>;

const share = 1 / 8;

export function warnDroppedRows(model: TypedModel, checker: Checker): void {
  const visit = (expr: TypedExpr, title: string, place: Span): void => {
    // A place inside the library means nothing: the call that led there is what the user wrote.
    const user = !checker.isLibrary(expr.span.file);
    const at = user ? expr.span : place;
    if (expr.kind === 'op') {
      const unread = unreadOf(expr);
      if (unread.some((count, i) => count > 0 && count >= share * sizeOf(expr.args[0], 2 + i)))
        report(expr, unread, title, at, checker);
    }
    if (expr.kind === 'call') {
      const { instance } = expr;
      const own = user ? instance.path || instance.callee : title;
      inBlock(instance.body, own, at);
    }
    if (expr.kind === 'op' || expr.kind === 'call') for (const arg of expr.args) visit(arg, title, place);
  };
  const inBlock = ({ lets, results }: TypedBlock, title: string, place: Span): void => {
    for (const expr of [...lets.map(({ value }) => value), ...results]) visit(expr, title, place);
  };
  inBlock(model.body, model.name, model.span);
}

const sizeOf = ({ type }: TypedExpr, axis: number): number =>
  dim.constant(type.shape[axis]) ?? Number.POSITIVE_INFINITY;

function report(
  expr: Operator,
  [rows, columns]: readonly [number, number],
  title: string,
  span: Span,
  checker: Checker,
): void {
  const [height, width] = [2, 3].map((axis) => sizeOf(expr.args[0], axis));
  const parts = [...lost(rows, 'row'), ...lost(columns, 'column')];
  const [outHeight, outWidth] = [2, 3].map((axis) => sizeOf(expr, axis));
  const larger = `${outHeight + (rows > 0 ? 1 : 0)}x${outWidth + (columns > 0 ? 1 : 0)}`;
  const keep =
    'ceil' in expr.attributes ? `\`ceil=true\` keeps them and gives ${larger}` : 'a padding of 1 or 2 would keep them';
  checker.reporter.report({
    code: 'W0106',
    message: `${title} never reads ${parts.join(' and ')} of its ${height}x${width} input`,
    span,
    label: `gives ${outHeight}x${outWidth}`,
    help: [`${keep}; if it is meant, write \`// netc-allow: W0106\` above`],
  });
}

const lost = (count: number, what: string): string[] => {
  if (count === 0) return [];
  return [count === 1 ? `the last ${what}` : `the last ${count} ${what}s`];
};
