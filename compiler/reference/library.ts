/**
 * `library.md`, the reference of the standard library, from its `.net` files: every declaration with its signature as it is
 * written and its `///` text, under the headings of the files (`// ---- losses: means over the batch ----`). A pure function;
 * `npm run reference` writes what it gives.
 */
import type { Declaration, SourceModule } from '../1-parse/ast.ts';
import { initializers } from '../2-check/initializers.ts';

/** What the library declares; it neither imports nor trains. */
type Entry = Exclude<Declaration, { kind: 'import' | 'train' }>;

/** Declarations of one name: a function may have several, for other types or numbers of inputs. */
interface Item {
  readonly name: string;
  readonly code: readonly string[];
  /** Markdown. */
  readonly text: string;
}

interface Section {
  /** Empty for what stands before the first heading of a file. */
  readonly title: string;
  readonly text: string;
  readonly items: readonly Item[];
}

interface Chapter {
  readonly title: string;
  readonly text: string;
  readonly sections: readonly Section[];
}

const introduction = `<!-- Written by \`npm run reference\` from compiler/std/*.net. Change those. -->

# The standard library

What every \`.net\` file has in scope. Names, arguments and defaults are PyTorch's, in snake case for functions, with \`axis\` for
\`dim\`. The signatures are as they stand in the library's own sources, [compiler/std](../std), which are written in the
language: what a type means is in [language.md](language.md).
`;

/** The whole page. `modules` in the order of their chapters. */
export function libraryReference(modules: readonly SourceModule[]): string {
  const chapters = [...modules.map(chapterOf), initializersChapter()];
  const anchors = anchorsOf(chapters);
  return `${[introduction, contents(chapters, anchors), ...chapters.flatMap(printChapter)].join('\n').trimEnd()}\n`;
}

// ---- reading -------------------------------------------------------------------------------------------------------

/** File names that are no title by themselves. */
const titles: Readonly<Record<string, string>> = { augment: 'Augments', optim: 'Optimizers' };

function chapterOf(module: SourceModule): Chapter {
  const stem = module.file.path.replace(/^.*\//, '').replace(/\.net$/, '');
  const entries = module.declarations.filter((one): one is Entry => one.kind !== 'import' && one.kind !== 'train');
  const headings = module.comments.filter(({ text }) => /^(\/\/)? ?-{3,} /.test(text));
  const starts = [0, ...headings.map(({ span }) => span.start)];
  const sections = starts.map((start, i): Section => {
    const end = starts[i + 1] ?? module.file.text.length;
    const within = entries.filter(({ span }) => span.start >= start && span.start < end);
    // The first part of the file has no heading.
    const heading = i === 0 ? '' : (headings[i - 1]?.text ?? '');
    const words = heading.replace(/^[/ -]+/, '').replace(/ *-*$/, '');
    const [, title = '', rest = ''] = /^([^,;:]*)[,;:]? *(.*)$/.exec(words) ?? [];
    return { title: capital(title), text: rest === '' ? '' : `${capital(rest)}.`, items: itemsOf(within) };
  });
  return {
    title: titles[stem] ?? capital(stem.replaceAll('_', ' ')),
    text: headerOf(module),
    sections: sections.filter(({ items }) => items.length > 0),
  };
}

/** The comment that the file begins with. */
function headerOf({ file }: SourceModule): string {
  const lines = file.text.split('\n');
  const end = lines.findIndex((line) => !/^\/\/(?!\/)/.test(line));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .map((line) => line.replace(/^\/\/ ?/, ''))
    .join('\n');
}

/** In the order of the first declaration of each name. */
function itemsOf(entries: readonly Entry[]): readonly Item[] {
  const names = [...new Set(entries.map(({ name }) => name.name))];
  return names.map((name) => {
    const versions = entries.filter((entry) => entry.name.name === name);
    const texts = versions.map(({ doc }) => doc).filter((doc) => doc !== '');
    return { name, code: versions.map(signature), text: texts.join('\n\n') };
  });
}

/** As it is written, up to the body. A constant has no body. */
function signature(entry: Entry): string {
  const { text } = entry.span.file;
  if (!('body' in entry)) return text.slice(entry.span.start, entry.span.end);
  return text.slice(entry.span.start, entry.body?.span.start ?? entry.span.end).trimEnd();
}

function initializersChapter(): Chapter {
  const items = [...initializers].map(([name, { parameters, doc }]): Item => {
    const taken = parameters.map((p) => `${p.name}: float${p.default === undefined ? '' : ` = ${p.default}`}`);
    return { name, code: [`${name}(${taken.join(', ')})`], text: doc };
  });
  return {
    title: 'Start values',
    text:
      'What stands right of the `=` of a `param`, `buffer` or `state`: a number, or one of these, as `torch.nn.init` defines\n' +
      'them. Of a parameter `f32[out, in, …]`, `fan_in` is the product of all sizes but the first, `fan_out` of all but the second;\n' +
      'of a vector both are its size.',
    sections: [{ title: '', text: '', items }],
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// ---- printing ------------------------------------------------------------------------------------------------------

const headings = ({ title, sections }: Chapter): readonly string[] => [
  title,
  ...sections.flatMap((section) => [
    ...(section.title === '' ? [] : [section.title]),
    ...section.items.map(({ name }) => name),
  ]),
];

/** The heading's number on the page -> its anchor, as GitHub makes them: a second `linear` is `linear-1`. */
function anchorsOf(chapters: readonly Chapter[]): readonly string[] {
  const seen = new Map<string, number>();
  return ['The standard library', ...chapters.flatMap(headings)].map((heading) => {
    const plain = heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
    const before = seen.get(plain) ?? 0;
    seen.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  });
}

/** A line for each section, with links to its entries. */
function contents(chapters: readonly Chapter[], anchors: readonly string[]): string {
  let next = 1;
  const link = (text: string): string => `[${text}](#${anchors[next++] ?? ''})`;
  const lines = chapters.flatMap((chapter) => {
    const head = `- **${link(chapter.title)}**`;
    const sections = chapter.sections.map((section) => {
      const title = section.title === '' ? '' : `${link(section.title)}: `;
      return `${title}${section.items.map(({ name }) => link(name)).join(', ')}`;
    });
    const [first = ''] = sections;
    return chapter.sections.length === 1 && chapter.sections[0]?.title === ''
      ? [`${head}: ${first}`]
      : [head, ...sections.map((section) => `  - ${section}`)];
  });
  return `${lines.join('\n')}\n`;
}

function printChapter({ title, text, sections }: Chapter): readonly string[] {
  return [
    `## ${title}\n`,
    ...(text === '' ? [] : [`${text}\n`]),
    ...sections.flatMap((section) => [
      ...(section.title === '' ? [] : [`### ${section.title}\n`]),
      ...(section.text === '' ? [] : [`${section.text}\n`]),
      ...section.items.map(printItem),
    ]),
  ];
}

/** `text` marks signatures, which are no programs of their own. */
function printItem({ name, code, text }: Item): string {
  return `#### ${name}\n\n\`\`\`text\n${code.join('\n')}\n\`\`\`\n${text === '' ? '' : `\n${text}\n`}`;
}
