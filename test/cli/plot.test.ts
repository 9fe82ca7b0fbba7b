/** `netc plot`: the pixels are the data set's, the variants those that training steps see, and what cannot be drawn is said. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { describeDataset } from '../../compiler/7-emit/dataset.ts';
import { type AugmentationProgram, compileAugmentation } from '../../compiler/augmentation.ts';
import { fileHost } from '../../compiler/cli/host.ts';
import { augmentedPictures } from '../../compiler/cli/plot/augmented-pictures.ts';
import { checkFile } from '../../compiler/cli/plot/check-file.ts';
import { textColumns } from '../../compiler/cli/plot/font.ts';
import { writeIdx } from '../../runtime/data/idx.ts';
import { orderSamples } from '../../runtime/data/loader.ts';
import { syntheticSplit } from '../../runtime/data/synthetic.ts';
import { openDevice } from '../../runtime/open-device.ts';
import { missingSwiftShader } from '../support/swiftshader.ts';
import { command } from './in-process.ts';
import { netc } from './netc.ts';
import { scratchFolder } from './scratch.ts';

const { folder, write } = scratchFolder();
process.env.NETC_CACHE = join(folder, 'cache');

const at = (name: string): string => join(folder, name);

/** What the PNG has at a place, as [red, green, blue]. */
function reader(path: string) {
  const { width, height, data, channels } = decode(readFileSync(path));
  expect(channels).toBe(3);
  return {
    width,
    height,
    pixel: (x: number, y: number) => [...data.slice(3 * (y * width + x), 3 * (y * width + x) + 3)],
  };
}

/** The corner of the first picture, and the side of a cell beyond its picture. */
const MARGIN = 16;
const GAP = 12;

const FASHION = `dataset Pictures {
  sample { image: u8[1, 28, 28], label: class(10) }
  classes = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
  train { image = idx("i.gz"), label = idx("l.gz") }
}
`;

/** \`probe\` tells pictures apart: a number of each, as a metric of the step. */
const see = (augment: string, settings = ''): string => `${FASHION}
fn probe(x: f32[N, 784]) -> f32[] { mean(sum(for n in N, i in 784 { x[n, i] * sin(0.7 * to_f32(i)) }, axis=1)) }

model See(image: f32[N, 1, 28, 28]) -> f32[N, 784] {
  param gain: f32[784] = ones()
  flatten(image) * gain
}

train See on Pictures {
  input     = to_float(image)
  ${augment === '' ? '' : `augment   = ${augment}`}
  loss      = mean(output)
  metrics   = [probe(output)]
  optimizer = SGD(lr=0.0000001)
  batch     = 1
  epochs    = 3
  limit     = 9
  shuffle   = true
  seed      = 5
  ${settings}
}
`;

const CHAIN = 'RandomHorizontalFlip |> RandomRotation(20) |> RandomResizedCrop(28, scale=0.5..1.0)';

async function variantsOf(source: string, samples: number, epochs: number, kind: 'cpu' | 'webgpu' = 'cpu') {
  const { state } = checkFile(source);
  if (!state) throw new Error('errors');
  const [training] = state.program.trainings;
  const program = compileAugmentation(training, { ...state, host: fileHost }) as AugmentationProgram;
  const split = syntheticSplit(describeDataset(training.dataset), 'train', training.limit);
  const device = await openDevice(kind, { threads: 1 });
  const run = { training, program, split, perEpoch: split.samples, seed: training.seed };
  const found = await augmentedPictures(device, run, samples, epochs);
  await device.destroy();
  return { found, split };
}

const probe = (x: ArrayLike<number>): number =>
  Array.from(x, (v, i) => v * Math.sin(0.7 * i)).reduce((sum, v) => sum + v, 0);

test('samples: every pixel is the data set’s, sixteen in four rows, a caption under each', async () => {
  const source = write('samples.net', FASHION);
  const output = at('samples.png');
  const { status, stdout, stderr } = await command(
    'plot',
    'samples',
    source,
    '--data',
    'synthetic',
    '--scale',
    '5',
    '-o',
    output,
  );
  expect([status, stderr]).toEqual([0, '']);
  const { width, height, pixel } = reader(output);
  expect(stdout).toBe(`${output}: the first 16 drawn pictures for Pictures (${width}x${height})\n`);
  const { state } = checkFile(source);
  if (!state) throw new Error('errors');
  const [{ data }] = syntheticSplit(describeDataset(state.program.datasets[0]), 'train', 16).columns;
  const side = 5 * 28;
  const cell = side + GAP;
  const rowHeight = (height - 2 * MARGIN + GAP) / 4;
  expect(width).toBe(2 * MARGIN + 4 * cell - GAP);
  for (let i = 0; i < 16; i++) {
    const [left, top] = [MARGIN + (i % 4) * cell, MARGIN + Math.floor(i / 4) * rowHeight];
    for (let y = 0; y < side; y += 3) {
      for (let x = 0; x < side; x += 3) {
        const value = data[784 * i + 28 * Math.floor(y / 5) + Math.floor(x / 5)];
        expect(pixel(left + x, top + y)).toEqual([value, value, value]);
      }
    }
    let ink = 0;
    for (let y = side; y < rowHeight - GAP; y++)
      for (let x = 0; x < side; x++) if (pixel(left + x, top + y)[0] < 128) ink++;
    expect(ink).toBeGreaterThan(50);
  }
});

