/** What the bench makes of its figures: middle values, ratios, agreement, tables. No peer is needed, nothing is timed. */
import { describe, expect, test } from 'vitest';
import { deviation, disagreement } from './agreement.ts';
import { tablesOf } from './report.ts';
import type { ContenderResult, GpuKernels, NetworkResult, Results } from './results.ts';
import { median, ratio, spread } from './statistics.ts';
import { asMarkdown, asText } from './table.ts';
import type { Outcome } from './task.ts';

describe('statistics', () => {
  test('the median of an odd, an even and no number of values, in any order', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 10, 1, 3])).toBe(3.5);
    expect(median([])).toBeNaN();
  });

  test('a spread has both ends', () => {
    expect(spread([5, 1, 3])).toEqual({ median: 3, least: 1, most: 5, count: 3 });
    expect(spread([])).toBeUndefined();
  });

  test('ratios are of the same round, to the faster rival', () => {
    // The third round is a slow one for all, and the ratio does not show it.
    expect(
      ratio(
        [20, 30, 2],
        [
          [10, 5, 1],
          [5, 10],
        ],
      ),
    ).toBe(2);
    expect(ratio([20, undefined, 8], [[undefined, 1, 2]])).toBe(4);
    expect(ratio([20], [[]])).toBeUndefined();
    expect(ratio([20], [])).toBeUndefined();
  });
});

const timing = (ms: number) => ({ median: ms, least: ms, processor: 2 * ms, blocks: 1 });

function outcome(part: Partial<Outcome>): Outcome {
  return { description: '', importMs: 12, firstMs: 345, losses: [], prediction: [], peakRssMb: 90, ...part };
}

const trained = (ms: number, ...losses: number[]): Outcome => outcome({ losses, train: timing(ms) });

function contender(part: Partial<ContenderResult>): ContenderResult {
  return { id: 'x', title: 'X', team: 'peer', modes: {}, ...part };
}

function network(...contenders: readonly ContenderResult[]): NetworkResult {
  return { network: 'fashion_cnn', batch: 64, inferBatches: [64, 1], pictures: 'drawn', contenders };
}

const pytorch = contender({
  id: 'pytorch-1',
  title: 'PyTorch, 1 thread',
  team: 'pytorch',
  modes: { train: { rounds: [trained(32, 2, 1.9, 1.8), trained(64, 2, 1.9, 1.8)] } },
});

