/** W0105: a bias that the batch normalization right behind it subtracts again. Goes by what the layers do, not by their names. */
import type { Fix } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { lookup } from '../ops/registry.ts';
import { textAt } from './show.ts';
import type { Checker } from './site.ts';
import type { TypedExpr, TypedInstance, TypedModel } from './typed.ts';
import { definitionsIn, visitExpr } from './walk.ts';

type Call = Extract<TypedExpr, { kind: 'call' }>;

export function warnCancelledBias(model: TypedModel, checker: Checker): void {
  const known = definitionsIn(model.body);
  const parameters = new Map(model.parameters.map((parameter) => [parameter.path, parameter]));
  const buffers = new Set(model.parameters.filter(({ trainable }) => !trainable).map(({ path }) => path));
  const visit = (expr: TypedExpr): void => {
    if (expr.kind !== 'call' || !normalizes(expr.instance, buffers, known)) return;
    // Only what flows straight in: a value with a name may be used elsewhere too, with its bias.
    const [layer] = expr.args;
    if (layer?.kind !== 'call' || layer.instance.kind !== 'layer' || layer.instance.config.bias !== true) return;
    const bias = parameters.get(`${layer.instance.path}.bias`);
    if (!bias || !layer.instance.parameters.includes(bias.path) || checker.isLibrary(layer.span.file)) return;
    const count = dim.constant(dim.product(bias.type.shape)) ?? 0;
    const { path, callee } = expr.instance;
    const fix = withoutBias(layer);
    checker.reporter.report({
      code: 'W0105',
      message: `the bias of ${layer.instance.path} has no effect: ${path || callee} subtracts the mean, and the bias with it`,
      span: layer.span,
      label: `${count} unused parameter${count === 1 ? '' : 's'}`,
      notes: checker.isLibrary(expr.span.file)
        ? []
        : [{ span: expr.span, message: 'brings the mean of each channel to 0' }],
      help: [fix ? `write \`${fix.shown}\`` : 'give it `bias=false`'],
      fixes: fix ? [fix.fix] : [],
    });
  };
  for (const expr of [...model.body.lets.map(({ value }) => value), ...model.body.results]) visitExpr(expr, visit);
}

/** Whether a layer keeps a running mean, a buffer, that it subtracts from its input. */
function normalizes(
  instance: TypedInstance,
  buffers: ReadonlySet<string>,
  known: ReadonlyMap<number, TypedExpr>,
): boolean {
  const own = new Set(instance.parameters.filter((path) => buffers.has(path)));
  if (instance.kind !== 'layer' || own.size === 0) return false;
  const input = instance.inputs[0]?.local;
  /** What an expression is but for its name and its shape. */
  const root = (expr: TypedExpr | undefined): TypedExpr | undefined => {
    if (expr?.kind === 'local' && expr.local !== input) return root(known.get(expr.local));
    return expr?.kind === 'op' && expr.args.length === 1 && moves(expr.op) ? root(expr.args[0]) : expr;
  };
  let found = false;
  const visit = (expr: TypedExpr): void => {
    if (expr.kind !== 'op' || expr.op !== 'sub') return;
    const [from, mean] = expr.args.map(root);
    found ||= from?.kind === 'local' && from.local === input && mean?.kind === 'parameter' && own.has(mean.path);
  };
  for (const expr of [...instance.body.lets.map(({ value }) => value), ...instance.body.results])
    visitExpr(expr, visit);
  return found;
}

const moves = (op: string): boolean => lookup(op)?.kind === 'movement';

/** The layer's call with `bias=false`; undefined where its bias is said in another way. */
function withoutBias({ span }: Call): { readonly fix: Fix; readonly shown: string } | undefined {
  const text = textAt(span);
  const title = 'Leave the bias out';
  const given = /\bbias\s*=\s*true\b/.exec(text);
  if (given) {
    const start = span.start + given.index;
    const shown = text.replace(given[0], 'bias=false');
    return {
      shown,
      fix: { title, edits: [{ span: { ...span, start, end: start + given[0].length }, text: 'bias=false' }] },
    };
  }
  if (/\bbias\b/.test(text) || !text.endsWith(')')) return undefined;
  const at = { ...span, start: span.end - 1, end: span.end - 1 };
  return { shown: `${text.slice(0, -1)}, bias=false)`, fix: { title, edits: [{ span: at, text: ', bias=false' }] } };
}
