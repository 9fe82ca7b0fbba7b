/**
 * What is too much for one program: sizes that no number holds, lists and calls without end, nesting deeper than the stack. Each
 * ends in a diagnostic at its place. The parser has limits of its own, for what is written too deep.
 */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Reporter } from './report.ts';
import { fail, type Site } from './site.ts';
import type { Value } from './values.ts';

/** Deeper than any sensible nesting of layers, and well within JavaScript's stack. */
export const DEEPEST_USE = 100;
/** More than any network's layers and functions; a body that uses itself twice doubles with each level. */
export const MOST_USES = 8_000;
/** Layers in one list, splices written out. */
export const MOST_LISTED = 5_000;
/** Values in one list, with those of the lists in it. */
const MOST_ITEMS = 10_000;

/** E0307 where a size could not be computed; anything else is thrown on. */
export function impossibleSize(error: unknown, span: Span, site: Site): Value {
  // By its name: where the stack has run out, even `instanceof` may fail.
  if (!(error instanceof Error) || error.name !== 'DimensionError') throw error;
  return fail(site, {
    code: 'E0307',
    message: error.message,
    span,
    help: ['every dimension must be at least 1 and below 2^31'],
  });
}

/** A tuple, or poison after E0404 where lists within lists have made it too long. */
export function tupleOf(items: readonly Value[], span: Span, site: Site): Value {
  if (countItems(items, MOST_ITEMS) <= MOST_ITEMS) return { kind: 'tuple', items };
  return fail(site, {
    code: 'E0404',
    message: `this list has more than ${MOST_ITEMS.toLocaleString('en')} values`,
    span,
    help: ['lists are for shapes and options, data comes in tensors'],
  });
}

/** How many values there are, counted no further than to one above the most. */
function countItems(items: readonly Value[], most: number): number {
  let count = 0;
  for (const item of items) {
    count += item.kind === 'tuple' ? countItems(item.items, most - count) : 1;
    if (count > most) break;
  }
  return count;
}

/** E0209 at a declaration whose elaboration runs out of stack; undefined then. */
export function withinStack<T>(span: Span, reporter: Reporter, elaborate: () => T): T | undefined {
  try {
    return elaborate();
  } catch (error) {
    const overflow = error instanceof Error && /call stack|recursion/.test(error.message);
    if (!overflow) throw error;
    reporter.report({
      code: 'E0209',
      message: 'what this uses is nested too deeply to be checked',
      span,
      help: ['constants, functions and layers that use each other in a long chain can be made shorter'],
    });
    return undefined;
  }
}
