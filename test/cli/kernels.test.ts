/** `netc kernels`: its list is the plan's, its numbers those of the nests, and it says why values are kept. */
import { expect, test } from 'vitest';
import { kindOf, membersOf } from '../../compiler/4-fuse/group.ts';
import { compileUnits } from '../../compiler/cli/compile-units.ts';
import { planOf } from '../../compiler/cli/dispatches.ts';
import { type KernelEntry, kernelEntries } from '../../compiler/cli/kernel-entries.ts';
import { limitsOf } from '../../compiler/cli/limits.ts';
import { type ProgramName, taskCount, teamOf, workgroupCount } from '../../runtime/program.ts';
import { command } from './in-process.ts';
import { scratchFolder } from './scratch.ts';

const MODEL = 'models/fashion_cnn.net';
const BATCH = 16;
const [unit] = compileUnits(MODEL).units;
const plan = planOf(unit);
const programs: readonly ProgramName[] = ['train', 'infer', 'evaluate', 'prepare'];
const entries = Object.fromEntries(programs.map((name) => [name, kernelEntries(unit, name, BATCH)]));

const { write } = scratchFolder();

test('--json is an object of training and inference, an entry a dispatch', async () => {
  const { status, stdout, stderr } = await command('kernels', '--json', '--batch', String(BATCH), MODEL);
  expect([status, stderr]).toEqual([0, '']);
  const listed = JSON.parse(stdout);
  expect(Object.keys(listed)).toEqual(['train', 'infer']);
  expect(listed).toEqual(JSON.parse(JSON.stringify({ train: entries.train, infer: entries.infer })));
});

test.each(programs)('%s: the entries are the plan’s dispatches', (name) => {
  const specs = plan.programs[name].kernels.map((kernel) => plan.kernels[kernel]);
  expect(entries[name].length).toBe(specs.length);
  for (const [i, entry] of entries[name].entries()) {
    const spec = specs[i];
    expect([entry.number, entry.label, entry.wgsl]).toEqual([i, spec.label, spec.wgsl]);
    // What takes a part's place for small batches is not listed.
    const [usual, small] = [spec.parts.slice(0, entry.parts.length), spec.parts.slice(entry.parts.length)];
    expect(small.every(({ label }) => label.includes(': fewer than '))).toBe(true);
    expect(entry.parts.map(({ label }) => label)).toEqual(usual.map(({ label }) => label));
    expect(entry.parts.map(({ tasks, threads }) => [tasks, threads])).toEqual(
      usual.map((part) => [taskCount(part.tasks, BATCH), taskCount(part.invocations, BATCH) * teamOf(part, BATCH)]),
    );
    const [x, y] = entry.webgpu.workgroups;
    expect(x * y).toBe(workgroupCount(spec, BATCH));
    expect(entry.buffers.map(({ name: bound }) => bound)).toEqual(spec.buffers.map((b) => plan.buffers[b.buffer].name));
  }
});

test('a schedule’s blocks number the work items that the plan has', () => {
  for (const { parts } of Object.values(entries).flat()) {
    for (const { label, schedule, tasks, threads, only } of parts) {
      const items = ([first]: KernelEntry['parts'][number]['schedule']['cpu']): number =>
        first.team *
        first.grid.reduce((product, axis) => {
          const block =
            first.lane?.axis === axis
              ? first.lane.width
              : (first.registers.find((each) => each.axis === axis)?.tile ?? 1);
          return product * Math.ceil(first.extents[axis] / block);
        }, 1);
      if (only === 'webgpu') expect([schedule.cpu, tasks]).toEqual([[], 0]);
      else expect(items(schedule.cpu), label).toBe(tasks);
      if (only === 'cpu') expect([schedule.webgpu, threads]).toEqual([[], 0]);
      else expect(items(schedule.webgpu), label).toBe(threads);
    }
  }
});

