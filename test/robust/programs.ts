/** The programs that robustness tests damage: every `.net` file of the repository, and every example of the catalogue and the README. */
import { readFileSync } from 'node:fs';
import { catalogue } from '../../compiler/diagnostics/catalogue.ts';
import { filesIn, root } from '../house/sources.ts';
import { shown } from '../parse/examples.ts';

const netFiles = ['models', 'compiler/std', 'test/programs'].flatMap((folder) => filesIn(folder, '.net'));

/** The README's blocks that are programs. */
const blocks = [...readFileSync(`${root}README.md`, 'utf8').matchAll(/```(?!ts)\w*\n([\s\S]*?)```/g)]
  .map(([, text]) => text)
  .filter((text) => /^(model|layer|fn|train|import) /m.test(text));

/** Whole programs by name. What only the library may say is said as a user would, so that it is checked. */
export const files: ReadonlyMap<string, string> = new Map([
  ...netFiles.map(({ path, text }): [string, string] => [path, text.replaceAll('intrinsic fn', 'fn')]),
  ...[...shown].map(([name, text]): [string, string] => [`shown: ${name}`, text]),
  ...blocks.map((text, i): [string, string] => [`README ${i}`, text]),
]);

/** The catalogue's failing and mended programs. */
export const examples: readonly string[] = [
  ...new Set(Object.values(catalogue).flatMap(({ failing, fixed }) => [failing, fixed])),
];
