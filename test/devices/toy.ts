/**
 * A module written by hand, for both targets: small enough that its results can be computed in one's head, with every
 * kind of buffer, several kernels that depend on each other, and one that can produce a NaN or trap.
 */
import type { KernelSpec, ModuleSpec, TaskCount } from '../../runtime/program.ts';
import type { HandKernel } from './wasm.ts';
import { assemble, element, forEachItem, op } from './wasm.ts';

/** Indices into `toy.buffers`. */
export const buffers = { x: 0, y: 1, p: 2, total: 3, codes: 4, integers: 5, debt: 6 } as const;

const { get, set } = op;
const uniform = (index: number) => [get(2), op.f32Load(4 + 4 * index)];

const hand: HandKernel[] = [
  {
    // y[i] = x[i] * p[i % 4] + u0
    name: 'scale',
    buffers: 3,
    f32Locals: 0,
    body: forEachItem([
      element(6, get(0)),
      [element(4, get(0)), op.f32Load()],
      [element(5, [get(0), op.i32(3), op.i32And]), op.f32Load()],
      op.f32Multiply,
      uniform(0),
      op.f32Add,
      op.f32Store,
    ]),
  },
  {
    // total = sum of y[0 .. 4 N): one work item. Local 4 is y, 5 total, 6 the sum; from and to are used as counters.
    name: 'sum',
    buffers: 2,
    f32Locals: 1,
    body: [
      [get(2), op.i32Load, op.i32(4), op.i32Multiply, set(1), op.i32(0), set(0)],
      forEachItem([get(6), element(4, get(0)), op.f32Load(), op.f32Add, set(6)]),
      [get(5), get(6), op.f32Store],
    ],
  },
  {
    // p[i] += u1
    name: 'update',
    buffers: 1,
    f32Locals: 0,
    body: forEachItem([element(4, get(0)), [element(4, get(0)), op.f32Load()], uniform(1), op.f32Add, op.f32Store]),
  },
  {
    // integers[i] = codes[i], bytes to words
    name: 'widen',
    buffers: 2,
    f32Locals: 0,
    body: forEachItem([element(5, get(0)), get(4), get(0), op.i32Add, op.byteLoad, op.i32Store]),
  },
  {
    // debt = -total, and a trap where y[0] is over 1000
    name: 'guard',
    buffers: 3,
    f32Locals: 0,
    body: [
      [element(4, op.i32(0)), op.f32Load(), op.f32(1000), op.f32Greater, op.if, op.unreachable, op.end],
      [get(6), get(5), op.f32Load(), op.f32Negate, op.f32Store],
    ],
  },
];

function kernel(
  name: string,
  invocations: TaskCount,
  bound: readonly (readonly [number, 'read' | 'read_write', string])[],
  body: string,
  workgroup = 4,
): KernelSpec {
  const declared = bound.map(
    ([buffer, access, type], i) =>
      `@group(0) @binding(${i}) var<storage, ${access}> ${toyNames[buffer]}: array<${type}>;`,
  );
  const wgsl = `struct Uniforms { n: u32, u0: f32, u1: f32 }
${declared.join('\n')}
@group(0) @binding(${bound.length}) var<uniform> uniforms: Uniforms;
@compute @workgroup_size(${workgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,
        @builtin(local_invocation_index) lane: u32) {
  let i = (group.y * groups.x + group.x) * ${workgroup}u + lane;
  if (i >= ${invocations.count}u * ${invocations.block === 0 ? '1u' : 'uniforms.n'}) { return; }
  ${body}
}`;
  return {
    name,
    label: `toy ${name}`,
    parts: [
      {
        name,
        label: `toy ${name}`,
        tasks: invocations,
        least: 1,
        below: 0,
        buffers: bound.map((_, i) => i),
        together: false,
        invocations,
        team: 1,
        spread: 0,
      },
    ],
    wgsl,
    workgroup,
    localBytes: 0,
    buffers: bound.map(([buffer, access]) => ({ buffer, access })),
  };
}

const toyNames = Object.keys(buffers);
const { x, y, p, total, codes, integers, debt } = buffers;

export const toy: ModuleSpec = {
  buffers: [
    { name: 'x', element: 'f32', size: { fixed: 0, perSample: 4 }, role: 'input' },
    { name: 'y', element: 'f32', size: { fixed: 0, perSample: 4 }, role: 'output' },
    { name: 'p', element: 'f32', size: { fixed: 4, perSample: 0 }, role: 'parameters' },
    { name: 'total', element: 'f32', size: { fixed: 1, perSample: 0 }, role: 'record' },
    { name: 'codes', element: 'u8', size: { fixed: 0, perSample: 3 }, role: 'input' },
    { name: 'integers', element: 'i32', size: { fixed: 0, perSample: 3 }, role: 'output' },
    { name: 'debt', element: 'f32', size: { fixed: 1, perSample: 0 }, role: 'record' },
  ],
  kernels: [
    kernel(
      'scale',
      { count: 4, block: 1 },
      [
        [x, 'read', 'f32'],
        [p, 'read', 'f32'],
        [y, 'read_write', 'f32'],
      ],
      'y[i] = x[i] * p[i % 4u] + uniforms.u0;',
      1,
    ),
    kernel(
      'sum',
      { count: 1, block: 0 },
      [
        [y, 'read', 'f32'],
        [total, 'read_write', 'f32'],
      ],
      'var s = 0.0; for (var k = 0u; k < 4u * uniforms.n; k++) { s += y[k]; } total[0] = s;',
    ),
    kernel('update', { count: 4, block: 0 }, [[p, 'read_write', 'f32']], 'p[i] += uniforms.u1;'),
    kernel(
      'widen',
      { count: 3, block: 1 },
      [
        [codes, 'read', 'u32'],
        [integers, 'read_write', 'i32'],
      ],
      'integers[i] = i32((codes[i / 4u] >> (8u * (i % 4u))) & 255u);',
    ),
    kernel(
      'guard',
      { count: 1, block: 0 },
      [
        [y, 'read', 'f32'],
        [total, 'read', 'f32'],
        [debt, 'read_write', 'f32'],
      ],
      'debt[0] = -total[0];',
    ),
  ],
  uniforms: 2,
  programs: {
    infer: { kernels: [0, 3], records: [] },
    evaluate: { kernels: [0, 1], records: [{ name: 'total', buffer: total }] },
    train: {
      kernels: [0, 1, 4, 2],
      records: [
        { name: 'total', buffer: total },
        { name: 'debt', buffer: debt },
      ],
    },
    prepare: { kernels: [], records: [] },
  },
  parameters: [],
  states: [],
  wasm: assemble(hand),
};
