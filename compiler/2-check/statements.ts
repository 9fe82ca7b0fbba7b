/** The statements of a body: `let`, parameters and buffers, optimizer states, updates; and the body's value. */
import type { Argument, Block, Expression, FnDeclaration, Identifier, Statement } from '../1-parse/ast.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import { coerce } from './coerce.ts';
import { evaluateInitializer } from './initializers.ts';
import { sameType } from './instantiate.ts';
import { lookup } from './modules.ts';
import { describe, textAt } from './show.ts';
import { type Frame, fail, inAugment, type Site, userPlace } from './site.ts';
import { traceOf } from './trace.ts';
import { checkPositive } from './types.ts';
import { poison, tensorOf, toTensor, type Value } from './values.ts';

type Of<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;
type Declared = Of<'param' | 'buffer' | 'state'>;

/** Elaborates the statements in the site's own scope and returns the block's value. */
export function evaluateBlock(block: Block, site: Site): Value {
  for (const [i, statement] of block.statements.entries()) {
    const following = block.statements[i + 1];
    const next = following ? following.kind === 'expression' && following.value : block.result;
    if (statement.kind === 'expression' && i > 0 && isDangling(statement.value, site)) continue;
    if (next && isDangling(next, site) && missingPipe(statement, next, site)) continue;
    elaborate(statement, site);
  }
  if (block.result && block.statements.length > 0 && isDangling(block.result, site)) return poison;
  if (block.result) return site.checker.evaluate(block.result, site);
  if (site.frame.kind === 'optimizer' || !endsCleanly(block)) return poison;
  return fail(site, {
    code: 'E0210',
    message: 'this body has no value',
    span: { ...block.span, start: Math.max(block.span.start, block.span.end - 1) },
    label: 'expected an expression before this',
    help: ['the value of a body is its last expression'],
  });
}

/** Whether an expression starts with a layer or function that nothing is applied to: the line before lacks its `|>`. */
function isDangling(expression: Expression, site: Site): boolean {
  let start = expression;
  while (start.kind === 'pipe') start = start.input;
  if (start.kind === 'named') return start.value.kind !== 'call' || start.value.callee.kind !== 'call';
  const callee = start.kind === 'call' ? start.callee : start;
  if (callee.kind !== 'name' || site.scope.lookup(callee.name)) return false;
  const declaration = lookup(site.module, callee.name)?.declarations[0];
  if (declaration?.kind === 'fn') return start.kind !== 'call' || lacksInput(start.arguments, declaration);
  return declaration?.kind === 'layer' || declaration?.kind === 'model';
}

/** `mean(axis=1)`: options only, so that the tensor was to come by a pipe. */
function lacksInput(given: readonly Argument[], { parameters: [first] }: FnDeclaration): boolean {
  const named = given.every(({ name }) => name !== undefined && name.name !== first?.name.name);
  return first?.type.kind === 'tensor' && named;
}

/** Reports the `|>` that is missing after a value; false where the statement has none to pass on. */
function missingPipe(statement: Statement, next: Expression, site: Site): boolean {
  if (statement.kind !== 'let' && statement.kind !== 'expression') return false;
  site.checker.evaluate(statement.value, site);
  if (statement.kind === 'let') for (const { name } of statement.names) site.scope.bind(name, poison);
  let start = next;
  while (start.kind === 'pipe') start = start.input;
  const { span } = start;
  fail(site, {
    code: 'E0210',
    message: `nothing is applied to ${textAt(span)}; \`|>\` is missing before it`,
    span,
    label: 'starts a new line of its own',
    help: ['a line that continues a pipeline starts with `|>`'],
    fixes: [{ title: 'Insert |>', edits: [{ span: { ...span, end: span.start }, text: '|> ' }] }],
  });
  return true;
}

/** False where the parser dropped something at the block's end; it has said so. */
function endsCleanly(block: Block): boolean {
  const from = block.statements.at(-1)?.span.end ?? block.span.start + 1;
  const rest = block.span.file.text.slice(from, block.span.end - 1);
  return (
    rest
      .replace(/\/\/.*$/gm, '')
      .replaceAll(';', '')
      .trim() === ''
  );
}

function elaborate(statement: Statement, site: Site): void {
  switch (statement.kind) {
    case 'let':
      elaborateLet(statement, site);
      return;
    case 'param':
    case 'buffer':
      elaborateParameter(statement, site);
      return;
    case 'state':
      elaborateState(statement, site);
      return;
    case 'update':
      elaborateUpdate(statement, site);
      return;
    case 'expression':
      if (site.checker.evaluate(statement.value, site).kind === 'poison') return;
      fail(site, {
        code: 'E0210',
        message: 'the value of this expression is not used',
        span: statement.value.span,
        label: 'not used',
        help: ['name it with `let`, or make it the last expression of the body'],
      });
  }
}

