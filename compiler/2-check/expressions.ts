/** The value of an expression at its place. Calls and stages of pipelines are in `calls.ts` and `stages.ts`. */
import type { Expression } from '../1-parse/ast.ts';
import { type Dim, dim } from '../dim/dim.ts';
import { arithmetic, compare, isArithmetic } from './arithmetic.ts';
import { evaluateIf } from './choice.ts';
import { evaluateComprehension } from './comprehension.ts';
import { evaluateIndex } from './indexing.ts';
import { floorDivision, isIntegral } from './integers.ts';
import { impossibleSize, tupleOf } from './limits.ts';
import { lookup, visibleNames } from './modules.ts';
import { unknownName } from './names.ts';
import { Scope } from './scope.ts';
import { describe } from './show.ts';
import { fail, newFrame, observe, type Site } from './site.ts';
import { asDim, asNumber, floatValue, intValue, isNumeric, membersOf, poison, type Value } from './values.ts';

type Of<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

export function evaluate(expression: Expression, site: Site): Value {
  try {
    const value = valueOfKind(expression, site);
    observe(expression, value, site);
    return value;
  } catch (error) {
    return impossibleSize(error, expression.span, site);
  }
}

function valueOfKind(expression: Expression, site: Site): Value {
  switch (expression.kind) {
    case 'missing':
      return poison;
    case 'number':
      return expression.integer && Number.isSafeInteger(expression.value)
        ? intValue(expression.value)
        : floatValue(expression.value);
    case 'string':
      return { kind: 'string', value: expression.value };
    case 'bool':
      return { kind: 'bool', value: expression.value };
    case 'name':
      return evaluateName(expression, site);
    case 'member':
      return evaluateMember(expression, site);
    case 'call':
      return site.checker.evaluateCall(expression, site);
    case 'index':
      return evaluateIndex(expression, site);
    case 'unary':
      return evaluateUnary(expression, site);
    case 'binary':
      return evaluateBinary(expression, site);
    case 'range':
      return evaluateRange(expression, site);
    case 'pipe':
      return evaluatePipe(expression, site);
    case 'tuple':
    case 'list':
      return tupleOf(
        expression.items.map((item) => evaluate(item, site)),
        expression.span,
        site,
      );
    case 'if':
      return evaluateIf(expression, site);
    case 'named':
      // `fc: Linear(10)(x)`: the name belongs to the layer that is called.
      if (expression.value.kind === 'call' && expression.value.callee.kind === 'call') {
        const inputs = expression.value.arguments.map((argument) => evaluate(argument.value, site));
        return site.checker.applyStage(expression.value.callee, inputs, site, { segment: expression.name });
      }
      return fail(site, {
        code: 'E0208',
        message: `\`${expression.name.name}:\` names a layer, and there is none to apply here`,
        span: expression.span,
        help: [`write \`x |> ${expression.name.name}: Layer(…)\``],
      });
    case 'arrow':
      return fail(site, {
        code: 'E0404',
        message: '`in -> out` is only the first argument of a layer',
        span: expression.span,
        help: ['as in Linear(1152 -> 64)'],
      });
    case 'for':
      return evaluateComprehension(expression, site);
  }
}

/** E0211: what the language has but this compiler has not. */
export function notYet(what: string, expression: Expression, site: Site): Value {
  return fail(site, {
    code: 'E0211',
    message: `${what} is not supported yet`,
    span: expression.span,
    label: 'not supported yet',
    help: ['the language reference says which parts of the language this version compiles'],
  });
}

function evaluateName(expression: Of<'name'>, site: Site): Value {
  const { name, span } = expression;
  const local = site.scope.lookup(name);
  if (local) return local;
  if (name === 'training') {
    site.unit.asksTraining = true;
    return { kind: 'bool', value: site.unit.training };
  }
  const named = lookup(site.module, name);
  if (named?.declarations.length === 0) return poison;
  const [declaration] = named?.declarations ?? [];
  if (!named || !declaration) {
    return fail(site, unknownName('name', name, span, [...site.scope.names(), ...visibleNames(site.module)]));
  }
  if (declaration.kind !== 'const') {
    const layer = declaration.kind === 'layer' || declaration.kind === 'model';
    return fail(site, {
      code: 'E0208',
      message: `${name} is a ${declaration.kind === 'fn' ? 'function' : declaration.kind}, not a value`,
      span,
      label: layer || declaration.kind === 'fn' ? 'nothing is applied to it' : undefined,
      help: [layer ? `apply it in a pipeline: \`x |> ${name}(…)\`` : `call it: \`${name}(x)\``],
    });
  }
  const { constants } = site.checker;
  const known = constants.get(declaration);
  if (known === 'running') {
    return fail(site, { code: 'E0209', message: `${name} is computed from itself`, span, help: ['break the circle'] });
  }
  if (known) return known;
  constants.set(declaration, 'running');
  const frame = newFrame({ callee: name, kind: 'fn', path: '' });
  const value = evaluate(declaration.value, { ...site, scope: new Scope(), module: named.module, frame });
  constants.set(declaration, value);
  return value;
}

