/** Formatting in tests: the result must be a fixed point, the same program, and have the same comments. */
export { generator } from '../support/generator.ts';

import { expect } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { lex } from '../../compiler/1-parse/lexer.ts';
import { printModule } from '../../compiler/1-parse/print.ts';
import { Problems } from '../../compiler/1-parse/problems.ts';
import { format } from '../../compiler/format/index.ts';

/** What formatting must keep, read without the formatter's own check. */
function kept(text: string) {
  const file = { path: 'main.net', text };
  const { module, diagnostics } = parse(file);
  const { tokens, comments } = lex(text, new Problems(file));
  return {
    errors: diagnostics.map(({ message }) => message),
    tree: printModule(module),
    comments: comments.map(({ image }) => image.trimEnd()),
    // `a . 0 . 1` has a number, 0.1, once it is `a.0.1`.
    words: tokens
      .map(({ image }) => image)
      .filter((image) => image !== ',' && image !== ';')
      .join(' ')
      .replaceAll(' . ', '.'),
  };
}

/** The formatted text of a program without syntax errors. */
export function formatted(text: string): string {
  const { text: once, diagnostics } = format({ path: 'main.net', text });
  expect(diagnostics).toEqual([]);
  return once;
}

/** Formats, and checks what must hold of every result. */
export function checked(text: string): string {
  const once = formatted(text);
  expect(kept(once)).toEqual(kept(text));
  expect(formatted(once)).toBe(once);
  expect(once).not.toMatch(/[ \t]$/m);
  expect(once).not.toMatch(/\n\n\n|^\n|\n\n$/);
  return once;
}