test('augment: the variants are what the training steps see, epoch for epoch', async () => {
  const source = write('see.net', see(CHAIN));
  const out = at('run');
  const trained = await command(
    'train',
    source,
    '--data',
    'synthetic',
    '--device',
    'cpu',
    '--log-every',
    '1',
    '--out',
    out,
    '--quiet',
  );
  expect([trained.status, trained.stderr]).toEqual([0, '']);
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const steps = lines.filter((line) => !line.epoch_end);
  expect(steps.length).toBe(27);
  const { found } = await variantsOf(source, 9, 3);
  const seen = new Set<string>();
  for (let epoch = 0; epoch < 3; epoch++) {
    const order = new Uint32Array(9);
    orderSamples(order, epoch, { shuffle: true, seed: 5 });
    for (const [place, row] of order.entries()) {
      const wanted = steps[9 * epoch + place].probe;
      expect(Math.abs(probe(found[row].augmented[epoch]) - wanted), `epoch ${epoch}, sample ${row}`).toBeLessThan(2e-3);
      seen.add(wanted.toFixed(2));
    }
  }
  // The probe tells them apart.
  expect(seen.size).toBeGreaterThan(24);
}, 60_000);

test.skipIf(missingSwiftShader() !== undefined)('the devices draw the same variants', async () => {
  const source = write('devices.net', see(CHAIN));
  const [cpu, gpu] = [await variantsOf(source, 2, 2), await variantsOf(source, 2, 2, 'webgpu')];
  for (const [i, { augmented }] of cpu.found.entries()) {
    for (const [epoch, values] of augmented.entries()) {
      const other = gpu.found[i].augmented[epoch];
      expect(Math.max(...Array.from(values, (v, k) => Math.abs(v - other[k])))).toBeLessThan(1e-4);
    }
  }
});

test('augment: originals, then a column for each epoch, drawn where they belong', async () => {
  const source = write('drawn.net', see('RandomVerticalFlip(1)'));
  const output = at('drawn.png');
  const argv = [
    '--data',
    'synthetic',
    '--device',
    'cpu',
    '--samples',
    '2',
    '--variants',
    '3',
    '--scale',
    '4',
    '-o',
    output,
  ];
  const { status, stdout } = await command('plot', 'augment', source, ...argv);
  expect([status, stdout]).toEqual([
    0,
    expect.stringContaining('the first 2 drawn pictures for Pictures as See sees them in epochs 1 to 3, seed 5 ('),
  ]);
  const { found, split } = await variantsOf(source, 2, 1);
  const { width, height, pixel } = reader(output);
  const cell = (width - 2 * MARGIN + GAP) / 4;
  const inset = Math.floor((cell - GAP - 112) / 2);
  const top = Array.from({ length: height }, (_, y) => y).find(
    (y) => y > MARGIN + 12 && pixel(MARGIN + inset + 2, y)[0] < 100,
  );
  if (top === undefined) throw new Error('no picture');
  for (let y = 0; y < 28; y++) {
    for (let x = 0; x < 28; x++) {
      const color = (column: number): number => pixel(MARGIN + column * cell + inset + 4 * x + 2, top + 4 * y + 2)[0];
      expect(color(0)).toBe(split.columns[0].data[28 * y + x]);
      for (const column of [1, 2, 3]) expect(color(column)).toBe(split.columns[0].data[28 * (27 - y) + x]);
    }
  }
  expect(Math.round(255 * found[0].augmented[0][0])).toBe(split.columns[0].data[28 * 27]);
});

describe('colour', () => {
  const project = at('colour');
  const image = Uint8Array.from({ length: 2 * 3 * 10 * 12 }, (_, i) => (i * 37) % 256);
  mkdirSync(join(project, 'data'), { recursive: true });
  writeFileSync(join(project, 'data', 'i.idx'), writeIdx([2, 3, 10, 12], image));
  writeFileSync(join(project, 'data', 'l.idx'), writeIdx([2], Uint8Array.of(0, 1)));
  const source = join(project, 'colour.net');
  const text = (augment: string): string => `dataset Colours {
  sample { image: u8[3, 10, 12], label: class(2) }
  train { image = idx("i.idx"), label = idx("l.idx") }
}

model Net(image: f32[N, 3, 10, 12]) -> f32[N, 2] { image |> flatten |> fc: Linear(2) }

train Net on Colours {
  input     = to_float(image)
  augment   = ${augment}
  loss      = cross_entropy(output, label)
  optimizer = SGD
}
`;

  test('red, green and blue; classes without names by their numbers', async () => {
    writeFileSync(source, text('RandomHorizontalFlip(0)'));
    const output = at('colour.png');
    const argv = ['plot', 'samples', source, '--samples', '2', '--scale', '8', '-o', output];
    expect((await command(...argv)).status).toBe(0);
    const { pixel } = reader(output);
    for (const [y, x] of [
      [0, 0],
      [3, 7],
      [9, 11],
    ]) {
      const wanted = [0, 1, 2].map((c) => image[120 * c + 12 * y + x]);
      expect(pixel(MARGIN + 8 * x + 1, MARGIN + 8 * y + 1)).toEqual(wanted);
    }
  });

  test('numbers beyond 0..1 are shown from the least to the largest, and that is said', async () => {
    writeFileSync(source, text('Normalize(0.5, 0.25)'));
    const output = at('normal.png');
    const argv = ['plot', 'augment', source, '--samples', '2', '--variants', '1', '--device', 'cpu', '-o', output];
    const { status, stdout } = await command(...argv);
    expect([status, stdout]).toEqual([0, expect.stringContaining('in epoch 1, seed 0; black is -2.00, white 2.00 (')]);
  });
});

