/**
 * `weights = pretrained("file.safetensors", except=[fc])`: the parameters that a training starts from. The file is read when
 * the run begins; what `except` names keeps the start values that its declaration gives.
 */
import type { Expression } from '../1-parse/ast.ts';
import { layerPaths } from './layer-paths.ts';
import type { Setting } from './settings.ts';
import { textAt } from './show.ts';
import { fail, type Site } from './site.ts';
import type { TypedModel, TypedTraining } from './typed.ts';

/** Undefined where there is no such setting, or (reported) a wrong one. */
export function pretrained(setting: Setting | undefined, model: TypedModel, site: Site): TypedTraining['weights'] {
  const { value } = setting ?? {};
  if (!value || value.kind === 'missing') return undefined;
  const [file, ...rest] = argumentsOf(value);
  const [except] = rest;
  if (file?.name || file?.value.kind !== 'string' || rest.length > 1 || (except && except.name?.name !== 'except')) {
    fail(site, {
      code: 'E0504',
      message: `weights must be pretrained(…) with a file, not ${textAt(value.span)}`,
      span: value.span,
      help: ['as in `weights = pretrained("resnet18.safetensors", except=[fc])`'],
    });
    return undefined;
  }
  const { value: path, span } = file.value;
  return { span, file: path, except: except ? layerPaths(except.value, 'except', model, site) : [] };
}

function argumentsOf(value: Expression): Extract<Expression, { kind: 'call' }>['arguments'] {
  const call = value.kind === 'call' && value.callee.kind === 'name' && value.callee.name === 'pretrained';
  return call ? value.arguments : [];
}
