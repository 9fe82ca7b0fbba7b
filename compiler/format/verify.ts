/** The formatter's safety net: what it printed must be the same program with the same comments. */
import { parse } from '../1-parse/index.ts';
import { lex } from '../1-parse/lexer.ts';
import { printModule } from '../1-parse/print.ts';
import { Problems } from '../1-parse/problems.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';

/** Throws where formatting changed the tree, a word or a comment, which is a defect of the formatter. */
export function verify(before: SourceFile, after: SourceFile): void {
  const [source, printed] = [read(before), read(after)];
  for (const [what, of] of Object.entries(aspects)) {
    if (of(source) !== of(printed)) {
      throw new Error(`formatting would change the ${what} of ${before.path}; the file is left as it is`);
    }
  }
}

type Reading = ReturnType<typeof read>;

function read(file: SourceFile) {
  const { module, diagnostics } = parse(file);
  return { module, diagnostics, ...lex(file.text, new Problems(file)) };
}

const aspects: Readonly<Record<string, (reading: Reading) => string>> = {
  syntax: ({ diagnostics }) => diagnostics.map(({ message }) => message).join('\n'),
  comments: ({ comments }) => comments.map(({ image }) => image.trimEnd()).join('\n'),
  // Separators come and go with line breaks.
  words: ({ tokens }) => tokens.flatMap(({ image }) => (/^[,;]$/.test(image) ? [] : [image])).join(' '),
  meaning: ({ module }) => printModule(module),
};
