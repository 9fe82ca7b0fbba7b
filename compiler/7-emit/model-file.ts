/**
 * `generated/<file>.ts`: the classes, with the shapes as literal types, so that what a person sees on hover is what the
 * `.net` file says. Only types and plain data: the class's work is `CompiledModel`'s.
 */
import { type ClassDeclarationStructure, type SourceFileStructure, StructureKind } from 'ts-morph';
import type { TypedDataset, TypedInput, TypedModel } from '../2-check/typed.ts';
import { dim } from '../dim/dim.ts';
import type { ElementType, TensorType } from '../ops/types.ts';
import { bufferOfField, bufferOfInput, outputBuffer, storage } from './buffers.ts';
import { describeDataset } from './dataset.ts';
import { commentText, type Data, key, literal, quoted, Verbatim } from './literal.ts';
import { classesName, datasetName, modelName, moduleName, trainingName, uniformsName } from './names.ts';
import { constant, importStatement, typeAlias } from './statements.ts';
import type { EmitUnit } from './unit.ts';

/** A column beyond the line's end: the literal gets a line for each member, however short it is. */
const WIDE = 1000;

/**
 * The classes of a source file's units; `kernels` is the file with their modules (`./fashion_cnn.kernels.ts`), `folders`
 * are `EmitOptions.sourceFolders`.
 */
export function modelFile(
  units: readonly EmitUnit[],
  kernels: string,
  folders: Readonly<Record<string, string>> = {},
): SourceFileStructure {
  const datasets = new Map(
    units.flatMap(({ training }) => (training ? [[training.dataset.name, training.dataset]] : [])),
  );
  const types = ['CreateOptions', ...(datasets.size > 0 ? ['DatasetSpec'] : []), 'Device', 'ModelSpec'];
  const trained = datasets.size > 0 ? ['type TrainingSpec'] : [];
  return {
    kind: StructureKind.SourceFile,
    statements: [
      importStatement(
        ['CompiledModel', ...types.map((name) => `type ${name}`), 'openModel', 'type Tensor', ...trained],
        'netc/runtime',
      ) +
        importStatement(
          units.flatMap((unit) => [moduleName(unit.name), ...(unit.training ? [uniformsName(unit.name)] : [])]),
          kernels,
        ),
      ...[
        ...[...datasets.values()].flatMap((dataset) => datasetStatements(dataset, folders[dataset.span.file.path])),
        ...units.flatMap(unitStatements),
      ].map(apart),
    ],
  };
}

/** With a blank line before it. */
function apart<Statement>(statement: string | Statement): string | Statement {
  return typeof statement === 'string' ? `\n${statement}` : statement;
}

/** `A | B | C`, over several lines where it is long. */
function union(members: readonly string[]): string {
  const flat = members.join(' | ');
  return flat.length <= 80 ? flat : members.map((member) => `\n  | ${member}`).join('');
}

