/**
 * Kernels of the runtime's own: they copy the samples that the steps of a submission want from those kept on the device as
 * bytes into the slots that the steps' kernels read. Only their text; `samples.ts` runs them.
 */
import type { StorageElement } from '../program.ts';
import type { KernelText } from './pipelines.ts';

/** Fields that one kernel copies: with their sources and the jobs they are within WebGPU's 8 buffers a kernel. */
const fieldsPerKernel = 3;
const workgroup = 64;

/** One field: `size` bytes of each sample become as many elements of a batch. */
export interface GatheredField {
  readonly size: number;
  readonly element: StorageElement;
}

/** Binds source and target of each field, then the jobs. */
export interface GatherKernel extends KernelText {
  /** The fields that it copies: from `first` up to `end`. */
  readonly first: number;
  readonly end: number;
  /** Workgroups for a batch of `n`. There are as many in the third dimension as there are jobs. */
  readonly workgroups: (n: number) => number;
}

/**
 * As few kernels as copy all fields. A job is an equal part of the jobs' buffer, which has `places` of them: how many
 * samples, for each field the word of the target to begin with, then each sample's row.
 */
export function gatherKernels(fields: readonly GatheredField[], places: number): GatherKernel[] {
  const kernels: GatherKernel[] = [];
  for (let first = 0; first < fields.length; first += fieldsPerKernel)
    kernels.push(gatherKernel(fields, first, Math.min(first + fieldsPerKernel, fields.length), places));
  return kernels;
}

function gatherKernel(fields: readonly GatheredField[], first: number, end: number, places: number): GatherKernel {
  const copied = fields.slice(first, end);
  const variables = copied.flatMap(({ element }, i) => [
    `@group(0) @binding(${2 * i}) var<storage, read> source${i}: array<u32>;`,
    `@group(0) @binding(${2 * i + 1}) var<storage, read_write> target${i}: array<${element === 'u8' ? 'u32' : element}>;`,
  ]);
  const wgsl = [
    '// batch',
    ...variables,
    `@group(0) @binding(${2 * copied.length}) var<storage, read> jobs: array<u32>;`,
    '',
    `@compute @workgroup_size(${workgroup})`,
    'fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>,',
    '        @builtin(local_invocation_index) invocation: u32) {',
    `  let i = (group.y * groups.x + group.x) * ${workgroup}u + invocation;`,
    `  let job = group.z * (arrayLength(&jobs) / ${places}u);`,
    '  let n = jobs[job];',
    `  let rows = job + ${1 + fields.length}u;`,
    ...copied.flatMap((field, i) => copy(field, i, `jobs[job + ${1 + first + i}u]`)),
    '}',
    '',
  ].join('\n');
  const pairs = copied.flatMap(() => ['read-only-storage', 'storage'] as const);
  const count = Math.max(...copied.map(({ size, element }) => (element === 'u8' ? Math.ceil(size / 4) : size)));
  return {
    label: 'batch',
    wgsl,
    bindings: [...pairs, 'read-only-storage' as const].map((type) => ({ type, dynamic: false })),
    first,
    end,
    workgroups: (n) => Math.ceil((count * n) / workgroup),
  };
}

/** Statements for one field: element, or word of bytes, number `i` of the batch. */
function copy({ size, element }: GatheredField, field: number, start: string): string[] {
  const row = (sample: string) => `jobs[rows + ${sample}]`;
  const byte = (at: string) => `((source${field}[(${at}) / 4u] >> (8u * ((${at}) % 4u))) & 255u)`;
  const target = `target${field}[${start} + i]`;
  if (element !== 'u8') {
    return [
      `  if (i < n * ${size}u) {`,
      `    let at = ${row(`i / ${size}u`)} * ${size}u + i % ${size}u;`,
      `    ${target} = ${element}(${byte('at')});`,
      '  }',
    ];
  }
  if (size % 4 === 0) {
    const words = `${size / 4}u`;
    const value = `source${field}[${row(`i / ${words}`)} * ${words} + i % ${words}]`;
    return [`  if (i < n * ${words}) { ${target} = ${value}; }`];
  }
  return [
    `  if (4u * i < n * ${size}u) {`,
    '    var word = 0u;',
    `    for (var e = 4u * i; e < min(4u * i + 4u, n * ${size}u); e++) {`,
    `      let at = ${row(`e / ${size}u`)} * ${size}u + e % ${size}u;`,
    `      word |= ${byte('at')} << (8u * (e % 4u));`,
    '    }',
    `    ${target} = word;`,
    '  }',
  ];
}
