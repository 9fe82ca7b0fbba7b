/** Rendered diagnostics compared with stored texts; with NETC_UPDATE set the texts are written instead. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Diagnostic } from '../../compiler/diagnostics/diagnostic.ts';
import { render } from '../../compiler/diagnostics/render.ts';

export const rendered = (diagnostic: Diagnostic): string => render(diagnostic, { color: false });

export function expectText(file: URL, text: string): void {
  if (process.env.NETC_UPDATE) writeFileSync(file, `${text}\n`);
  else expect(existsSync(file) ? readFileSync(file, 'utf8') : 'no text is stored; see NETC_UPDATE').toBe(`${text}\n`);
}