function elaborateLet(statement: Of<'let'>, site: Site): void {
  const value = site.checker.evaluate(statement.value, site);
  const [name] = statement.names;
  if (!name) return;
  if (statement.names.length === 1) {
    const checked = statement.type ? checkDeclared(statement, statement.type, value, site) : value;
    bindLocal(name, checked, site);
    return;
  }
  const items = value.kind === 'tuple' && value.items.length === statement.names.length ? value.items : undefined;
  if (!items && value.kind !== 'poison') {
    fail(site, {
      code: 'E0406',
      message: `${statement.names.length} names are given to ${describe(value)}`,
      span: statement.value.span,
      help: ['a tuple of as many values is expected'],
    });
  }
  for (const [i, each] of statement.names.entries()) bindLocal(each, items?.[i] ?? poison, site);
}

/** A tensor becomes a local of the body, so that it is computed once; everything else is known already. */
function bindLocal({ name, span }: Identifier, value: Value, site: Site): void {
  if (value.kind !== 'tensor') {
    site.scope.bind(name, value);
    return;
  }
  const local = site.unit.nextLocal++;
  site.frame.lets.push({ local, name, value: value.expr });
  const expr = { kind: 'local' as const, local, type: value.expr.type, span };
  site.scope.bind(name, { ...value, expr });
}

function checkDeclared(statement: Of<'let'>, type: NonNullable<Of<'let'>['type']>, value: Value, site: Site): Value {
  const [name] = statement.names;
  if (type.kind !== 'tensor') return coerce(value, type, name.name, statement.value.span, site);
  const declared = site.checker.evaluateType(type, site);
  if (value.kind === 'poison' || !declared) return poison;
  const tensor = toTensor(value, statement.value.span, declared.element);
  if (!tensor) return coerce(value, type, name.name, statement.value.span, site);
  if (sameType(tensor.type, declared)) return { ...tensor, type: tensor.type };
  const shapes = tensor.type.shape;
  const axis = shapes.findIndex((size, i) => !declared.shape[i] || !dim.equal(size, declared.shape[i]));
  const actual = showType(tensor.type);
  return fail(site, {
    code: 'E0305',
    message: `${name.name} is ${actual}, but is declared as ${textAt(type.span)}`,
    span: type.span,
    label: `the value is ${actual}`,
    ...traceOf([[tensor.axes[axis]]]),
    help: [`write \`${name.name}: ${actual}\`, or change what it is computed from`],
    fixes: [{ title: `Change to ${actual}`, edits: [{ span: type.span, text: actual }] }],
  });
}

function elaborateParameter(statement: Declared, site: Site): void {
  const { name, span } = statement.name;
  site.scope.bind(name, poison);
  if (inAugment(site.frame)) {
    fail(site, {
      code: 'E0409',
      message: `an augment has no ${statement.kind === 'param' ? 'parameters' : 'buffers'}: nothing trains it`,
      span,
      help: ['make it configuration: `augment Tint(strength: float = 0.1)(…)`'],
    });
    return;
  }
  if (!statement.type) {
    fail(site, {
      code: 'E0409',
      message: `the ${statement.kind === 'param' ? 'parameter' : 'buffer'} ${name} needs a type`,
      span,
      help: [`as in \`${statement.kind} ${name}: f32[out] = zeros()\``],
    });
    return;
  }
  const type = site.checker.evaluateType(statement.type, site);
  if (!type || !checkPositive(type, name, statement.type.span, site)) return;
  const open = type.shape.find((size) => dim.constant(size) === undefined);
  if (open || type.element !== 'f32') {
    fail(site, {
      code: 'E0409',
      message: open
        ? `the size of ${name} must be known at compile time, but it is ${showType(type)}`
        : `${name} must be f32, not ${type.element}`,
      span: statement.type.span,
      help: [open ? 'the batch may not be part of a parameter' : 'parameters and buffers are f32'],
    });
    return;
  }
  const init = evaluateInitializer(statement.value, type, site);
  const path = site.frame.path === '' ? name : `${site.frame.path}.${name}`;
  const unnamed = requireNames(site);
  if (!unnamed && site.unit.parameters.some((other) => other.path === path)) {
    reportTwice(path, statement, site);
    return;
  }
  if (!init) return;
  site.unit.parameters.push({
    path,
    type,
    trainable: statement.kind === 'param',
    init,
    span: userPlace(site, span).span,
  });
  site.frame.parameters.push(path);
  site.scope.bind(name, tensorOf({ kind: 'parameter', path, type, span }));
}

