/** From raw figures to tables. Decides what is shown and how it is rounded; measures nothing. */
import { disagreement, outcomes, tolerance } from './agreement.ts';
import { networks } from './networks.ts';
import type {
  ContenderResult,
  Footprint,
  GpuKernels,
  KernelTime,
  NetworkResult,
  Results,
  ScalingPoint,
} from './results.ts';
import { median, ratio, spread } from './statistics.ts';
import type { Table } from './table.ts';
import type { Mode, Outcome } from './task.ts';

/** What doubling the work may cost. */
const doubling = 2.2;

export function tablesOf(results: Results): readonly Table[] {
  return results.networks.flatMap((result) => {
    const { network, footprint, kernels, peak, gpu, batches, widths } = result;
    return [
      contendersTable(result, results),
      processorTable(result),
      ...(footprint ? [footprintTable(footprint)] : []),
      ...(kernels && peak ? [kernelsTable(networks[network].title, kernels, peak)] : []),
      ...(gpu ? [gpuTable(networks[network].title, gpu, results.machine.webgpu)] : []),
      ...(batches ? [scalingTable('batch', batches)] : []),
      ...(widths ? [scalingTable('width', widths)] : []),
    ];
  });
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
/** Three digits or all before the point. */
const short = (value: number): string => (value >= 100 ? whole(value) : value.toPrecision(value < 1 ? 2 : 3));

/** Images per second by round; undefined where a round has none. */
function rates(contender: ContenderResult, mode: Mode, n: number): (number | undefined)[] {
  return (contender.modes[mode]?.rounds ?? []).map((outcome) => {
    if ('failed' in outcome) return undefined;
    const timing = mode === 'train' ? outcome.train : outcome.infer?.[n];
    return timing && (1000 * n) / timing.median;
  });
}

/** What is measured of a network: steps of a batch, predictions of several. */
function figuresOf({ network, batch, inferBatches }: NetworkResult): readonly (readonly [Mode, number])[] {
  return networks[network].modes.flatMap((mode) =>
    (mode === 'train' ? [batch] : inferBatches).map((n) => [mode, n] as const),
  );
}

function contendersTable(result: NetworkResult, { machine, date }: Results): Table {
  const { network, contenders } = result;
  const { title, modes } = networks[network];
  const figures = figuresOf(result);
  const pytorch = contenders.filter(({ team }) => team === 'pytorch');
  const measured = contenders.filter(({ modes }) => Object.keys(modes).length > 0);
  const rows = measured.map((contender) => [
    contender.title + (contender.software ? ' *' : ''),
    ...figures.flatMap(([mode, n]) => {
      const own = rates(contender, mode, n);
      const times = ratio(
        own,
        pytorch.map((rival) => rates(rival, mode, n)),
      );
      return [rateCell(own), times === undefined ? '' : short(times)];
    }),
    firstStep(outcomes(contender, modes[0])),
    modes.map((mode) => memory(outcomes(contender, mode))).join(' / '),
    agreement(disagreement(contender, result)),
  ]);
  const columns = figures.flatMap(([mode, n]) => [`${mode} ${n}, images/s`, 'x PyTorch']);
  return {
    title: `${title}: ${machine.cpu}, ${machine.cores} cores, Node ${machine.node}`,
    columns: [
      '',
      ...columns,
      `load + first ${modes[0] === 'train' ? 'step' : 'prediction'}, ms`,
      `peak MiB, ${modes.join(' / ')}`,
      'agrees',
    ],
    rows,
    notes: [...legend(result, machine, date), ...absences(contenders)],
  };
}

/** What the figures by the clock owe to a busy machine does not show here; what threads wait for one another, spinning, does. */
function processorTable(result: NetworkResult): Table {
  const figures = figuresOf(result);
  const cell = (contender: ContenderResult, mode: Mode, n: number): string => {
    const found = outcomes(contender, mode).flatMap(
      ({ train, infer }) => (mode === 'train' ? train : infer?.[n]) ?? [],
    );
    return found.length === 0 ? '-' : short(Math.min(...found.map(({ processor }) => processor)));
  };
  const measured = result.contenders.filter((contender) => Object.keys(contender.modes).length > 0);
  return {
    title: `${networks[result.network].title}: processor time of all threads, least of the rounds, ms`,
    columns: ['', ...figures.map(([mode, n]) => `${mode} ${n}`)],
    rows: measured.map((contender) => [contender.title, ...figures.map(([mode, n]) => cell(contender, mode, n))]),
    notes: [],
  };
}

function rateCell(values: readonly (number | undefined)[]): string {
  const found = spread(values.filter((value) => value !== undefined));
  if (!found) return '-';
  const { median: middle, least, most, count } = found;
  return count === 1 ? short(middle) : `${short(middle)} (${short(least)}-${short(most)})`;
}

/** Loading the library, and from there to the first loss. */
function firstStep(found: readonly Outcome[]): string {
  if (found.length === 0) return '-';
  return `${whole(median(found.map((o) => o.importMs)))} + ${whole(median(found.map((o) => o.firstMs)))}`;
}

const memory = (found: readonly Outcome[]): string =>
  found.length === 0 ? '-' : whole(median(found.map((outcome) => outcome.peakRssMb)));

function agreement(found: number | undefined): string {
  if (found === undefined) return '';
  return `${found <= tolerance ? 'yes' : 'NO'} (${found === 0 ? '0' : found.toExponential(0)})`;
}

function legend({ contenders, network, pictures }: NetworkResult, machine: Results['machine'], date: string): string[] {
  const loads = spread(machine.load);
  const load = loads ? `${loads.median.toFixed(1)} (${loads.least.toFixed(1)}-${loads.most.toFixed(1)})` : 'unknown';
  const [losses = []] = contenders.flatMap((contender) => outcomes(contender, 'train')).map((found) => found.losses);
  const first = losses.slice(0, networks[network].compared).map((loss) => loss.toFixed(6));
  const what = first.length === 0 ? 'first prediction' : `first losses (${first.join(', ')}) and first prediction`;
  const software = contenders.some((contender) => contender.software);
  const tuned = contenders.some(({ id, modes }) => id.includes('tuned') && Object.keys(modes).length > 0);
  return [
    `Measured ${date.slice(0, 10)}, load average ${load}. Median of the rounds (lowest-highest); x PyTorch: against the faster of PyTorch's own rows in the same round.`,
    ...(tuned ? ['PyTorch tuned: channels last in training; traced, frozen and optimized in inference.'] : []),
    `Agrees: ${what} within ${tolerance} of the largest; pictures: ${pictures}.`,
    ...(software
      ? [`Rows with *: ${machine.webgpu}, WebGPU in software, which shows that it is right, not how fast it is.`]
      : []),
  ];
}

/** What is not in the table, and why; those with the same reason together. */
function absences(contenders: readonly ContenderResult[]): string[] {
  const reasons = contenders.flatMap(({ title, missing, without, modes }): (readonly [string, string])[] => {
    if (missing !== undefined) return [[`not measured, ${missing}`, title]];
    const failures = Object.entries(modes).flatMap(([mode, { rounds }]) =>
      rounds.flatMap((outcome) => ('failed' in outcome ? [[outcome.failed, `${title}, ${mode}`] as const] : [])),
    );
    return without === undefined ? failures : [...failures, [without, title]];
  });
  return [...new Set(reasons.map(([reason]) => reason))].map((reason) => {
    const titles = reasons.filter((other) => other[0] === reason).map(([, title]) => title);
    return `${[...new Set(titles)].join('; ')}: ${reason}.`;
  });
}

function footprintTable({ compileMs, minified, gzipped, later, dispatches }: Footprint): Table {
  const compile = spread(compileMs.map((ms) => ms / 1000));
  const seconds = compile
    ? `${compile.median.toFixed(2)} (${compile.least.toFixed(2)}-${compile.most.toFixed(2)})`
    : '-';
  return {
    title: 'netc models/fashion_cnn.net',
    columns: ['', 'value'],
    rows: [
      ['compiling, s', seconds],
      ['runtime and generated module, minified, kB', (minified / 1000).toFixed(1)],
      ['the same, gzipped, kB', (gzipped / 1000).toFixed(1)],
      ['loaded when it is wanted, gzipped, kB', (later / 1000).toFixed(1)],
      ['dispatches of a training step', String(dispatches.train)],
      ['dispatches of a prediction', String(dispatches.infer)],
    ],
    notes: [],
  };
}

function kernelsTable(network: string, kernels: readonly KernelTime[], peak: number): Table {
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  const work = kernels.reduce((sum, { flops }) => sum + flops, 0);
  const row = (label: string, ms: number, count: number): string[] => {
    // What is not called at this batch size takes no time and does nothing.
    if (ms === 0) return [label, '-'];
    const rate = count / ms / 1e6;
    const speed = [(count / 1e6).toFixed(1), short(rate), `${((100 * rate) / peak).toFixed(0)} %`];
    return [label, ms.toFixed(3), `${((100 * ms) / total).toFixed(0)} %`, ...(count === 0 ? [] : speed)];
  };
  return {
    title: `${network}: kernels of a training step of 64 on one thread, by dispatch, least of the steps`,
    columns: ['', 'ms', 'of the step', 'MFLOP', 'GFLOP/s', 'of the peak'],
    rows: [
      ...kernels.map(({ dispatch, label, ms, flops }) => row(`${dispatch} ${label}`, ms, flops)),
      row('all', total, work),
    ],
    notes: [
      `Peak of WebAssembly SIMD on one core, multiplying and adding in registers: ${peak.toFixed(1)} GFLOP/s.`,
      'Arithmetic as `netc kernels` counts it for the CPU: without what Winograd and the borders spare; a gradient behind a mask at most.',
    ],
  };
}

function gpuTable(network: string, { peak, bandwidth, kernels }: GpuKernels, adapter: string): Table {
  const total = kernels.reduce((sum, { ms }) => sum + ms, 0);
  /** What the arithmetic takes at the peak, or the memory's traffic at the bandwidth, in milliseconds. */
  const floor = ({ flops, bytes }: GpuKernels['kernels'][number]): number =>
    Math.max(flops / peak, bytes / bandwidth) / 1e6;
  const row = (label: string, ms: number, flops: number, bytes: number, least: number): string[] => [
    label,
    (1000 * ms).toFixed(1),
    `${((100 * ms) / total).toFixed(0)} %`,
    short(flops / ms / 1e6),
    short(bytes / ms / 1e6),
    `${((100 * least) / ms).toFixed(0)} %`,
  ];
  const sum = (of: (kernel: GpuKernels['kernels'][number]) => number): number =>
    kernels.reduce((all, kernel) => all + of(kernel), 0);
  return {
    title: `${network}: kernels of a training step of 64 on ${adapter}, median of the steps`,
    columns: ['', 'us', 'of the step', 'GFLOP/s', 'GB/s', 'of the roofline'],
    rows: [
      ...kernels.map((kernel, i) => row(`${i} ${kernel.label}`, kernel.ms, kernel.flops, kernel.bytes, floor(kernel))),
      row(
        'all',
        total,
        sum(({ flops }) => flops),
        sum(({ bytes }) => bytes),
        sum(floor),
      ),
    ],
    notes: [
      `By the GPU's clock, each dispatch in a pass of its own. Its peak through WGSL, in float32: ${whole(peak)} GFLOP/s; copying: ${whole(bandwidth)} GB/s.`,
      'Arithmetic and bytes as `netc kernels` counts them: each byte once, as if all of it came from memory.',
    ],
  };
}

/** Points in ascending order, each compared with the one before. */
function scalingTable(what: 'batch' | 'width', points: readonly ScalingPoint[]): Table {
  const rows = points.map(({ factor, ms, multiplyAdds }, i) => {
    const before = points[i - 1];
    const work = before && Math.log2(multiplyAdds / before.multiplyAdds);
    const cost = before && work ? (ms / before.ms) ** (1 / work) : undefined;
    return [
      what === 'batch' ? whole(factor) : `x ${factor}`,
      ms < 100 ? ms.toPrecision(3) : whole(ms),
      what === 'batch' ? whole((1000 * factor) / ms) : (multiplyAdds / 1e6).toFixed(0),
      before ? (ms / before.ms).toFixed(2) : '',
      cost === undefined ? '' : `${cost.toFixed(2)}${cost <= doubling ? '' : ' (more)'}`,
    ];
  });
  return {
    title:
      what === 'batch'
        ? 'A training step by batch size, all cores, least of the rounds'
        : 'A training step of 64 by width, all cores, least of the rounds',
    columns: [
      what,
      'ms a step',
      what === 'batch' ? 'images/s' : 'M multiply-adds forward',
      'x before',
      'for twice the work',
    ],
    rows,
    notes: [`Twice the work may cost ${doubling} times the time.`],
  };
}
