/** E0201, in one place: the words for a name that nothing declares. */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Problem } from './report.ts';
import { nearest } from './suggest.ts';

const advice = {
  name: 'declare it with `let`, or import it',
  function: 'declare it with `fn`, or import it',
  layer: 'declare it with `layer`, or import it',
  model: 'declare it with `model`, or import it',
  dataset: 'declare it with `dataset`, or import it',
  optimizer: 'the library has SGD and Adam; others are declared with `optimizer`',
} as const;

export const unboundSpread = (name: string, span: Span): Problem => ({
  code: 'E0201',
  message: `...${name} stands for no dimensions here`,
  span,
  label: 'not bound',
  help: ["a spread is bound by an input's type, as in `x: f32[...S]`"],
});

/** A missing import or declaration is one mistake, however often its name is used. */
export const unknownCause = (name: string, { file }: Span): string => `E0201 ${name} ${file.path}`;

/** `known` are the names that would have been possible. */
export function unknownName(what: keyof typeof advice, name: string, span: Span, known: Iterable<string>): Problem {
  const names = [...known];
  const layers = what === 'layer' ? names.filter((each) => /^[A-Z]/.test(each)) : [];
  const near = nearest(name, layers) ?? nearest(name, what === 'name' ? [...names, 'true', 'false'] : names);
  return {
    code: 'E0201',
    cause: unknownCause(name, span),
    message: what === 'name' ? `there is no ${name}` : `there is no ${what} ${name}`,
    span,
    label: near ? `did you mean ${near}?` : 'unknown name',
    help: near ? [] : [advice[what]],
    fixes: near ? [{ title: `Change to ${near}`, edits: [{ span, text: near }] }] : [],
  };
}
