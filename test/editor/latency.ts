/**
 * How soon after a keystroke its diagnostics are there, and what memory many edits leave behind: types ResNet-18 into a file
 * of 300 lines, in the real server, as an editor does. Run it by hand: `npm run build && npx tsx test/editor/latency.ts` for the
 * times, with a number of edits for the memory.
 */
import { readFileSync } from 'node:fs';
import { root } from '../support/root.ts';
import { Editor, positionAt, uriOf } from './client.ts';

const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8');
const withoutImports = (text: string): string => text.replace(/^import .*\n/gm, '');

/** ResNet-18 and how it is trained. */
export const typed = [
  read('models/resnet18.net'),
  `train FashionResNet: ResNet18(classes=10, channels=1, size=28) on FashionMnist {
  input     = to_float(image)
  loss      = cross_entropy(output, label)
  metrics   = [accuracy(output, label)]
  optimizer = Adam(lr=0.001)
  batch     = 64
  epochs    = 10
}
`,
].join('\n');

/** What the file holds besides: other networks, up to 300 lines with what is typed. */
function surroundings(): string {
  const others = [
    'lenet5',
    'alexnet',
    'encoder_layer',
    'valid/gru',
    'valid/lstm',
    'valid/squeeze_excite',
    'valid/unet',
  ];
  const more = ['valid/mixer', 'valid/normalisations', 'valid/autoencoder', 'valid/dense'];
  const text = ['import { FashionMnist } from "./fashion_mnist.net"\n'];
  const wanted = 300 - typed.split('\n').length;
  const names = new Set<string>();
  for (const name of [...others, ...more]) {
    const next = withoutImports(read(`test/programs/${name}.net`));
    const own = [...next.matchAll(/^(?:layer|model|fn|dataset|train|const) (\w+)/gm)].map(([, word]) => word ?? '');
    if (own.some((word) => names.has(word)) || /^train |^dataset /m.test(next)) continue;
    for (const word of own) names.add(word);
    text.push(next);
  }
  const lines = text.join('\n').split('\n');
  // Cut between declarations.
  let end = Math.min(wanted, lines.length);
  while (end > 0 && !(lines[end - 1] === '}')) end--;
  return `${lines.slice(0, end).join('\n')}\n\n`;
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

function report(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const shares = [0.5, 0.9, 0.95, 0.99, 1].map(
    (share) => `${share * 100} %: ${percentile(sorted, share).toFixed(1)} ms`,
  );
  console.log(`${what}: ${times.length} keystrokes; ${shares.join(', ')}`);
}

/** Seconds that the server's main thread has computed: what the machine does besides is not in it. */
const computed = (pid: number | undefined): number =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

const memoryOf = (pid: number | undefined): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

async function typeAll(editor: Editor, uri: string, before: string, times: number[], work: number[]): Promise<void> {
  for (const [i, character] of [...typed].entries()) {
    const place = positionAt(before + typed, before.length + i);
    const next = editor.next(uri);
    const start = performance.now();
    const busy = computed(editor.process.pid);
    await editor.replace(uri, { start: place, end: place }, character);
    await next;
    times.push(performance.now() - start);
    work.push(computed(editor.process.pid) - busy);
  }
}

const edits = Number(process.argv[2] ?? 0);
const editor = await Editor.start();
const uri = uriOf('models/latency.net');
const files: readonly (readonly [string, string])[] = [
  ['alone in its file', 'import { FashionMnist } from "./fashion_mnist.net"\n\n'],
  ['in a file of 300 lines', surroundings()],
];
for (const [what, before] of edits > 0 ? [] : files) {
  await editor.open(uri, before);
  const times: number[] = [];
  const work: number[] = [];
  await typeAll(editor, uri, before, times, work);
  console.log(`typing ResNet-18 ${what}, ${(before + typed).split('\n').length} lines at the end`);
  report('  on the clock', times);
  report('  computing   ', work);
  console.log(
    editor
      .published(uri)
      .map(({ code, message }) => `  ${code} ${message}`)
      .join('\n'),
  );
  await editor.close(uri);
}
if (edits > 0) {
  await editor.open(uri, `${files[0]?.[1]}${typed}`);
  const words = 'kernel=7';
  for (let i = 0; i <= edits; i++) {
    if (i % (edits / 10) === 0) console.log(`after ${i} edits: ${memoryOf(editor.process.pid).toFixed(0)} MB`);
    const range = editor.rangeOf(uri, i % 2 === 0 ? words : 'kernel=9');
    const next = editor.next(uri);
    await editor.replace(uri, range, i % 2 === 0 ? 'kernel=9' : words);
    await next;
  }
}
await editor.stop();
console.log(editor.complaints.join('\n'));