/** `folder`: where the file lies that declares it. */
function datasetStatements(dataset: TypedDataset, folder: string | undefined): string[] {
  const { name, classes } = dataset;
  const className = `${name}Class`;
  const { splits, ...described } = describeDataset(dataset);
  const spec: Data = {
    ...described,
    classes: classes.length > 0 ? new Verbatim(classesName(name)) : [],
    ...(dataset.urls.length === 0 && folder !== undefined
      ? { own: { folder: `${folder}/data`.replace(/^\.\//, ''), module: new Verbatim('import.meta.url') } }
      : {}),
    splits,
  };
  const named = [
    typeAlias(`A class of ${name}.`, className, union(classes.map(quoted))),
    constant({
      doc: `The classes of ${name} in the order of their indices.`,
      name: classesName(name),
      type: `readonly ${className}[]`,
      value: literal(classes, 0, 80),
      exported: true,
    }),
  ];
  return [
    ...(classes.length > 0 ? named : []),
    constant({
      doc: dataset.doc || `The data set ${name}.`,
      name: datasetName(name),
      type: 'DatasetSpec',
      value: literal(spec, 0, WIDE),
      exported: true,
    }),
  ];
}

function unitStatements(unit: EmitUnit): (string | ClassDeclarationStructure)[] {
  const { name, model, spec, training } = unit;
  const modelSpec: Data = {
    name,
    module: new Verbatim(moduleName(name)),
    inputs: model.inputs.map((input) => ({
      name: input.name,
      element: storage(input.type),
      shape: sizes(input.type).slice(1),
      buffer: bufferOfInput(spec, input.name),
    })),
    output: { shape: sizes(model.output).slice(1), buffer: outputBuffer(spec) },
  };
  const trainingStatement = (): string[] => {
    if (!training) return [];
    const data: Data = {
      name: training.name,
      model: new Verbatim(modelName(name)),
      dataset: new Verbatim(datasetName(training.dataset.name)),
      fields: training.fields.flatMap((field) => {
        const buffer = bufferOfField(spec, field.name);
        return buffer === undefined ? [] : [{ name: field.name, buffer }];
      }),
      validate: training.validate,
      uniforms: new Verbatim(uniformsName(name)),
    };
    const doc = training.doc || `What training ${name} on ${training.dataset.name} needs beside the loop.`;
    return [
      constant({ doc, name: trainingName(name), type: 'TrainingSpec', value: literal(data, 0, WIDE), exported: true }),
    ];
  };
  return [
    typeAlias(
      `The parameters of ${name}, named and shaped as in PyTorch's \`state_dict\`.`,
      `${name}Parameters`,
      parametersType(model),
    ),
    constant({
      doc: `Where ${name}'s inputs and output lie in its buffers.`,
      name: modelName(name),
      type: 'ModelSpec',
      value: literal(modelSpec, 0, WIDE),
      exported: true,
    }),
    classStatement(unit),
    ...trainingStatement(),
  ];
}

function parametersType(model: TypedModel): string {
  if (model.parameters.length === 0) return 'Readonly<Record<string, never>>';
  return `{\n${model.parameters.map((p) => `  readonly ${key(p.path)}: ${tensorType(p.type)};\n`).join('')}}`;
}

function classStatement(unit: EmitUnit): ClassDeclarationStructure {
  const { name, model, training } = unit;
  const shown = (type: TensorType): string => `${type.element}[${type.shape.map(dim.show).join(', ')}]`;
  const inputs = model.inputs.map((input) => `${input.name}: ${shown(input.type)}`).join(', ');
  const classes = training && training.dataset.classes.length > 0 ? training.dataset.name : undefined;
  return {
    kind: StructureKind.Class,
    isExported: true,
    docs: [commentText(model.doc || `The model ${name}: (${inputs}) -> ${shown(model.output)}.`)],
    name,
    extends: 'CompiledModel',
    ...(classes
      ? {
          properties: [
            {
              isStatic: true,
              isReadonly: true,
              docs: [`The names of the output's classes.`],
              name: 'classes',
              type: `readonly ${classes}Class[]`,
              initializer: classesName(classes),
            },
          ],
        }
      : {}),
    methods: [
      {
        isStatic: true,
        isAsync: true,
        docs: [
          'Places the network on a device, with the parameters of `options.weights`, else with first values drawn from\n`options.seed`.',
        ],
        name: 'create',
        parameters: [
          { name: 'device', type: 'Device' },
          { name: 'options', type: 'CreateOptions', initializer: '{}' },
        ],
        returnType: `Promise<${name}>`,
        statements: [`return new ${name}(${modelName(name)}, await openModel(${modelName(name)}, device, options));`],
      },
      {
        docs: [commentText(`(${inputs}) -> ${shown(model.output)}, for any number ${model.batch} of samples.`)],
        name: 'forward',
        parameters: [{ name: 'inputs', type: inputsType(model.inputs) }],
        returnType: `Promise<${tensorType(model.output)}>`,
        statements: ['return this.infer(inputs);'],
      },
      {
        hasOverrideKeyword: true,
        isAsync: true,
        docs: ['Copies of all parameters.'],
        name: 'parameters',
        returnType: `Promise<${name}Parameters>`,
        // The names and shapes are those of the module, which was generated from the same source.
        statements: [`return (await super.parameters()) as ${name}Parameters;`],
      },
      {
        hasOverrideKeyword: true,
        docs: [
          "Replaces all parameters: by those of a safetensors file (its path, its bytes) or by another's `parameters()`.",
        ],
        name: 'load',
        parameters: [{ name: 'source', type: `string | Uint8Array | ArrayBuffer | ${name}Parameters` }],
        returnType: 'Promise<void>',
        statements: ['return super.load(source);'],
      },
    ],
  };
}

function inputsType(inputs: readonly TypedInput[]): string {
  return `{ ${inputs.map((input) => `readonly ${key(input.name)}: ${tensorType(input.type)}`).join('; ')} }`;
}

const arrays: Readonly<Record<ElementType, string>> = {
  f32: '',
  f16: '',
  i32: ', Int32Array',
  u8: ', Uint8Array',
  bool: ', Int32Array',
};

/** `Tensor<readonly [number, 1, 28, 28]>`: a size that is not known before the run is `number`. */
function tensorType(type: TensorType): string {
  const shape = type.shape.map((size) => dim.constant(size) ?? 'number').join(', ');
  return `Tensor<readonly [${shape}]${arrays[type.element]}>`;
}

/** The sizes of a shape; the batch, which is left out wherever this is used, counts as 0. */
function sizes(type: TensorType): number[] {
  return type.shape.map((size) => dim.constant(size) ?? 0);
}