function evaluateMember(expression: Of<'member'>, site: Site): Value {
  const object = evaluate(expression.object, site);
  if (object.kind === 'poison') return poison;
  const items = membersOf(object);
  const item = items[Number(expression.member.name)];
  if (item) return item;
  return fail(site, {
    code: 'E0408',
    message: `${describe(object)} has no member ${expression.member.name}`,
    span: expression.member.span,
    help: [
      items.length > 0
        ? `its members are .0 to .${items.length - 1}`
        : 'only tuples and ranges have members: `padding.0`',
    ],
  });
}

function evaluateUnary(expression: Of<'unary'>, site: Site): Value {
  const operand = evaluate(expression.operand, site);
  if (expression.operator === 'not') {
    if (operand.kind === 'bool') return { kind: 'bool', value: !operand.value };
    if (operand.kind === 'open') return operand;
    return site.checker.elementwise('not', [operand], expression.span, site);
  }
  if (isNumeric(operand)) {
    const negated = arithmetic('-', intValue(0), operand);
    if (negated && !('trouble' in negated)) return negated;
  }
  return site.checker.elementwise('neg', [operand], expression.span, site);
}

const elementwiseNames = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'imod',
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  and: 'and',
  or: 'or',
} as const;

function evaluateBinary(expression: Of<'binary'>, site: Site): Value {
  const { operator, span } = expression;
  const left = evaluate(expression.left, site);
  if ((operator === 'and' || operator === 'or') && left.kind === 'bool' && left.value === (operator === 'or'))
    return left;
  const right = evaluate(expression.right, site);
  if (left.kind === 'poison' || right.kind === 'poison') return poison;
  if (operator === '@') return site.checker.intrinsic('matmul', [left, right], {}, span, site);
  const tensors = left.kind === 'tensor' || right.kind === 'tensor';
  if (!tensors) {
    const value = overValues(expression, left, right, site);
    if (value) return value;
  }
  if ((operator === '/' || operator === '%') && isIntegral(left) && isIntegral(right)) {
    return floorDivision(operator, left, right, span, site);
  }
  return site.checker.elementwise(elementwiseNames[operator], [left, right], span, site);
}

/** Arithmetic, comparison and logic without tensors; undefined where run time must compute it. */
function overValues(expression: Of<'binary'>, left: Value, right: Value, site: Site): Value | undefined {
  const { operator, span } = expression;
  if (isArithmetic(operator)) {
    const value = arithmetic(operator, left, right);
    if (value && 'trouble' in value) {
      return fail(site, { code: 'E0404', message: value.trouble, span, help: ['check the values'] });
    }
    const [a, b] = [asDim(left), asDim(right)];
    if (value || !a || !b || operator === '%') return value;
    const scalar = site.checker.elementwise(elementwiseNames[operator], [left, right], span, site);
    const floors = arithmetic(operator, intValue(a), intValue(b));
    const floor = floors && !('trouble' in floors) ? asDim(floors) : quotientFloor(operator, a, b);
    return scalar.kind === 'tensor' && floor ? { kind: 'ratio', floor, scalar } : scalar;
  }
  if (operator === 'and' || operator === 'or') {
    if (left.kind === 'open' || right.kind === 'open') return { kind: 'open' };
    return left.kind === 'bool' && right.kind === 'bool' ? right : undefined;
  }
  const outcome = compare(operator === '@' ? '==' : operator, left, right);
  if (outcome !== undefined) return { kind: 'bool', value: outcome };
  const sizes = isNumeric(left) && isNumeric(right) && (asNumber(left) === undefined || asNumber(right) === undefined);
  return sizes ? { kind: 'open' } : undefined;
}

const quotientFloor = (operator: string, a: Dim, b: Dim): Dim | undefined =>
  operator === '/' ? dim.floorDiv(a, b) : undefined;

function evaluateRange(expression: Of<'range'>, site: Site): Value {
  const ends = [evaluate(expression.from, site), evaluate(expression.to, site)];
  if (ends.some((end) => end.kind === 'poison')) return poison;
  const [from, to] = ends.map(asNumber);
  if (from !== undefined && to !== undefined && from <= to) return { kind: 'range', from, to };
  return fail(site, {
    code: 'E0404',
    message: 'a range goes from a number to one that is not smaller',
    span: expression.span,
    help: ['for example 0.08..1.0'],
  });
}

/** A pipeline may be long, so that its stages are walked in a loop, not by recursion. */
function evaluatePipe(expression: Of<'pipe'>, site: Site): Value {
  const stages: Expression[] = [];
  let start: Expression = expression;
  while (start.kind === 'pipe') {
    stages.push(start.stage);
    start = start.input;
  }
  let value = evaluate(start, site);
  for (const stage of stages.reverse()) {
    value = site.checker.applyStage(stage, value.kind === 'tuple' ? value.items : [value], site, {});
  }
  return value;
}