function reportTwice(path: string, statement: Declared, site: Site): void {
  const listed = /(^|\.)\d+\./.test(path);
  fail(site, {
    code: 'E0207',
    message: `two parameters are called ${path}`,
    span: statement.name.span,
    help: [listed ? 'two lists number their layers alike: name the lists, as in `head: [ … ]`' : 'rename one of them'],
  });
}

/** E0206 (and true) for each layer around this parameter that has neither a name nor a place in a list. */
function requireNames(site: Site): boolean {
  let missing = false;
  for (let frame: Frame | undefined = site.frame; frame?.caller; frame = frame.caller.frame) {
    if (frame.kind !== 'layer' || frame.named) continue;
    missing = true;
    const { span, frame: outer } = frame.caller;
    const name = freeName(frame.callee, site);
    fail(
      { ...site, frame: outer },
      {
        code: 'E0206',
        message: `this ${frame.callee} has parameters, so it needs a name`,
        span,
        label: 'without a name',
        help: [`write \`${name}: ${textAt(span)}\`; weights files know its parameters by that name`],
        fixes: [{ title: `Name it ${name}`, edits: [{ span: { ...span, end: span.start }, text: `${name}: ` }] }],
      },
    );
  }
  return missing;
}

/** PyTorch's habit: conv1, fc1, bn1; else the layer's own name in lower case. */
function freeName(callee: string, site: Site): string {
  const habits: ReadonlyMap<string, string> = new Map([
    ['Conv2d', 'conv'],
    ['Linear', 'fc'],
    ['BatchNorm2d', 'bn'],
    ['LayerNorm', 'norm'],
  ]);
  const base = habits.get(callee) ?? callee.toLowerCase();
  let n = 1;
  while ([...site.unit.layers.keys()].some((path) => path.endsWith(`${base}${n}`))) n++;
  return `${base}${n}`;
}

function elaborateState(statement: Declared, site: Site): void {
  const { name, span } = statement.name;
  const { optimizes } = site.frame;
  if (!optimizes) {
    site.scope.bind(name, poison);
    fail(site, {
      code: 'E0409',
      message: '`state` belongs to an optimizer',
      span: statement.span,
      help: ['a layer keeps what is not trained in a `buffer`'],
    });
    return;
  }
  const { type } = optimizes;
  const init = evaluateInitializer(statement.value, type, site);
  if (init && init.kind !== 'constant') {
    fail(site, {
      code: 'E0409',
      message: `${name} must start as a number, as zeros() does`,
      span: statement.value.span,
      help: ['write zeros(), ones() or constant(0.5)'],
    });
  }
  const local = site.unit.nextLocal++;
  site.frame.states.push({ name, local, initial: init?.kind === 'constant' ? init.value : 0 });
  site.scope.bind(name, tensorOf({ kind: 'local', local, type, span }));
}

function elaborateUpdate(statement: Of<'update'>, site: Site): void {
  const { name, span } = statement.name;
  const value = site.checker.evaluate(statement.value, site);
  const target = site.scope.lookup(name);
  if (target?.kind === 'poison' || value.kind === 'poison') return;
  const optimizer = site.frame.kind === 'optimizer';
  const path = target?.kind === 'tensor' && target.expr.kind === 'parameter' ? target.expr.path : undefined;
  const buffer = site.unit.parameters.find((parameter) => parameter.path === path && !parameter.trainable);
  const own =
    optimizer && (name === site.frame.optimizes?.name || site.frame.states.some((state) => state.name === name));
  if (target?.kind !== 'tensor' || !(buffer || own)) {
    fail(site, {
      code: 'E0409',
      message: `${name} cannot be updated`,
      span,
      help: [
        optimizer
          ? 'an optimizer updates its first input and its states'
          : 'only a `buffer` is updated; a `let` is a value',
      ],
    });
    return;
  }
  const next = toTensor(value, statement.value.span);
  if (next && next.leads.length > 0) {
    fail(site, {
      code: 'E0409',
      message: `${name} cannot be updated for each ${next.leads.map((lead) => lead.name).join(', ')}`,
      span,
      help: ['an `update` stands outside of comprehensions; make the new value a comprehension instead'],
    });
    return;
  }
  if (!next || !sameType(next.type, target.type)) {
    fail(site, {
      code: 'E0305',
      message: `${name} is ${showType(target.type)}, but its next value is ${next ? showType(next.type) : describe(value)}`,
      span: statement.value.span,
      help: ['an update keeps the type'],
    });
    return;
  }
  site.frame.updates.push({ path: optimizer ? name : (buffer?.path ?? name), value: next.expr });
}
