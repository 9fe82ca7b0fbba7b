/** Lays the dispatches of a program out for reading: a heading for each, what is known of each part below it. */
import { WORKGROUP } from '../5-loop/teams.ts';
import type { Work } from './dispatches.ts';
import type { FusedNode, KernelEntry, NestSchedule, PartEntry } from './kernel-entries.ts';
import { bytes, count, flops, wrapped } from './table.ts';

const WIDTH = 120;

/** `wgsl`: with the text of each kernel. */
export function kernelsText(title: string, entries: readonly KernelEntry[], wgsl: boolean): string {
  const sum = (value: (entry: KernelEntry) => number): number =>
    entries.reduce((total, each) => total + value(each), 0);
  const moved = `${bytes(sum((e) => e.bytesRead))} read, ${bytes(sum((e) => e.bytesWritten))} written`;
  const work = `${count(sum((e) => e.macs))} multiply-adds, ${flops(sum((e) => e.flops))} at most`;
  const heading = `${title}: ${entries.length} dispatches; ${work}; ${moved}`;
  return [heading, ...entries.map((entry) => kernelText(entry, wgsl).join('\n'))].join('\n\n');
}

const many = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`;

const lines = (name: string, text: string): string[] => wrapped(`    ${name.padEnd(10)} `, text, WIDTH);

function kernelText(entry: KernelEntry, wgsl: boolean): string[] {
  const { number, label, parts, webgpu, buffers } = entry;
  const { threads, workgroups, workgroupSize, workgroupMemory } = webgpu;
  const [x, y] = workgroups;
  const groups = y === 1 ? count(x) : `${count(x)} x ${count(y)}`;
  const memory = workgroupMemory === 0 ? 'no workgroup memory' : `${bytes(workgroupMemory)} of workgroup memory`;
  const bound = buffers.map((b) => {
    const role = b.name.startsWith(b.role) ? '' : `${b.role}, `;
    return `${b.access === 'read' ? '' : '>'}${b.name} (${role}${bytes(b.bytes)})`;
  });
  const single = parts.length === 1;
  return [
    ...wrapped(`${String(number).padStart(2)}  `, single ? label : `${parts.length} parts side by side`, WIDTH),
    ...parts.flatMap((part) => partText(part, single)),
    ...(single ? [] : lines('together', workOf(entry))),
    ...lines(
      'dispatch',
      `${many(threads, 'thread')} in ${groups} ${x * y === 1 ? 'workgroup' : 'workgroups'} of ${workgroupSize}; ${memory}`,
    ),
    ...lines('buffers', bound.join(', ')),
    ...(wgsl ? ['', ...entry.wgsl.trimEnd().split('\n')] : []),
  ];
}

function partText(part: PartEntry, single: boolean): string[] {
  const { cpu, webgpu } = part.schedule;
  return [
    ...(single ? [] : wrapped('  - ', part.label, WIDTH)),
    ...(part.fused.length === 0 ? [] : lines('fused', fusedText(part.fused))),
    ...part.kept.flatMap(({ value, reason }) => lines('kept', `${value}: ${reason}`)),
    ...part.recomputed.flatMap(({ value, reason }) => lines('again', `${value}: ${reason}`)),
    ...(part.only === 'webgpu' ? [] : lines('cpu', schedulesText(cpu, many(part.tasks, 'work item')))),
    ...(part.only === 'cpu' ? [] : lines('webgpu', schedulesText(webgpu, many(part.threads, 'thread')))),
    ...lines('work', workOf(part)),
    ...(part.workOnCpu ? lines('on the cpu', workOf(part.workOnCpu)) : []),
  ];
}

function workOf({ flops: arithmetic, macs, bytesRead, bytesWritten }: Work): string {
  const parts = [
    ...(macs > 0 ? [`${count(macs)} multiply-adds`] : []),
    ...(arithmetic > 0 ? [`${flops(arithmetic)} at most`] : []),
    `reads ${bytes(bytesRead)}, writes ${bytes(bytesWritten)}`,
  ];
  return parts.join('; ');
}

/** `conv1: conv2d, add; relu`: the operators by the layer that they come from, without views. */
function fusedText(nodes: readonly FusedNode[]): string {
  const groups: { from: string; ops: string[] }[] = [];
  for (const { op, kind, from, backward } of nodes) {
    if (kind === 'movement') continue;
    const name = backward ? `${from} backward` : from;
    const last = groups[groups.length - 1];
    if (last?.from === name) last.ops.push(op);
    else groups.push({ from: name, ops: [op] });
  }
  if (groups.length === 0) return 'views only';
  return groups.map(({ from, ops }) => (ops.join() === from ? from : `${from}: ${ops.join(', ')}`)).join('; ');
}

/**
 * `n/4 x h = 416 work items; in each c/8, w; tile 4 n x 8 c`; nests that run one after the other have a number each.
 * `i x team 8 = 512 threads`: eight share the sums of an item, on a large GPU.
 */
function schedulesText(nests: readonly NestSchedule[], items: string): string {
  const [first, ...others] = nests;
  if (first === undefined) return 'not run';
  const grid = first.grid.map((axis) => blocked(first, axis)).join(' x ');
  const shared = first.workgroup ? String(WORKGROUP) : first.team > 1 ? `team ${first.team}` : '';
  const size = [grid, shared].filter((text) => text !== '').join(' x ');
  const start = size === '' ? items : `${size} = ${items}`;
  const around = first.outer === undefined ? '' : `; ${first.outer} around all of them`;
  if (others.length === 0) return [`${start}${around}`, ...within(first)].join('; ');
  const steps = nests.map((nest, i) => {
    const repeats = nest.repeat !== undefined && nests[i - 1]?.repeat === undefined;
    const ends = nest.repeat === undefined && nests[i - 1]?.repeat !== undefined;
    const start = repeats ? `for each ${blocked(nest, nest.repeat ?? '')}: ` : ends ? 'once: ' : '';
    return `${start}(${i + 1}) ${within(nest).join(', ') || 'one element'}`;
  });
  const each = first.workgroup ? 'divided among the threads of each workgroup' : 'in each';
  return `${start}${around}; ${each}, one after the other: ${steps.join(' ')}`;
}

function within(nest: NestSchedule): string[] {
  const { serial, lane, registers, unroll } = nest;
  const loops = serial.map((axis) => blocked(nest, axis)).join(', ');
  const tile = [
    ...registers.map(({ tile, axis }) => `${tile} ${axis}`),
    ...(lane ? [`${lane.width} ${lane.axis}`] : []),
  ];
  return [
    ...(loops === '' ? [] : [nest.workgroup ? loops : `in each ${loops}`]),
    ...(tile.length > 0 ? [`tile ${tile.join(' x ')} in registers`] : []),
    ...(unroll.length > 0 ? [`${unroll.join(', ')} written out`] : []),
  ];
}

/** `n/4 16`: a loop variable that is taken in blocks of 4, and how many there are. */
function blocked({ lane, registers, extents }: NestSchedule, axis: string): string {
  const tile = registers.find((each) => each.axis === axis)?.tile;
  const block = lane?.axis === axis ? lane.width : (tile ?? 1);
  const number = Math.ceil((extents[axis] ?? 1) / block);
  return block === 1 ? `${axis} ${number}` : `${axis}/${block} ${number}`;
}
