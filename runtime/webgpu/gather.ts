/**
 * Kernels of the runtime's own: they copy the samples that a step wants from those kept on the device as bytes into the
 * buffers that the module's kernels read. Only their text; `samples.ts` runs them.
 */
import type { StorageElement } from '../program.ts';

/** Fields that one kernel copies: with their sources and the row numbers they are within WebGPU's 8 buffers a kernel. */
const fieldsPerKernel = 3;
const workgroup = 64;

/** One field: `size` bytes of each sample become as many elements of a batch. */
export interface GatheredField {
  readonly size: number;
  readonly element: StorageElement;
}

export interface GatherKernel {
  readonly label: string;
  readonly wgsl: string;
  /** Source and target of each field, then the row numbers; the uniform block follows. */
  readonly buffers: readonly { readonly access: 'read' | 'read_write' }[];
  readonly workgroups: (n: number) => number;
  /** Which of the fields it copies: from `first` on. */
  readonly first: number;
  readonly fields: number;
}

/** As few kernels as copy all fields. */
export function gatherKernels(fields: readonly GatheredField[]): GatherKernel[] {
  const kernels: GatherKernel[] = [];
  for (let first = 0; first < fields.length; first += fieldsPerKernel)
    kernels.push(gatherKernel(fields.slice(first, first + fieldsPerKernel), first));
  return kernels;
}

function gatherKernel(fields: readonly GatheredField[], first: number): GatherKernel {
  const variables = fields.flatMap(({ element }, i) => [
    `@group(0) @binding(${2 * i}) var<storage, read> source${i}: array<u32>;`,
    `@group(0) @binding(${2 * i + 1}) var<storage, read_write> target${i}: array<${element === 'u8' ? 'u32' : element}>;`,
  ]);
  const rows = 2 * fields.length;
  const wgsl = [
    '// batch',
    'struct Uniforms { n: u32, first: u32 }',
    ...variables,
    `@group(0) @binding(${rows}) var<storage, read> rows: array<u32>;`,
    `@group(0) @binding(${rows + 1}) var<uniform> uniforms: Uniforms;`,
    '',
    `@compute @workgroup_size(${workgroup})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,',
    '        @builtin(local_invocation_index) invocation: u32) {',
    `  let i = (group.y * groups.x + group.x) * ${workgroup}u + invocation;`,
    ...fields.flatMap(copy),
    '}',
    '',
  ].join('\n');
  const access = fields.flatMap(() => [{ access: 'read' }, { access: 'read_write' }] as const);
  const count = Math.max(...fields.map(({ size, element }) => (element === 'u8' ? Math.ceil(size / 4) : size)));
  return {
    label: 'batch',
    wgsl,
    buffers: [...access, { access: 'read' }],
    workgroups: (n) => Math.ceil((count * n) / workgroup),
    first,
    fields: fields.length,
  };
}

/** Statements for one field: element, or word of bytes, number `i` of the batch. */
function copy({ size, element }: GatheredField, field: number): string[] {
  const row = (sample: string) => `rows[uniforms.first + ${sample}]`;
  const byte = (at: string) => `((source${field}[(${at}) / 4u] >> (8u * ((${at}) % 4u))) & 255u)`;
  if (element !== 'u8') {
    const at = `${row(`i / ${size}u`)} * ${size}u + i % ${size}u`;
    return [
      `  if (i < uniforms.n * ${size}u) {`,
      `    let at = ${at};`,
      `    target${field}[i] = ${element}(${byte('at')});`,
      '  }',
    ];
  }
  if (size % 4 === 0) {
    const words = `${size / 4}u`;
    return [
      `  if (i < uniforms.n * ${words}) { target${field}[i] = source${field}[${row(`i / ${words}`)} * ${words} + i % ${words}]; }`,
    ];
  }
  return [
    `  if (4u * i < uniforms.n * ${size}u) {`,
    '    var word = 0u;',
    `    for (var e = 4u * i; e < min(4u * i + 4u, uniforms.n * ${size}u); e++) {`,
    `      let at = ${row(`e / ${size}u`)} * ${size}u + e % ${size}u;`,
    `      word |= ${byte('at')} << (8u * (e % 4u));`,
    '    }',
    `    target${field}[i] = word;`,
    '  }',
  ];
}