test('work adds up to what the summary says', () => {
  const limits = limitsOf(unit, BATCH);
  for (const [name, known] of [
    ['train', limits.training],
    ['infer', limits.inference],
  ] as const) {
    for (const key of ['flops', 'macs', 'bytesRead', 'bytesWritten'] as const)
      expect(
        entries[name].reduce((sum, entry) => sum + entry[key], 0),
        `${name} ${key}`,
      ).toBe(known?.[key]);
  }
  // What the CPU alone runs is no part of a dispatch's work.
  for (const { parts, flops } of entries.train)
    expect(parts.reduce((sum, part) => sum + (part.only === 'cpu' ? 0 : part.flops), 0)).toBe(flops);
});

test('every node that is computed is in some dispatch', () => {
  for (const name of programs) {
    const computed = unit.partitions
      .filter(({ program }) => program === name)
      .flatMap(({ value }) => value.groups.flatMap((group) => membersOf(value, group)));
    const ops = [...new Set(computed)].filter((node) => kindOf(node) !== 'leaf').map(({ op }) => op);
    const fused = entries[name].flatMap(({ parts }) => parts.flatMap((part) => part.fused));
    expect([...new Set(fused.map(({ op }) => op))].sort()).toEqual([...new Set(ops)].sort());
    expect(fused.length).toBeGreaterThanOrEqual(ops.length);
  }
  const first = entries.infer[0].parts[0].fused;
  expect(first.map(({ op, from }) => [op, from])).toContainEqual(['conv2d', 'conv1']);
  expect(first.find(({ op }) => op === 'relu')?.place).toMatch(/^models\/fashion_cnn\.net:\d+$/);
});

/** A layer whose input two others read: one of them many times. */
const SHARED = `model Shared(x: f32[N, 8]) -> f32[N, 8] {
  let h = x |> a: Linear(8) |> relu
  (h |> b: Linear(256) |> c: Linear(8)) + h
}
`;

test('what is kept, for whom, and what computing it there would take', async () => {
  const { stdout } = await command('kernels', '--json', '--batch', '10', write('shared.net', SHARED));
  const { train, infer } = JSON.parse(stdout) as Record<string, KernelEntry[]>;
  expect(train).toEqual([]);
  const all = infer.flatMap(({ parts }) => parts);
  const producer = all.find(({ label }) => label.startsWith('a: '));
  const [kept] = producer?.kept ?? [];
  // Each of 80 elements takes 17 operations; b reads each 256 times.
  expect(kept).toMatchObject({ value: 'relu: relu f32[N, 8]', times: 256 });
  expect(kept.readers.length).toBeGreaterThan(0);
  expect(kept.flopsSaved).toBeGreaterThanOrEqual(80 * (8 * 2 + 2) * 255);
  expect(kept.flopsSaved).toBeLessThan(80 * (8 * 2 + 2) * 258);
  expect(kept.reason).toMatch(/each element up to 256 times; computed there it would take [\d.]+ kFLOPs more$/);
  expect(all.at(-1)?.kept).toEqual([]);
});

test('what WebGPU’s convolution reads counts, and what only the CPU’s own form of it reads is kept for that', () => {
  const [first, second] = entries.infer;
  const [conv1] = first.parts;
  // A multiply-add of conv2 reads one of conv1's pooled values.
  const times = second.macs / (conv1.bytesWritten / 4);
  expect(conv1.kept).toMatchObject([{ readers: [1], flopsSaved: Math.round(conv1.flops * (times - 1)) }]);
  // Transformed anew in each training step; for inference before it.
  const found = (all: readonly KernelEntry[]) =>
    all.flatMap(({ parts }) => parts).find(({ label }) => label.endsWith(': weights transformed'));
  expect(found(entries.train)).toMatchObject({ only: 'cpu', threads: 0, fused: [], kept: [{ flopsSaved: 0 }] });
  expect(found(entries.prepare)).toMatchObject({ only: 'cpu', threads: 0, fused: [], kept: [] });
  expect(found(entries.infer)).toBeUndefined();
  expect(second.parts[0].workOnCpu?.macs).toBeLessThan(0.6 * second.macs);
});

