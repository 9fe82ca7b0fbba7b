/** Lays a model's static numbers out as a table: a row per number, a column for training and one for inference. */
import type { Largest, Limits, Memory, ProgramLimits } from './limits.ts';
import { bytes, columns, count } from './table.ts';

const MEMORY: readonly (readonly [label: string, part: keyof Memory])[] = [
  ['weights', 'weights'],
  ['prepared weights', 'prepared'],
  ['gradients', 'gradients'],
  ['optimizer', 'optimizer'],
  ['activations', 'activations'],
  ['inputs', 'inputs'],
  ['outputs', 'outputs'],
  ['memory', 'total'],
];

export function limitsTable({ name, batch, training, inference, session }: Limits): string {
  const programs = training ? [training, inference] : [inference];
  const row = (label: string, value: (program: ProgramLimits) => string): string[] => [label, ...programs.map(value)];
  const rows = [
    [`${name}, batch ${batch}`, ...(training ? ['training'] : []), 'inference'],
    row('dispatches', ({ dispatches }) => count(dispatches)),
    row('multiply-adds', ({ macs }) => count(macs)),
    ...(programs.some(({ macs, onCpu }) => macs !== onCpu.macs)
      ? [row('  on the CPU', ({ onCpu }) => count(onCpu.macs))]
      : []),
    row('FLOPs, at most', ({ flops }) => count(flops)),
    row('bytes read, at most', ({ bytesRead }) => bytes(bytesRead)),
    row('bytes written', ({ bytesWritten }) => bytes(bytesWritten)),
    ...MEMORY.filter(([, part]) => part !== 'prepared' || inference.memory.prepared > 0).map(([label, part]) =>
      row(label, ({ memory }) => (memory[part] === 0 ? '' : bytes(memory[part]))),
    ),
    row('largest batch', ({ largest }) => (largest.limitedBy ? count(largest.batch) : 'any')),
  ];
  const [header, ...lines] = columns(rows, 1);
  const rule = '-'.repeat(Math.max(...[header, ...lines].map(({ length }) => length)));
  const more = session.webgpu === session.memory.total ? '' : `, on WebGPU ${bytes(session.webgpu)}`;
  const loaded = `loaded: ${bytes(session.memory.total)}${more}`;
  return [rule, header, rule, ...lines, rule, `${loaded}${restOf(session.largest)}`].join('\n');
}

/** What a batch runs into, under the limits that every WebGPU device has. */
function restOf({ batch, limitedBy }: Largest): string {
  if (!limitedBy) return '; any batch fits WebGPU’s default limits';
  const { what, allowed, unit } = limitedBy;
  const limit = unit === 'bytes' ? `${bytes(allowed)} a binding` : `${count(allowed)} workgroups`;
  const fits = batch === 0 ? 'not even one sample fits' : `a batch of at most ${count(batch)} fits`;
  return `; ${fits} WebGPU's default limits: ${what} reaches ${limit}`;
}
