/** Warnings that need a whole training: W0101 (softmax twice) and W0102 (parameters that no loss reaches). */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Checker } from './site.ts';
import type { ElaboratedTraining } from './training.ts';
import type { TypedExpr, TypedTraining } from './typed.ts';
import { definitions, operands, visitExpr } from './walk.ts';

export function warnTraining({ training, unit }: ElaboratedTraining, checker: Checker): void {
  const known = definitions(training);
  warnSoftmax(training, known, checker);
  warnUnreached(training, unit.layers, known, checker);
}

type Known = ReadonlyMap<number, TypedExpr>;

/** The call that computes an expression, seen through names and the results of layers and functions, inside out. */
function producers(expr: TypedExpr, known: Known): TypedExpr[] {
  const chain: TypedExpr[] = [];
  let at: TypedExpr | undefined = expr;
  while (at) {
    chain.push(at);
    if (at.kind === 'local') at = known.get(at.local);
    else at = at.kind === 'call' ? at.instance.body.results[at.result] : undefined;
  }
  return chain;
}

function warnSoftmax(training: TypedTraining, known: Known, checker: Checker): void {
  visitExpr(training.loss, (expr) => {
    if (expr.kind !== 'call' || expr.instance.callee !== 'cross_entropy') return;
    const softmax = producers(expr.args[0], known).find((e) => e.kind === 'call' && e.instance.callee === 'softmax');
    if (!softmax) return;
    checker.reporter.report({
      code: 'W0101',
      message: 'cross_entropy takes logits, and here it gets what softmax made of them',
      span: expr.span,
      label: 'applies softmax once more',
      notes: checker.isLibrary(softmax.span.file)
        ? []
        : [{ span: softmax.span, message: 'turns logits into probabilities' }],
      help: ['remove this softmax; or, if it is meant, write `// netc-allow: W0101` above the loss'],
    });
  });
}

/** Paths of the parameters whose gradient is not zero by construction. */
function reached(training: TypedTraining, known: Known): ReadonlySet<string> {
  const paths = new Set<string>();
  const locals = new Set<number>();
  const pending = [training.loss];
  for (let expr = pending.pop(); expr; expr = pending.pop()) {
    // No gradient flows through integers, conditions and `detach`.
    if (expr.type.element !== 'f32' || (expr.kind === 'op' && expr.op === 'detach')) continue;
    if (expr.kind === 'parameter') paths.add(expr.path);
    else if (expr.kind === 'local') {
      const value = known.get(expr.local);
      if (value && !locals.has(expr.local)) pending.push(value);
      locals.add(expr.local);
    } else if (expr.kind === 'call') pending.push(expr.instance.body.results[expr.result]);
    else pending.push(...operands(expr));
  }
  return paths;
}

function warnUnreached(
  training: TypedTraining,
  layers: ReadonlyMap<string, Span>,
  known: Known,
  checker: Checker,
): void {
  const paths = reached(training, known);
  const groups = new Map<string, { names: string[]; span: Span }>();
  for (const { path, trainable, span } of training.model.parameters) {
    if (!trainable || paths.has(path)) continue;
    const layer = path.slice(0, Math.max(0, path.lastIndexOf('.')));
    const group = groups.get(layer) ?? { names: [], span: layers.get(layer) ?? span };
    groups.set(layer, { ...group, names: [...group.names, path] });
  }
  for (const { names, span } of groups.values()) {
    const many = names.length > 1;
    checker.reporter.report({
      code: 'W0102',
      message: `the loss does not depend on ${names.join(' and ')}, so training never changes ${many ? 'them' : 'it'}`,
      span,
      label: `no loss reaches ${many ? 'these parameters' : 'this parameter'}`,
      notes: [{ span: training.loss.span, message: 'the loss' }],
      help: ["use the layer's result, or remove the layer"],
    });
  }
}
