/** The names of a `train` declaration, for `resolve.ts`. What its settings may say is checked when it is elaborated. */
import type { Block, Expression, Identifier, LayerDeclaration, TrainDeclaration } from '../1-parse/ast.ts';
import { lookup } from './modules.ts';
import { Reporter } from './report.ts';
import {
  type Name,
  observeArguments,
  observeNamed,
  type Place,
  resolveExpression,
  resolveStage,
} from './resolve-body.ts';
import { Scope } from './scope.ts';

/** The fields of the sample are in scope of the expressions, and so is `output` where the model has run. */
export function resolveTraining(declaration: TrainDeclaration, place: Place): void {
  const scope = new Scope<Name>(place.scope);
  const inner: Place = { ...place, scope };
  for (const argument of declaration.config) resolveExpression(argument.value, place);
  observeNamed(declaration.model, place);
  observeNamed(declaration.dataset, place);
  observeArguments(declaration.model.name, { arguments: declaration.config }, place);
  observeSettings(declaration, place);
  const dataset = lookup(place.module, declaration.dataset.name)?.declarations[0];
  if (dataset?.kind !== 'dataset') return;
  for (const entry of dataset.entries) {
    if (entry.kind !== 'sample') continue;
    for (const { name } of entry.fields) scope.bind(name.name, { ...name, kind: 'field', used: true });
  }
  const withOutput: Place = { ...inner, scope: new Scope<Name>(scope) };
  withOutput.scope.bind('output', { name: 'output', span: declaration.model.span, kind: 'output', used: true });
  place.observer?.scope(declaration.span, withOutput.scope);
  for (const { name, value } of declaration.settings) {
    if (name.name === 'input') resolveExpression(value, inner);
    if (name.name === 'loss' || name.name === 'metrics') resolveExpression(value, withOutput);
  }
}

/** Settings that are no expressions over the sample: what is wrong in them, elaboration says in words of its own. */
function observeSettings({ settings, model }: TrainDeclaration, place: Place): void {
  if (!place.observer) return;
  const silent: Place = { ...place, reporter: new Reporter() };
  const trained = lookup(place.module, model.name)?.declarations[0];
  const layers = trained?.kind === 'model' ? layersOf(trained) : [];
  for (const { name, value } of settings) {
    if (['augment', 'optimizer', 'schedule'].includes(name.name)) resolveStage(value, silent);
    if (name.name === 'freeze') observeLayers(value, layers, place);
    if (name.name === 'lr_scale')
      for (const entry of value.kind === 'list' ? value.items : [value]) observeLayers(entry, layers, place);
    if (name.name !== 'weights' || value.kind !== 'call') continue;
    for (const argument of value.arguments) {
      if (argument.name?.name === 'except') observeLayers(argument.value, layers, place);
    }
  }
}

function observeLayers(value: Expression, layers: readonly Identifier[], { observer }: Place): void {
  for (const item of value.kind === 'list' || value.kind === 'tuple' ? value.items : [value]) {
    let path = item;
    while (path.kind === 'member') path = path.object;
    if (path.kind !== 'name') continue;
    const { name, span } = path;
    const meant = layers.filter((layer) => layer.name === name);
    if (meant.length > 0)
      observer?.name(
        span,
        meant.map((layer) => ({ ...layer, kind: 'layer' })),
      );
  }
}

/** The names that a model gives to its own layers. */
function layersOf({ body }: LayerDeclaration): readonly Identifier[] {
  const ofBlock = ({ statements, result }: Block): Identifier[] =>
    [...statements.map(({ value }) => value), ...(result ? [result] : [])].flatMap(ofExpression);
  const ofExpression = (expression: Expression): Identifier[] => {
    switch (expression.kind) {
      case 'pipe':
        return [...ofExpression(expression.input), ...ofExpression(expression.stage)];
      case 'named':
        return [expression.name];
      case 'call':
        return expression.arguments.flatMap(({ value }) => ofExpression(value));
      case 'binary':
        return [...ofExpression(expression.left), ...ofExpression(expression.right)];
      case 'tuple':
        return expression.items.flatMap(ofExpression);
      case 'if':
        return [expression.then, expression.else].flatMap((block) => (block ? ofBlock(block) : []));
      default:
        return [];
    }
  };
  return ofBlock(body);
}