describe('agreement', () => {
  test('is the largest difference as a share of the largest number', () => {
    expect(deviation([2, 1.9], [2, 1.9])).toBe(0);
    expect(deviation([2, 1.9], [2, 2])).toBeCloseTo(0.05);
    expect(deviation([1e-9], [0, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(deviation([Number.NaN, 2], [2, 2])).toBeNaN();
  });

  test('goes by PyTorch, wherever it stands, and by the worst round', () => {
    const rounds = [trained(1, 2, 1.9, 1.75), trained(1, 2, 1.9, 1.7)];
    const own = contender({ modes: { train: { rounds } } });
    expect(disagreement(own, network(own, pytorch))).toBeCloseTo(0.05);
    expect(disagreement(pytorch, network(own, pytorch))).toBe(0);
    expect(disagreement(contender({}), network(own, pytorch))).toBeUndefined();
  });

  test('of a prediction without PyTorch goes by whoever has one', () => {
    const predicts = (id: string, ...prediction: number[]) =>
      contender({ id, modes: { infer: { rounds: [outcome({ prediction })] } } });
    const [a, b] = [predicts('a', 0.5, 0.5), predicts('b', 0.6, 0.4)];
    expect(disagreement(a, network(a, b))).toBe(0);
    expect(disagreement(b, network(a, b))).toBeCloseTo(0.2);
  });
});

const machine = {
  cpu: 'Some CPU',
  cores: 2,
  memoryGb: 4,
  system: 'Linux',
  node: 'v20.0.0',
  webgpu: 'SwiftShader',
  load: [1, 2, 6],
};

const compared = network(
  contender({
    id: 'netc-cpu-1',
    title: 'netc, CPU, 1 thread',
    team: 'netc',
    modes: { train: { rounds: [trained(8, 2, 1.9, 1.8), trained(16, 2, 1.9, 1.8)] } },
  }),
  pytorch,
  contender({ title: 'Wrong', software: true, modes: { train: { rounds: [trained(32, 2, 1.9, 1.9)] } } }),
  contender({ title: 'Broken', modes: { train: { rounds: [{ failed: 'no such kernel' }] } } }),
  contender({ title: 'Absent', missing: 'it is not installed' }),
  contender({ title: 'Also absent', missing: 'it is not installed' }),
);

const measured: NetworkResult = {
  ...compared,
  footprint: {
    compileMs: [1000, 1500, 1200],
    minified: 300_000,
    gzipped: 60_400,
    later: 8_000,
    dispatches: { train: 12, infer: 4 },
  },
  peak: 40,
  kernels: [
    { dispatch: 0, label: 'conv', ms: 3, flops: 60e6 },
    { dispatch: 0, label: 'copy', ms: 1, flops: 0 },
    { dispatch: 0, label: 'for small batches', ms: 0, flops: 9 },
  ],
  batches: [
    { factor: 1, ms: 1, multiplyAdds: 10 },
    { factor: 2, ms: 1.5, multiplyAdds: 20 },
    { factor: 4, ms: 4.5, multiplyAdds: 40 },
  ],
  widths: [
    { factor: 1, ms: 10, multiplyAdds: 10 },
    { factor: 2, ms: 36, multiplyAdds: 40 },
  ],
};

const results: Results = { date: '2026-01-01', seconds: 1, machine, networks: [measured] };

describe('tables', () => {
  const tables = tablesOf(results);
  const rows = (title: string) => tables.find((table) => table.title.startsWith(title))?.rows ?? [];

  test('images per second with their spread, ratios, what the first step takes, memory, agreement', () => {
    const [own, rival, wrong] = rows('Fashion-MNIST CNN');
    expect(own).toEqual([
      'netc, CPU, 1 thread',
      '6,000 (4,000-8,000)',
      '4.00',
      '-',
      '',
      '-',
      '',
      '12 + 345',
      '90 / -',
      'yes (0)',
    ]);
    expect(rival.slice(0, 3)).toEqual(['PyTorch, 1 thread', '1,500 (1,000-2,000)', '1.00']);
    expect([wrong[0], wrong[1], wrong.at(-1)]).toEqual(['Wrong *', '2,000', 'NO (5e-2)']);
  });

  test('what failed and what is missing is said below, each reason once', () => {
    const notes = tables[0].notes;
    expect(notes).toContain('Absent; Also absent: not measured, it is not installed.');
    expect(notes).toContain('Broken, train: no such kernel.');
    expect(notes.join()).toContain('load average 2.0 (1.0-6.0)');
    expect(notes.join()).toContain('2.000000, 1.900000, 1.800000');
  });

  test('kernels as a share of the step and of the peak', () => {
    expect(rows('Fashion-MNIST CNN (models/fashion_cnn.net): kernels')).toEqual([
      ['0 conv', '3.000', '75 %', '60.0', '20.0', '50 %'],
      ['0 copy', '1.000', '25 %'],
      ['0 for small batches', '-'],
      ['all', '4.000', '100 %', '60.0', '15.0', '38 %'],
    ]);
  });

  test("a GPU's kernels as a share of the step and of the roofline", () => {
    const gpu: GpuKernels = {
      peak: 1000,
      bandwidth: 100,
      kernels: [
        { label: 'conv', ms: 0.003, flops: 1.5e6, bytes: 1000 },
        { label: 'copy', ms: 0.001, flops: 0, bytes: 50_000 },
      ],
    };
    const [, , table] = tablesOf({ ...results, networks: [{ ...compared, gpu }] });
    expect(table.title).toContain('SwiftShader');
    // Of the first, its arithmetic would take 1.5 us; of the second, its memory's traffic 0.5 us.
    expect(table.rows).toEqual([
      ['0 conv', '3.0', '75 %', '500', '0.33', '50 %'],
      ['1 copy', '1.0', '25 %', '0.0', '50.0', '50 %'],
      ['all', '4.0', '100 %', '375', '12.8', '50 %'],
    ]);
  });

  test('growth is marked where twice the work takes more than 2.2 times the time', () => {
    expect(rows('A training step by batch').map((row) => row.slice(3))).toEqual([
      ['', ''],
      ['1.50', '1.50'],
      ['3.00', '3.00 (more)'],
    ]);
    // Twice the width is four times the work: 3.6 is 1.90 for each doubling.
    expect(rows('A training step of 64 by width')[1]).toEqual(['x 2', '36.0', '0', '3.60', '1.90']);
  });

  test('the rest', () => {
    expect(rows('netc models').map(([, value]) => value)).toEqual([
      '1.20 (1.00-1.50)',
      '300.0',
      '60.4',
      '8.0',
      '12',
      '4',
    ]);
  });

  test('processor time is the least of the rounds', () => {
    const { rows: found } = tables[1];
    expect(found[0]).toEqual(['netc, CPU, 1 thread', '16.0', '-', '-']);
  });

  test('nothing is shown of what was not measured', () => {
    expect(tablesOf({ ...results, networks: [compared] })).toHaveLength(2);
    const [table] = tablesOf({ ...results, networks: [{ ...compared, network: 'resnet18_224' }] });
    expect(table?.columns).not.toContain('train 64, images/s');
  });

  const small = {
    title: 'T',
    columns: ['', 'n'],
    rows: [
      ['a', '10'],
      ['long|er', '2'],
    ],
    notes: ['A note.'],
  };

  test('as text', () => {
    expect(asText(small)).toBe(
      'T\n-----------\n          n\n-----------\na        10\nlong|er   2\n-----------\nA note.\n',
    );
  });

  test('as markdown', () => {
    expect(asMarkdown(small)).toBe('**T**\n\n|  | n |\n| --- | ---: |\n| a | 10 |\n| long\\|er | 2 |\n\n- A note.\n');
  });
});
