/** `for c in C, y in H { … }`: a tensor from an expression of its indices. All elements are computed at once (`leads.ts`). */
import type { Expression } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import type { TensorType } from '../ops/types.ts';
import { jointLeads, spread, withLeads } from './leads.ts';
import { Scope } from './scope.ts';
import { describe } from './show.ts';
import { fail, type Site } from './site.ts';
import type { TypedExpr } from './typed.ts';
import { asDim, type Lead, poison, type TensorValue, tensorOf, toTensor, type Value } from './values.ts';

type Comprehension = Extract<Expression, { kind: 'for' }>;

export function evaluateComprehension(expression: Comprehension, site: Site): Value {
  const scope = new Scope(site.scope);
  const leads: Lead[] = [];
  for (const { name, extent } of expression.variables) {
    const size = extentOf(extent, site);
    if (!size) return poison;
    const lead: Lead = { name: name.name, extent: size };
    leads.push(lead);
    scope.bind(name.name, variable(lead, name.span));
  }
  const inner: Site = { ...site, scope, leads: [...site.leads, ...leads] };
  const value = site.checker.evaluateBlock(expression.body, inner);
  if (value.kind === 'poison') return poison;
  const element = toTensor(value, expression.body.span);
  if (element) return collect(element, leads, expression, site);
  return fail(site, {
    code: 'E0406',
    message: `a comprehension makes a tensor from numbers, not from ${describe(value)}`,
    span: (expression.body.result ?? expression).span,
    help: ['its body is one number for each index, as in `for i in 3 { 2 * i }`'],
  });
}

function extentOf(extent: Expression, site: Site): Lead['extent'] | undefined {
  const value = site.checker.evaluate(extent, site);
  if (value.kind === 'poison') return undefined;
  const size = asDim(value);
  const known = size && dim.constant(size);
  if (size && (known === undefined || known > 0)) return size;
  fail(site, {
    code: size ? 'E0307' : 'E0404',
    message: `an index runs over an integer of at least 1, not ${describe(value)}`,
    span: extent.span,
    help: ['`for i in 3` gives i the values 0, 1 and 2; a dimension of an input is such an integer too'],
  });
  return undefined;
}

function variable(lead: Lead, span: Comprehension['span']): TensorValue {
  const type: TensorType = { element: 'i32', shape: [lead.extent] };
  const attributes = { shape: type.shape, axis: 0 };
  const expr: TypedExpr = { kind: 'op', op: 'iota', args: [], attributes, type, span };
  return { ...tensorOf(expr, [], [lead]), position: { lead, scale: 1, offset: dim.int(0) } };
}

/** The variables become axes of the result, in front of the element's own. */
function collect(element: TensorValue, own: readonly Lead[], expression: Comprehension, site: Site): TensorValue {
  const outer = jointLeads([element], site.leads);
  const { expr, axes } = spread(element, [...outer, ...own]);
  const type = withLeads(element.type, own);
  const origins = expression.variables.map(({ name, extent: { span } }, axis) => {
    const what = site.checker.isLibrary(span.file) ? undefined : `for ${name.name}`;
    return { span, type, axis, what };
  });
  return tensorOf(expr, [...origins, ...axes], outer);
}
