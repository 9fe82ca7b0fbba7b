/** The programs that robustness tests damage: the repository's `.net` files, and every example of the catalogue and the README. */
import { readFileSync } from 'node:fs';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { filesIn } from '../house/sources.ts';
import { shown } from '../parse/examples.ts';
import { root } from '../support/root.ts';

type Program = readonly [name: string, text: string];

/** Characters; a longer file is damaged piece by piece, because what is far from the damage only costs time. */
const LONG = 1500;

/** A long file's declarations in groups, in their order. What stands alone then misses names, which is one more mistake. */
function pieces([name, text]: Program): Program[] {
  if (text.length <= LONG) return [[name, text]];
  const groups: string[] = [];
  for (const paragraph of text.split(/\n\n(?=\S)/)) {
    const last = groups.length - 1;
    if (last >= 0 && groups[last].length + paragraph.length < LONG) groups[last] += `\n\n${paragraph}`;
    else groups.push(paragraph);
  }
  return groups.map((group, i) => [`${name}, part ${i}`, `${group}\n`]);
}

const netFiles = ['models', 'compiler/std'].flatMap((folder) => filesIn(folder, '.net'));

/** The README's programs. */
const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/```net\n([\s\S]*?)```/g)].map(([, text]) => text);

export const dataset = netFiles.find(({ path }) => path === 'models/fashion_mnist.net')?.text ?? '';

/** Models, the library, the README's programs. What only the library may say is said as a user would, so that it is checked. */
export const files: readonly Program[] = [
  ...netFiles.map(({ path, text }): Program => [path, text.replaceAll('intrinsic fn', 'fn').replaceAll('NaN', 'nan')]),
  ...[...shown].map(([name, text]): Program => [`shown: ${name}`, text]),
  ...blocks.map((text, i): Program => [`README ${i}`, text]),
].flatMap(pieces);

/** The catalogue's failing and mended programs. */
export const examples: readonly Program[] = Object.entries(catalogue).flatMap(([code, { failing, fixed }]) => [
  [`${code}, failing`, failing],
  [`${code}, mended`, fixed],
]);
