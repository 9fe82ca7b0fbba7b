/** The colours of a rendered diagnostic (ANSI escape sequences), or none. */
import type { Severity } from '../diagnostic.ts';

type Ink = (text: string) => string;

export interface Paint {
  readonly severity: Ink;
  readonly strong: Ink;
  readonly gutter: Ink;
  readonly primary: Ink;
  readonly secondary: Ink;
}

const plain: Ink = (text) => text;
const ansi =
  (code: string): Ink =>
  (text) =>
    text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`;

export function paint(color: boolean, severity: Severity): Paint {
  if (!color) return { severity: plain, strong: plain, gutter: plain, primary: plain, secondary: plain };
  const main = ansi(severity === 'error' ? '1;31' : '1;33');
  const blue = ansi('1;34');
  return { severity: main, strong: ansi('1'), gutter: blue, primary: main, secondary: blue };
}
