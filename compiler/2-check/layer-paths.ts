/** Lists of layers by the names of their parameters, as settings hold them: `[conv1, layer1.0]`. */
import type { Expression } from '../1-parse/ast.ts';
import { textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { nearest } from './suggest.ts';
import type { TypedModel, TypedParameter } from './typed.ts';

/** The paths that a list names; wrong ones are reported. `what` holds the list: `freeze`. */
export function layerPaths(value: Expression, what: string, model: TypedModel, site: Site): readonly string[] {
  if (value.kind === 'missing') return [];
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
  return items.flatMap((item) => {
    const path = pathOf(item);
    if (path !== undefined && model.parameters.some((parameter) => isWithin(parameter.path, path))) return [path];
    const near = path === undefined ? undefined : nearest(path, prefixes(model.parameters));
    fail(site, {
      code: path === undefined ? 'E0504' : 'E0508',
      message:
        path === undefined
          ? `${what} is a list of layers' names, not ${textAt(item.span)}`
          : `${model.name} has no layer or parameter ${path}`,
      span: item.span,
      label: near ? `did you mean ${near}?` : undefined,
      help: near
        ? []
        : [`its layers are ${[...new Set(model.parameters.map((p) => p.path.split('.')[0]))].join(', ')}`],
      fixes: near ? [{ title: `Change to ${near}`, edits: [{ span: item.span, text: near }] }] : [],
    });
    return [];
  });
}

/** Whether a parameter is at or below a path. */
export const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

function pathOf(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name;
  if (expression.kind !== 'member') return undefined;
  const object = pathOf(expression.object);
  return object === undefined ? undefined : `${object}.${expression.member.name}`;
}

const prefixes = (parameters: readonly TypedParameter[]): Set<string> =>
  new Set(
    parameters.flatMap(({ path }) => {
      const parts = path.split('.');
      return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
    }),
  );