test('the default name says what is drawn of which file, here', async () => {
  write('here.net', FASHION);
  const { status, stdout, stderr } = await netc(
    ['plot', 'samples', 'here.net', '--data', 'synthetic', '--samples', '1'],
    {
      cwd: folder,
    },
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^here_samples\.png: the first 1 /);
  expect(existsSync(at('here_samples.png'))).toBe(true);
});

test('what is wrong, and what to do about it', async () => {
  const plain = write('plain.net', see(''));
  const small = write('small.net', see('RandomHorizontalFlip'));
  const two = write(
    'two.net',
    `${see('RandomHorizontalFlip')}\n${see('RandomVerticalFlip').slice(see('').indexOf('train See')).replace('train See', 'train Other: See')}`,
  );
  const points = write(
    'points.net',
    `dataset Points {
  sample { point: f32[5], label: class(2) }
  train { point = idx("p"), label = idx("l") }
}
model Net(point: f32[N, 5]) -> f32[N, 2] { point |> fc: Linear(2) }
augment Noise(x: f32[...S]) -> f32[...S] { x + normal(0, 0.1) }
train Net on Points {
  augment   = Noise
  loss      = cross_entropy(output, label)
  optimizer = SGD
}
`,
  );
  const nothing = write('nothing.net', 'fn half(x: f32[N]) -> f32[N] { x / 2 }\n');
  const drawn = ['--data', 'synthetic', '-o', at('no.png')];
  const cases: [readonly string[], number, string][] = [
    [['augment', plain, ...drawn], 1, 'has no augment: write `augment = RandomHorizontalFlip`'],
    [['augment', two, ...drawn], 1, 'several trainings with an augment; choose one with --name: See, Other'],
    [['augment', two, '--name', 'Othr', ...drawn], 1, 'did you mean Other?'],
    [['augment', nothing, ...drawn], 1, 'has no `train` declaration'],
    [['samples', nothing, ...drawn], 1, 'neither a `train` declaration nor a `dataset`'],
    [
      ['augment', small, '--samples', '10', ...drawn],
      1,
      '--samples 10 is more than there are: 9 training samples of Pictures (limit = 9)',
    ],
    [['samples', points, ...drawn], 1, 'a sample of Points has no picture to show'],
    [['augment', points, ...drawn], 1, 'the input of Net is no picture to show'],
    [['samples', small, '--samples', '9', '--scale', '4000', ...drawn], 1, 'smaller ones with --scale'],
    [
      ['samples', small, '--samples', '9', '--data', 'synthetic', '-o', at('no/such.png')],
      1,
      'cannot write the picture',
    ],
    [['samples', small, '--data', at('nowhere')], 1, 'is not there: i.gz, l.gz not found'],
    [['samples', small, '--variants', '2'], 2, '`--variants` goes with `netc plot augment`'],
    [['sample', small], 2, 'did you mean `samples`?'],
    [[small], 2, 'needs to know what to draw'],
    [['augment'], 2, 'needs a file'],
    [['augment', small, '--samples', '0'], 2, 'a whole number of at least 1'],
    [['augment', write('wrong.net', see('RandomHorizontalFlip(2)'))], 1, 'E0304'],
  ];
  for (const [argv, status, message] of cases) {
    const found = await command('plot', ...argv);
    expect([argv[0], found.status, found.stderr]).toEqual([argv[0], status, expect.stringContaining(message)]);
  }
  // Nothing half-written is left.
  expect(readdirSync(folder).filter((name) => name === 'no.png' || name.endsWith('.tmp'))).toEqual([]);
});

test('letters: each drawn differently, none wider than its cell, anything else a question mark', () => {
  const printable = Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i));
  const drawn = printable.map((letter) => JSON.stringify(textColumns(letter)));
  expect(new Set(drawn).size).toBe(94);
  for (const letter of printable) {
    const { length } = textColumns(letter);
    expect(length >= 1 && length <= 5, letter).toBe(true);
  }
  expect(textColumns('é')).toEqual(textColumns('?'));
  expect(textColumns('ab').length).toBe(textColumns('a').length + 1 + textColumns('b').length);
});