test('what is computed again: in a sum, because it reads some values many times', async () => {
  const { stdout } = await command('kernels', '--json', '--batch', '2', 'test/programs/valid/comprehensions.net');
  const { infer } = JSON.parse(stdout) as { infer: KernelEntry[] };
  const again = infer.flatMap(({ parts }) => parts.flatMap(({ recomputed }) => recomputed));
  // Squares of four channels and two beside them, 5 x 7 pixels of two samples; each of the four sums takes three.
  const squares = again.find(({ value }) => value === 'local_response_norm: mul f32[N, 4, 5, 7]');
  const values = 2 * 6 * 5 * 7;
  expect(squares).toMatchObject({
    alsoIn: [],
    times: 2,
    flopsAdded: 2 * 4 * 3 * 5 * 7 - values,
    bytesSaved: 8 * values,
  });
  expect(squares?.reason).toBe('computed up to 2 times, which takes 420 FLOPs more; keeping it would move 3.3 KiB');
});

test('what is computed again: in several dispatches, each of which says so', async () => {
  const { stdout } = await command('kernels', '--json', 'test/programs/valid/augments.net');
  const { train } = JSON.parse(stdout) as { train: KernelEntry[] };
  const found = train.flatMap(({ number, parts }) =>
    parts.flatMap(({ recomputed }) =>
      recomputed.filter(({ alsoIn }) => alsoIn.length > 0).map((each) => ({ number, each })),
    ),
  );
  expect(found.length).toBeGreaterThan(1);
  for (const { number, each } of found) {
    const others = found.filter(({ each: other }) => other.value === each.value).map((other) => other.number);
    expect(new Set([number, ...each.alsoIn])).toEqual(new Set(others));
    expect(each.reason).toMatch(/^[\d, and]+ computes? it too; keeping it would move /);
  }
});

test('one program alone; several models; a batch', async () => {
  const evaluate = JSON.parse((await command('kernels', '--json', '--program', 'evaluate', MODEL)).stdout);
  expect(Object.keys(evaluate)).toEqual(['evaluate']);
  const two = `${SHARED}\n${SHARED.replace('Shared', 'Other')}`;
  const listed = JSON.parse((await command('kernels', '--json', write('two.net', two))).stdout);
  expect(listed.map((each: object) => Object.keys(each))).toEqual(Array(2).fill(['model', 'train', 'infer']));
  expect(listed.map(({ model }: { model: string }) => model)).toEqual(['Shared', 'Other']);
});

test('as text, with the kernels’ own where it is asked for', async () => {
  const file = 'test/programs/lenet5.net';
  const { status, stdout, stderr } = await command('kernels', file);
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^LeNet5, inference with a batch of 64: \d+ dispatches; [\d,]+ multiply-adds, .+ at most; /);
  expect(stdout).toMatch(/\n {4}fused {6}conv1: conv2d, add; relu/);
  expect(stdout).toMatch(/\n {4}webgpu {5}n.* = [\d,]+ threads/);
  expect(stdout).toMatch(/\n {4}dispatch {3}[\d,]+ threads in [\d,]+ workgroups of \d+; /);
  expect(stdout).toMatch(/\n\n--wgsl adds the text of each kernel, --json gives everything as data\.\n$/);
  expect(stdout).not.toContain('@compute');
  for (const line of stdout.split('\n').slice(1)) expect(line.length).toBeLessThanOrEqual(120);
  const full = (await command('kernels', '--wgsl', file)).stdout;
  const [lenet] = compileUnits(file).units;
  for (const { wgsl } of kernelEntries(lenet, 'infer', 64)) expect(full).toContain(wgsl.trimEnd());
  expect(full).not.toContain('--wgsl');
});

test('nothing to list, and a program with errors', async () => {
  const none = await command('kernels', '--program', 'train', write('untrained.net', SHARED));
  expect(none.stdout).toMatch(/untrained\.net declares no training, so there is nothing to list\n$/);
  const wrong = await command(
    'kernels',
    '--json',
    write('wrong.net', SHARED.replace('Linear(256)', 'Linear(9 -> 256)')),
  );
  expect([wrong.status, wrong.stdout]).toEqual([1, '']);
  expect(wrong.stderr).toMatch(/^error\[E0301\]/);
});
