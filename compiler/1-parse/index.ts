/**
 * Text -> syntax tree. Any text gives a tree and a list of errors, never an exception; what could not be read is `missing`
 * in the tree, so that the checker reports nothing that a syntax error caused.
 */
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import type { SourceModule } from './ast.ts';
import { balance } from './brackets.ts';
import { buildModule } from './build/module.ts';
import { readForeign } from './foreign.ts';
import { NetGrammar } from './grammar/declarations.ts';
import { endStatements } from './layout.ts';
import { lex } from './lexer.ts';
import { Problems } from './problems.ts';

/** Words and signs: some thousand lines. Longer files are not models, and reading them would take seconds. */
const MOST_TOKENS = 30_000;

// Only its tables outlive a call: `input` resets everything else.
const grammar = new NetGrammar();

/** The file's tree and its syntax errors in source order. Takes any text. */
export function parse(file: SourceFile): { module: SourceModule; diagnostics: Diagnostic[] } {
  const problems = new Problems(file);
  const { tokens: all, comments } = lex(file.text, problems);
  const tokens = all.length > MOST_TOKENS ? [] : all;
  if (all.length > MOST_TOKENS) {
    const { startOffset: start, image } = all[MOST_TOKENS];
    problems.error(
      'E0114',
      `this file has more than ${MOST_TOKENS.toLocaleString('en')} words and signs`,
      start,
      start + image.length,
      {
        label: 'too long to be read',
        help: ['move parts of it into files of their own and `import` them'],
      },
    );
  }
  grammar.input = endStatements(balance(readForeign(tokens, problems), problems));
  const root = grammar.module();
  // The grammar takes every sequence of balanced tokens; should it not, this is still an error and not a wrong tree.
  for (const { token } of grammar.errors) {
    const start = Number.isFinite(token.startOffset) ? token.startOffset : file.text.length;
    problems.error('E0101', `did not expect \`${token.image}\` here`, start, start + token.image.length);
  }
  const module = buildModule(root, comments, problems);
  grammar.input = [];
  const diagnostics = [...problems.diagnostics].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);
  return { module, diagnostics };
}
