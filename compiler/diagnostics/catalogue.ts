/**
 * Every error and warning code, with its long story. One record holds them all; the groups live in files of their own.
 * Holds no message texts: a message carries numbers and names, so it is written where it arises.
 */
import type { Entry } from './catalogue/entry.ts';
import { limits } from './catalogue/limits.ts';
import { names } from './catalogue/names.ts';
import { shapes } from './catalogue/shapes.ts';
import { syntax } from './catalogue/syntax.ts';
import { training } from './catalogue/training.ts';
import { types } from './catalogue/types.ts';
import { warnings } from './catalogue/warnings.ts';

const entries = { ...syntax, ...names, ...shapes, ...types, ...training, ...limits, ...warnings };

/** A code that a diagnostic may carry; one that has no entry does not compile. */
export type Code = keyof typeof entries;

/** E01xx syntax, E02xx names, E03xx shapes, E04xx types and arguments, E05xx data sets and training, E06xx weights and limits, W01xx warnings. */
export const catalogue: Readonly<Record<Code, Entry>> = entries;

/** Whether the text (of the command line, of a comment) is a code. */
export const isCode = (text: string): text is Code => Object.hasOwn(entries, text);
