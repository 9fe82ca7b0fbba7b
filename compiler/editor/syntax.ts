/** Walking a file's tree: every expression, and what stands at a place. Knows no types. */
import type { Block, Declaration, Expression, SourceModule, Statement } from '../1-parse/ast.ts';
import { touches } from './places.ts';

/** The expressions that an expression is made of; blocks' statements included. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return [expression.object];
    case 'call':
      return [expression.callee, ...expression.arguments.map(({ value }) => value)];
    case 'index':
      return [
        expression.object,
        ...expression.indices.flatMap((item) =>
          item.kind === 'at' ? [item.value] : [item.from, item.to].flatMap((end) => end ?? []),
        ),
      ];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'arrow':
    case 'range':
      return [expression.from, expression.to];
    case 'pipe':
      return [expression.input, expression.stage];
    case 'named':
      return [expression.value];
    case 'tuple':
    case 'list':
      return expression.items;
    case 'if':
      return [expression.condition, ...ofBlock(expression.then), ...(expression.else ? ofBlock(expression.else) : [])];
    case 'for':
      return [...expression.variables.map(({ extent }) => extent), ...ofBlock(expression.body)];
    case 'missing':
      return expression.partial ? [expression.partial] : [];
    default:
      return [];
  }
}

const ofBlock = ({ statements, result }: Block): readonly Expression[] => [
  ...statements.map(({ value }) => value),
  ...(result ? [result] : []),
];

/** The expressions that stand in a declaration and in no other expression; not those in types. */
function ofDeclaration(declaration: Declaration): readonly Expression[] {
  switch (declaration.kind) {
    case 'import':
      return [];
    case 'const':
      return [declaration.value];
    case 'dataset':
      return declaration.entries.flatMap((entry) => (entry.kind === 'setting' ? [entry.value] : []));
    case 'train':
      return [...declaration.config, ...declaration.settings].map(({ value }) => value);
    case 'fn':
      return [
        ...declaration.parameters.flatMap((parameter) => parameter.default ?? []),
        ...(declaration.body ? ofBlock(declaration.body) : []),
      ];
    default:
      return [
        ...[...declaration.config, ...declaration.inputs].flatMap((parameter) => parameter.default ?? []),
        ...ofBlock(declaration.body),
      ];
  }
}

/** Every expression of a file, each before its parts. */
export function expressionsIn({ declarations }: SourceModule): readonly Expression[] {
  const found: Expression[] = [];
  const pending = declarations.flatMap(ofDeclaration).reverse();
  for (let next = pending.pop(); next; next = pending.pop()) {
    found.push(next);
    pending.push(...[...partsOf(next)].reverse());
  }
  return found;
}

/** The expressions around a place, the innermost last. */
export function expressionsAt(module: SourceModule, offset: number): readonly Expression[] {
  const chain: Expression[] = [];
  let level = module.declarations.filter(({ span }) => touches(span, offset)).flatMap(ofDeclaration);
  for (;;) {
    const touched = level.filter(({ span }) => touches(span, offset));
    // Between two that touch each other, what begins here.
    const next = touched.find(({ span }) => span.start <= offset && offset < span.end) ?? touched[0];
    if (!next) return chain;
    chain.push(next);
    level = [...partsOf(next)];
  }
}

/** Every statement of a file, those of blocks in expressions included. */
export function statementsIn(module: SourceModule): readonly Statement[] {
  const blocks = [
    ...module.declarations.flatMap((one) => ('body' in one && one.body ? [one.body] : [])),
    ...expressionsIn(module).flatMap((one) =>
      one.kind === 'if' ? [one.then, ...(one.else ? [one.else] : [])] : one.kind === 'for' ? [one.body] : [],
    ),
  ];
  return blocks.flatMap(({ statements }) => statements);
}

/** A stage without the name that it gives its layer. */
export const unnamed = (stage: Expression): Expression => (stage.kind === 'named' ? unnamed(stage.value) : stage);
