/** A compiled unit by hand, small enough to read: one linear layer over two classes, one kernel. */
import type { TypedExpr, TypedModel, TypedTraining } from '../../compiler/2-check/typed.ts';
import type { EmitUnit } from '../../compiler/7-emit/index.ts';
import type { Span } from '../../compiler/diagnostics/diagnostic.ts';
import { dim } from '../../compiler/dim/dim.ts';
import type { Expr } from '../../compiler/ops/expr.ts';
import type { ModuleSpec } from '../../runtime/program.ts';

const span: Span = { file: { path: 'models/tiny.net', text: '' }, start: 0, end: 0 };
const batch = dim.symbol('N');
const scalar: TypedExpr = { kind: 'literal', value: 0, type: { element: 'f32', shape: [] }, span };

export const tinyModel: TypedModel = {
  name: 'Tiny',
  doc: 'One linear layer.\nIts comment has a */ in it.',
  span,
  batch: 'N',
  inputs: [{ name: 'image', local: 0, type: { element: 'f32', shape: [batch, dim.int(1), dim.int(2), dim.int(2)] } }],
  output: { element: 'f32', shape: [batch, dim.int(2)] },
  parameters: [
    {
      path: 'fc.weight',
      type: { element: 'f32', shape: [dim.int(2), dim.int(4)] },
      trainable: true,
      init: { kind: 'uniform', low: -0.5, high: 0.5 },
      span,
    },
    {
      path: 'fc.bias',
      type: { element: 'f32', shape: [dim.int(2)] },
      trainable: true,
      init: { kind: 'constant', value: 0 },
      span,
    },
  ],
  body: { lets: [], updates: [], results: [scalar] },
};

const training: TypedTraining = {
  name: 'Tiny',
  doc: '',
  span,
  model: tinyModel,
  dataset: {
    name: 'Dots',
    doc: 'Pictures of dots.',
    span,
    sample: [
      { name: 'image', type: { element: 'u8', shape: [dim.int(1), dim.int(2), dim.int(2)] } },
      { name: 'label', type: { element: 'i32', shape: [], classes: dim.int(2) } },
    ],
    classes: ['dark', "it's light"],
    urls: ['https://example.org/dots/'],
    splits: [
      {
        name: 'train',
        files: [
          { field: 'image', file: 'images.gz', sha256: '00ff' },
          { field: 'label', file: 'labels.gz' },
        ],
      },
      {
        name: 'test',
        files: [
          { field: 'image', file: 'test-images.gz' },
          { field: 'label', file: 'test-labels.gz' },
        ],
      },
    ],
  },
  fields: [
    { name: 'image', local: 1, type: { element: 'u8', shape: [batch, dim.int(1), dim.int(2), dim.int(2)] } },
    { name: 'label', local: 2, type: { element: 'i32', shape: [batch], classes: dim.int(2) } },
  ],
  input: [{ name: 'image', value: scalar }],
  output: 3,
  loss: scalar,
  metrics: [{ name: 'accuracy', value: scalar }],
  optimizer: {
    name: 'Adam',
    config: { lr: 0.001 },
    parameter: 4,
    gradient: 5,
    size: dim.int(10),
    state: [],
    lets: [],
    updates: [],
  },
  batch: 64,
  epochs: 3,
  shuffle: true,
  seed: 42,
  validate: 'test',
  validateEvery: 1,
};

export const tinySpec: ModuleSpec = {
  buffers: [
    { name: 'image', element: 'f32', size: { fixed: 0, perSample: 4 }, role: 'input' },
    { name: 'parameters', element: 'f32', size: { fixed: 10, perSample: 0 }, role: 'parameters' },
    { name: 'output', element: 'f32', size: { fixed: 0, perSample: 2 }, role: 'output' },
    { name: 'image', element: 'u8', size: { fixed: 0, perSample: 4 }, role: 'input' },
    { name: 'label', element: 'i32', size: { fixed: 0, perSample: 1 }, role: 'input' },
    { name: 'loss', element: 'f32', size: { fixed: 1, perSample: 0 }, role: 'record' },
  ],
  kernels: [
    {
      name: 'fc',
      label: 'fc + softmax',
      parts: [
        {
          name: 'fc',
          label: 'fc + softmax',
          tasks: { count: 1, block: 4 },
          least: 1,
          below: 0,
          buffers: [0, 1, 2],
          together: false,
          invocations: { count: 2, block: 1 },
          team: 1,
          spread: 0,
        },
      ],
      localBytes: 0,
      wgsl: `// \`quoted\`, \${not} replaced, \\ kept\n@compute @workgroup_size(64)\nfn main() {}\n`,
      workgroup: 64,
      buffers: [
        { buffer: 0, access: 'read' },
        { buffer: 1, access: 'read' },
        { buffer: 2, access: 'read_write' },
      ],
    },
    {
      name: 'step',
      label: 'loss',
      parts: [
        {
          name: 'step',
          label: 'loss',
          tasks: { count: 1, block: 0 },
          least: 1,
          below: 0,
          buffers: [0, 1, 2, 3],
          together: false,
          invocations: { count: 64, block: 0 },
          team: 1,
          spread: 0,
        },
      ],
      localBytes: 0,
      wgsl: 'fn main() {}\n',
      workgroup: 64,
      buffers: [
        { buffer: 3, access: 'read' },
        { buffer: 4, access: 'read' },
        { buffer: 2, access: 'read_write' },
        { buffer: 5, access: 'read_write' },
      ],
    },
  ],
  uniforms: 2,
  programs: {
    infer: { kernels: [0], records: [] },
    evaluate: { kernels: [1], records: [{ name: 'loss', buffer: 5 }] },
    train: { kernels: [1], records: [{ name: 'loss', buffer: 5 }] },
    prepare: { kernels: [], records: [] },
  },
  parameters: [
    {
      name: 'fc.weight',
      shape: [2, 4],
      offset: 0,
      strides: [4, 1],
      trainable: true,
      init: { kind: 'uniform', low: -0.5, high: 0.5 },
    },
    { name: 'fc.bias', shape: [2], offset: 8, strides: [1], trainable: true, init: { kind: 'constant', value: -0 } },
  ],
  states: [],
  wasm: '0061736d01000000'.padStart(200, '0061'),
};

const f32 = (value: number): Expr => ({ kind: 'const', type: 'f32', value });
const step: Expr = { kind: 'uniform', type: 'f32', name: 'step' };

/** `1 - 0.9 ^ step` and `1 / N`. */
export const tinyUniforms: EmitUnit['uniforms'] = [
  {
    name: 'correction1',
    expression: {
      kind: 'apply',
      type: 'f32',
      fn: 'sub',
      args: [f32(1), { kind: 'apply', type: 'f32', fn: 'pow', args: [f32(0.9), step] }],
    },
  },
  {
    name: 'share',
    expression: {
      kind: 'apply',
      type: 'f32',
      fn: 'div',
      args: [f32(1), { kind: 'apply', type: 'f32', fn: 'to_f32', args: [{ kind: 'size', type: 'i32', dim: batch }] }],
    },
  },
];

export const tinyUnit: EmitUnit = { name: 'Tiny', model: tinyModel, training, spec: tinySpec, uniforms: tinyUniforms };
