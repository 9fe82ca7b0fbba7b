/** Prints diagnostics for people, on standard error, with colours where they are wanted. */
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { print, wantsColor } from './terminal.ts';

export async function showDiagnostics(diagnostics: readonly Diagnostic[]): Promise<void> {
  if (diagnostics.length === 0) return;
  const { render } = await import('../diagnostics/render.ts');
  const color = wantsColor(process.stderr);
  await print(process.stderr, diagnostics.map((diagnostic) => render(diagnostic, { color })).join('\n\n'));
}

/** `2 errors, 1 warning; …` with the command that explains the first of them. */
export function countLine(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']): string => {
    const n = diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
    return n === 0 ? '' : `${n} ${severity}${n === 1 ? '' : 's'}`;
  };
  const counts = [count('error'), count('warning')].filter((text) => text !== '').join(', ');
  const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error') ?? diagnostics[0];
  return first ? `\n${counts}; \`netc explain ${first.code}\` tells more` : '';
}
