/**
 * What a related task is worth where labels are few: ResNet-18 learns which way up pictures of garments are, which needs no
 * labels, and then to tell garments apart from 500 labelled pictures, beginning with the layers that it has; against the same
 * from scratch, from several seeds. Needs the real data set (`NETC_DATA`), and about half an hour on two cores.
 *
 *     npm run build && NETC_DATA=DIR npx tsx test/experiments/transfer.ts [--seeds 3] [--pictures 60000] [--threads 2]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { report, train } from './runs.ts';

const SIDE = 28;
const folder = 'runs/transfer/data';

/** Reads gzipped IDX pictures and writes the first `count` turned, with labels: picture i by i % 4 quarters of a circle. */
function turn(from: string, name: string, count: number): void {
  const pictures = gunzipSync(readFileSync(from)).subarray(16);
  const turned = Buffer.alloc(16 + count * SIDE * SIDE);
  const labels = Buffer.alloc(8 + count);
  [0x803, count, SIDE, SIDE].forEach((word, i) => {
    turned.writeUInt32BE(word, 4 * i);
  });
  [0x801, count].forEach((word, i) => {
    labels.writeUInt32BE(word, 4 * i);
  });
  for (let i = 0; i < count; i++) {
    const [quarters, start] = [i % 4, i * SIDE * SIDE];
    labels[8 + i] = quarters;
    for (let y = 0; y < SIDE; y++) {
      for (let x = 0; x < SIDE; x++) {
        let [row, column] = [y, x];
        for (let q = 0; q < quarters; q++) [row, column] = [column, SIDE - 1 - row];
        turned[16 + start + y * SIDE + x] = pictures[start + row * SIDE + column];
      }
    }
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}-images-idx3-ubyte.gz`, gzipSync(turned));
  writeFileSync(`${folder}/${name}-labels-idx1-ubyte.gz`, gzipSync(labels));
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    pictures: { type: 'string', default: '60000' },
    threads: { type: 'string' },
  },
});
const data = process.env.NETC_DATA;
if (data === undefined) throw new Error('NETC_DATA must name the folder with the four files of Fashion-MNIST');
turn(`${data}/train-images-idx3-ubyte.gz`, 'turned', Number(values.pictures));
turn(`${data}/t10k-images-idx3-ubyte.gz`, 'turned-test', 10_000);

const options = values.threads === undefined ? [] : ['--threads', values.threads];
const run = (name: string) => ({ file: 'test/experiments/transfer.net', name, choice: ['--name', name] });
report('WhichWayUp', [train(run('WhichWayUp'), 42, 'runs/transfer/WhichWayUp', [...options, '--data', folder])]);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
for (const name of ['FewFromScratch', 'FewTransferred']) {
  report(
    name,
    seeds.map((seed) => train(run(name), seed, `runs/transfer/${name}-${seed}`, options)),
  );
}
