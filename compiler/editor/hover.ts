/**
 * What a word is: a declaration's signature and its `///`; of a layer or function where it is applied, the shapes in and
 * out, parameters and multiply-adds; of any tensor, where each of its sizes comes from.
 */
import { type Hover, MarkupKind } from 'vscode-languageserver';
import type { Expression } from '../1-parse/ast.ts';
import type { Definition } from '../2-check/observer.ts';
import { textAt } from '../2-check/show.ts';
import { traceOf } from '../2-check/trace.ts';
import type { TensorValue } from '../2-check/values.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { tell } from '../diagnostics/render/why.ts';
import { shownCost } from './cost.ts';
import { declared, parameterOf } from './declarations.ts';
import type { Feature } from './feature.ts';
import { type Outcome, sameDefinition } from './knowledge.ts';
import { toOffset, toRange } from './places.ts';
import { shapeOfAll, typeOfAll, valueOfAll } from './shapes.ts';
import { shownSignature } from './signature.ts';
import { expressionsAt, expressionsIn, statementsIn, unnamed } from './syntax.ts';
import type { Checked } from './workspace.ts';

/** Lines about where sizes come from; beyond that nobody reads them. */
const MOST_LINES = 12;

export const hover: Feature = {
  capabilities: { hoverProvider: true },
  register(connection, workspace) {
    connection.onHover(({ textDocument, position }): Hover | undefined => {
      const checked = workspace.checkUri(textDocument.uri);
      if (!checked) return undefined;
      const found = hoverAt(checked, toOffset(checked.file, position));
      if (!found) return undefined;
      return { contents: { kind: MarkupKind.Markdown, value: found.text }, range: toRange(found.span) };
    });
  },
};

function hoverAt(checked: Checked, offset: number): { readonly span: Span; readonly text: string } | undefined {
  const { file, knowledge, module } = checked;
  const use = knowledge.useAt(file, offset);
  const chain = expressionsAt(module, offset);
  const applied = use && stageOf(use.span, chain);
  if (use) {
    const [definition] = use.definitions;
    const values = applied ? knowledge.outcomes(applied) : outcomesOf(definition, use.span, chain, checked);
    const isStage = applied && (definition.kind === 'layer' || declared(definition));
    const shown = isStage ? ofStage(values, applied) : ofValues(values);
    const head = code(headline(definition, values));
    // Of a layer at work the shapes are what one looks for.
    const parts = isStage ? [...shown, head, docOf(definition)] : [head, ...shown, docOf(definition)];
    return { span: use.span, text: parts.filter((part) => part !== '').join('\n\n') };
  }
  const expression = [...chain]
    .reverse()
    .find((each) => each.kind !== 'missing' && knowledge.outcomes(each).length > 0);
  if (!expression) return undefined;
  const outcomes = knowledge.outcomes(expression);
  const text = valueOfAll(outcomes.map(({ value }) => value));
  const short = textAt(expression.span).length < 40 ? `${textAt(expression.span)}: ` : '';
  return text === undefined
    ? undefined
    : { span: expression.span, text: [code(`${short}${text}`), ...ofValues(outcomes)].join('\n\n') };
}

/** The stage whose layer or function, or whose name, stands there. */
function stageOf(span: Span, chain: readonly Expression[]): Expression | undefined {
  const stage = chain.find((each) => {
    const bare = unnamed(each);
    const callee = bare.kind === 'call' ? bare.callee : bare;
    const named = each.kind === 'named' && each.name.span.start === span.start;
    return named || (callee.kind === 'name' && callee.span.start === span.start);
  });
  return stage;
}

/** What a definition is, over all uses of the body that it stands in. */
function outcomesOf(
  definition: Definition,
  span: Span,
  chain: readonly Expression[],
  { module, knowledge }: Checked,
): readonly Outcome[] {
  const here = chain.find((each) => each.span.start === span.start && each.span.end === span.end);
  const own = here ? knowledge.outcomes(here) : [];
  if (own.length > 0) return own;
  const statement = statementsIn(module).find(
    (each) => each.kind === 'let' && each.names.some((name) => name.span.start === definition.span.start),
  );
  if (statement?.kind === 'let' && statement.names.length === 1) return knowledge.outcomes(statement.value);
  for (const expression of expressionsIn(module)) {
    if (expression.kind !== 'name' || expression.name !== definition.name) continue;
    const meant = knowledge.useAt(expression.span.file, expression.span.start)?.definitions[0];
    const found = meant && sameDefinition(meant, definition) ? knowledge.outcomes(expression) : [];
    if (found.length > 0) return found;
  }
  return [];
}

const code = (text: string): string => (text === '' ? '' : `\`\`\`netc\n${text}\n\`\`\``);

const words = {
  declaration: '',
  option: 'option ',
  input: 'input ',
  dimension: 'dimension ',
  let: 'let ',
  parameter: '',
  index: 'index ',
  layer: '',
  field: 'field ',
  output: '',
} as const;

function headline(definition: Definition, outcomes: readonly Outcome[]): string {
  const declaration = declared(definition);
  if (declaration) return shownSignature(declaration);
  const parameter = parameterOf(definition);
  if (definition.kind === 'layer') return `layer ${definition.name}`;
  const value = valueOfAll(outcomes.map((outcome) => outcome.value));
  const { name, kind } = definition;
  if (parameter) {
    const written = textAt(parameter.span).replace(/\s+/g, ' ');
    const known = value === undefined || written.includes(value) ? '' : `  // ${value}`;
    return `${kind === 'dimension' ? `${words.dimension}${name} of ${written}` : written}${known}`;
  }
  if (value === undefined) return `${words[kind]}${name}`;
  const sign = kind === 'dimension' || kind === 'index' ? '=' : ':';
  return `${words[kind]}${name}${sign === ':' ? ': ' : ' = '}${value}`;
}

const docOf = (definition: Definition): string => declared(definition)?.doc ?? '';

/** A layer or function at work. */
function ofStage(outcomes: readonly Outcome[], stage: Expression): readonly string[] {
  const tensors = outcomes.flatMap(({ value }) => (value.kind === 'tensor' ? [value] : []));
  const inputs = tensors.map(({ expr }) => ('args' in expr ? (expr.args[0]?.type ?? expr.type) : expr.type));
  const before = shapeOfAll(inputs.map((type) => ({ type })));
  const after = shapeOfAll(tensors);
  const named = stage.kind === 'named' ? `**${stage.name.name}** ` : '';
  const uses = outcomes.length > 1 ? ` in ${outcomes.length} uses` : '';
  const flow = after === undefined ? '' : `${named}\`${before ?? '?'}\` → \`${after}\`${uses}`;
  return [flow, shownCost(outcomes), ...ofValues(outcomes)];
}

/** Where the sizes of a tensor come from. */
function ofValues(outcomes: readonly Outcome[]): readonly string[] {
  const tensors = outcomes.flatMap(({ value }) => (value.kind === 'tensor' ? [value] : []));
  const [first] = tensors;
  if (!first || typeOfAll(tensors) === undefined) return [];
  return [origins(first)];
}

function origins(tensor: TensorValue): string {
  const chains = traceOf([tensor.axes]).provenance.filter(({ steps }) => steps.length > 1 || steps[0]?.arithmetic);
  const lines = chains.map((chain) => {
    const { arithmetic, size } = chain.steps.at(-1) ?? {};
    const how = arithmetic === undefined ? '' : ` (${size} = ${arithmetic})`;
    return `- ${tell(chain)}${how}`;
  });
  return [...new Set(lines)].slice(0, MOST_LINES).join('\n');
}
