/**
 * `// netc-allow: W0101` (or several codes with commas) silences a warning: on the line above it, among the comment lines
 * right above it, or at the end of its own line. An error can't be silenced, but for a warning that refuses (`W0104`).
 */
import type { Diagnostic } from './diagnostic.ts';
import { lineText, position } from './position.ts';

export function isSilenced({ severity, code, span }: Diagnostic): boolean {
  if (severity !== 'warning') return false;
  const { line } = position(span.file, span.start);
  if (allows(lineText(span.file, line), code)) return true;
  for (let above = line - 1; above >= 1; above--) {
    const text = lineText(span.file, above);
    if (!text.trimStart().startsWith('//')) return false;
    if (allows(text, code)) return true;
  }
  return false;
}

function allows(line: string, code: string): boolean {
  const codes = /\/\/\s*netc-allow:([\s\w,]*)/.exec(line)?.[1] ?? '';
  return codes.split(/[\s,]+/).includes(code);
}
