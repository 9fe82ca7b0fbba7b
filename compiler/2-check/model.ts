/** A model elaborated for one configuration: its batch stays a symbol, everything else becomes numbers. */
import type { DimensionNode, LayerDeclaration, Parameter } from '../1-parse/ast.ts';
import type { Span } from '../diagnostics/diagnostic.ts';
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { TensorType } from '../ops/types.ts';
import type { Given } from './arguments.ts';
import { bindConfig, checkResult, conditionsHold, unknownOf } from './instantiate.ts';
import { Matching } from './matching.ts';
import type { ModuleScope } from './modules.ts';
import { givenAxes } from './provenance.ts';
import { Scope } from './scope.ts';
import { textAt } from './show.ts';
import { type Checker, fail, newFrame, newUnit, type Site, type Unit } from './site.ts';
import type { TypedModel } from './typed.ts';
import { checkPositive } from './types.ts';
import { type TensorValue, tensorOf } from './values.ts';

export interface ElaboratedModel {
  readonly model: TypedModel;
  readonly unit: Unit;
  /** Where the sizes of the result come from. */
  readonly axes: TensorValue['axes'];
  /** Whether errors were reported on the way; then `model.output` is what the model declares. */
  readonly failed: boolean;
  /** Whether the body gives another type than declared, so that neither can be relied on. */
  readonly doubtful: boolean;
}

export interface ModelUse {
  readonly declaration: LayerDeclaration;
  readonly module: ModuleScope;
  /** The generated class's name. */
  readonly name: string;
  /** Arguments that a `train` declaration gives, evaluated there. */
  readonly given: ReadonlyMap<string, Given>;
  readonly site?: Site;
  readonly training: boolean;
}

/** Undefined where even the type of the result is unknown; errors are reported. */
export function elaborateModel(use: ModelUse, checker: Checker): ElaboratedModel | undefined {
  const { declaration, module } = use;
  const { span } = declaration.name;
  checker.used.add(declaration);
  const errors = checker.reporter.errors;
  const unit = newUnit(use.training);
  const frame = newFrame({ callee: declaration.name.name, kind: 'model', path: '' });
  const site: Site = { checker, scope: new Scope(), module, frame, unit, leads: [] };
  const configured = { declaration, config: declaration.config, given: use.given };
  const bindLate = bindConfig(configured, new Matching(site), site, use.site ?? site);
  const inputs = modelInputs(declaration, site);
  if (!inputs) return undefined;
  bindLate();
  const { length } = inputs;
  const call = {
    title: use.name,
    callee: declaration.name.name,
    kind: 'layer' as const,
    span,
    stage: span,
    inputs: length,
  };
  const holds = conditionsHold(declaration.where, inputs, call, site, site);
  const declared = declaration.result && checker.evaluateType(declaration.result, site);
  if (!holds || (declaration.result && !declared)) return undefined;
  if (declaration.result && declared && !checkPositive(declared, 'the result', declaration.result.span, site))
    return undefined;

  const value = checker.evaluateBlock(declaration.body, { ...site, scope: new Scope(site.scope) });
  const checked = checkResult(value, declared, declaration, site);
  const result = checked ?? (declared && unknownOf(declared, span));
  if (!result) return undefined;
  const batch = inputs[0].batch;
  const output = declared ?? result.type;
  if (!batchIsFirst(output, batch)) {
    fail(site, {
      code: 'E0309',
      message: `only the first dimension of a model's result may be the batch, ${batch}, and this is ${showType(output)}`,
      span: declaration.result?.span ?? span,
      label: `expected f32[${batch}, …]`,
      help: [`bring ${batch} to the front with \`permute\`, or return one row a sample`],
    });
    return undefined;
  }
  const model: TypedModel = {
    name: use.name,
    doc: declaration.doc,
    span,
    batch,
    inputs: inputs.map(({ parameter, local, value: { type } }) => ({ name: parameter.name.name, local, type })),
    output,
    parameters: unit.parameters,
    body: { lets: frame.lets, updates: frame.updates, results: [result.expr] },
  };
  const doubtful = !checked && value.kind !== 'poison';
  return {
    model,
    unit,
    axes: result.axes,
    failed: checker.reporter.errors > errors || value.kind === 'poison',
    doubtful,
  };
}

/** Only the first dimension of a result may depend on the batch, and then it is the batch: one row a sample. */
function batchIsFirst({ shape }: TensorType, batch: string): boolean {
  const fixed = (d: TensorType['shape'][number]): boolean => dim.symbols(d).length === 0;
  const [first, ...rest] = shape;
  return rest.every(fixed) && (first === undefined || fixed(first) || dim.equal(first, dim.symbol(batch)));
}

interface ModelInput {
  readonly parameter: Parameter;
  readonly batch: string;
  readonly local: number;
  readonly value: TensorValue;
}

function modelInputs(declaration: LayerDeclaration, site: Site): readonly ModelInput[] | undefined {
  const inputs: ModelInput[] = [];
  for (const parameter of declaration.inputs) {
    const { type } = parameter;
    const [first, ...rest] = type.kind === 'tensor' ? (type.dims ?? []) : [];
    const batch = first && batchName(first, inputs[0]?.batch);
    if (batch === undefined) {
      fail(site, {
        code: 'E0309',
        message: `the first dimension of ${parameter.name.name} must be the batch${inputs[0] ? `, ${inputs[0].batch}` : ''}`,
        span: first?.span ?? type.span,
        label: 'expected a name',
        help: [`a model works on any number of samples at once: \`${parameter.name.name}: f32[N, …]\``],
      });
      return undefined;
    }
    site.scope.bind(batch, { kind: 'int', dim: dim.symbol(batch) });
    const open = rest.find((node) => isOpen(node, site));
    if (open) {
      fail(site, {
        code: 'E0309',
        message: `the size ${textAt(open.span)} of ${parameter.name.name} is not known`,
        span: open.span,
        label: 'only the batch may stay open',
        help: [
          `make it configuration with a default: \`model ${declaration.name.name}(${open.kind === 'size' ? textAt(open.span) : 'size'}: int = 3)(…)\``,
        ],
      });
      return undefined;
    }
    const tensor = site.checker.evaluateType(type, site);
    if (!tensor || !checkPositive(tensor, parameter.name.name, type.span, site)) return undefined;
    const local = site.unit.nextLocal++;
    const expr = { kind: 'local' as const, local, type: tensor, span: parameter.name.span };
    const value = tensorOf(expr, givenAxes(type.span, tensor, parameter.name.name));
    inputs.push({ parameter, batch, local, value });
  }
  for (const { parameter, value } of inputs) site.scope.bind(parameter.name.name, value);
  return inputs.length > 0 ? inputs : noInputs(declaration.name.span, site);
}

/** The batch's name where the dimension is one, and the same as the other inputs'. */
function batchName(node: DimensionNode, others: string | undefined): string | undefined {
  const name = node.kind === 'size' && node.value.kind === 'name' ? node.value.name : undefined;
  return others === undefined || name === others ? name : undefined;
}

/** A spread, or a bare name that nothing gives a value. */
function isOpen(node: DimensionNode, site: Site): boolean {
  if (node.kind === 'spread') return true;
  if (node.value.kind !== 'name') return false;
  const { name } = node.value;
  return !site.scope.lookup(name) && !site.module.names.has(name);
}

function noInputs(span: Span, site: Site): undefined {
  fail(site, {
    code: 'E0309',
    message: 'a model has at least one input',
    span,
    help: ['as in `model Net(image: f32[N, 1, 28, 28])`'],
  });
  return undefined;
}
