/**
 * Syntax errors drawn under the source:
 *
 *       let = relu(image)
 *          ^ E0107: `let` needs a name
 *
 * The carets are the place; the drawn lines are not part of the program. Every error must be drawn, and must come.
 */
import { expect } from 'vitest';
import type { SourceModule } from '../../compiler/1-parse/ast.ts';
import { parse } from '../../compiler/1-parse/index.ts';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { position } from '../../compiler/diagnostics/position.ts';

interface Outcome {
  /** The program without what is drawn. */
  readonly text: string;
  readonly module: SourceModule;
  readonly diagnostics: readonly Diagnostic[];
}

export function expectSyntaxErrors(drawing: string): Outcome {
  const program: string[] = [];
  const drawn: string[] = [];
  for (const line of drawing.split('\n')) {
    const match = /^ *(\^+) (E\d{4}: .*)$/.exec(line);
    if (match) drawn.push(`${program.length}:${line.indexOf('^') + 1}+${match[1].length} ${match[2]}`);
    else program.push(line);
  }
  const text = program.join('\n');
  const { module, diagnostics } = parse({ path: 'main.net', text });
  expect(diagnostics.map(shown)).toEqual(drawn);
  return { text, module, diagnostics };
}

/** `line:column+width CODE: message`; an empty place is drawn with one caret. */
function shown({ code, message, span }: Diagnostic): string {
  const { line, column } = position(span.file, span.start);
  return `${line}:${column}+${Math.max(1, span.end - span.start)} ${code}: ${message}`;
}

/** The text with the fixes' edits made, the last one first. */
export function applyFixes(text: string, diagnostics: readonly Diagnostic[]): string {
  const edits = diagnostics.flatMap((diagnostic) => diagnostic.fixes[0]?.edits ?? []);
  return [...edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((result, edit) => result.slice(0, edit.span.start) + edit.text + result.slice(edit.span.end), text);
}
