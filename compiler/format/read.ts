/** A file as the formatter needs it: its tree, its words and its comments; and whether two files are the same program. */
import type { SourceModule } from '../1-parse/ast.ts';
import type { IToken } from '../1-parse/chevrotain.ts';
import { parse } from '../1-parse/index.ts';
import { lex } from '../1-parse/lexer.ts';
import { printModule } from '../1-parse/print.ts';
import { Problems } from '../1-parse/problems.ts';
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';

export interface Reading {
  readonly module: SourceModule;
  readonly diagnostics: readonly Diagnostic[];
  readonly tokens: readonly IToken[];
  readonly comments: readonly IToken[];
}

export function read(file: SourceFile): Reading {
  const { tokens, comments } = lex(file.text, new Problems(file));
  return { ...parse(file), tokens, comments };
}

/** The safety net: throws where formatting changed the tree, a word or a comment, which is a defect of the formatter. */
export function expectSame(source: Reading, printed: Reading): void {
  for (const [what, of] of Object.entries(aspects)) {
    if (of(source) !== of(printed)) {
      const { path } = source.module.file;
      throw new Error(`formatting would change the ${what} of ${path}; the file is left as it is`);
    }
  }
}

/** Without separators, which come and go with line breaks. `a . 0 . 1` has a number, 0.1, once it is `a.0.1`. */
const words = ({ tokens }: Reading): string =>
  tokens
    .flatMap(({ image }) => (/^[,;]$/.test(image) ? [] : [image]))
    .join(' ')
    .replaceAll(' . ', '.');

const aspects: Readonly<Record<string, (reading: Reading) => string>> = {
  syntax: ({ diagnostics }) => diagnostics.map(({ message }) => message).join('\n'),
  comments: ({ comments }) => comments.map(({ image }) => image.trimEnd()).join('\n'),
  words,
  meaning: ({ module }) => printModule(module),
};
