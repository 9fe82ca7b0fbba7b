/**
 * `freeze = [conv1, layer1.0]`: parameters that a training leaves as they are, by the names of their layers. They get no
 * gradient and no optimizer state. Buffers are no parameters: running statistics of a frozen layer still follow the data.
 */
import type { Expression } from '../1-parse/ast.ts';
import type { Setting } from './settings.ts';
import { textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import { nearest } from './suggest.ts';
import type { TypedModel, TypedParameter } from './typed.ts';

/** The paths that the setting names; wrong ones are reported. */
export function frozenPaths(setting: Setting | undefined, model: TypedModel, site: Site): readonly string[] {
  const { value } = setting ?? {};
  if (!value || value.kind === 'missing') return [];
  const items = value.kind === 'list' || value.kind === 'tuple' ? value.items : [value];
  return items.flatMap((item) => {
    const path = pathOf(item);
    if (path !== undefined && model.parameters.some((parameter) => isWithin(parameter.path, path))) return [path];
    const near = path === undefined ? undefined : nearest(path, prefixes(model.parameters));
    fail(site, {
      code: path === undefined ? 'E0504' : 'E0508',
      message:
        path === undefined
          ? `freeze is a list of layers' names, not ${textAt(item.span)}`
          : `${model.name} has no layer or parameter ${path} to freeze`,
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

/** The model with the parameters at or below the paths not trained. */
export function freeze(model: TypedModel, paths: readonly string[]): TypedModel {
  if (paths.length === 0) return model;
  const frozen = ({ path }: TypedParameter): boolean => paths.some((prefix) => isWithin(path, prefix));
  return {
    ...model,
    parameters: model.parameters.map((parameter) =>
      frozen(parameter) ? { ...parameter, trainable: false } : parameter,
    ),
  };
}

const isWithin = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

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
