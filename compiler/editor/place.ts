/**
 * What may stand at a place, found from the tokens before it alone: the text around a cursor is rarely a program. Says
 * what kind of thing is expected, not which things there are.
 */
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { declarationWords } from './vocabulary.ts';
import { type Word, wordsOf } from './words.ts';

/** A bracket that is open at the place. */
export interface Open {
  readonly bracket: string;
  /** The word before it: what is called. */
  readonly head: Word | undefined;
  /** Where the head stands in the tokens. */
  readonly index: number;
  /** Commas in it so far. */
  readonly commas: number;
}

export type Expected =
  | { readonly kind: 'nothing' }
  /** The top of a file. */
  | { readonly kind: 'declaration' }
  /** After `|>`, in a list of layers. */
  | { readonly kind: 'stage'; readonly layersOnly: boolean }
  | { readonly kind: 'import-name'; readonly path: string | undefined }
  | { readonly kind: 'import-path' }
  | { readonly kind: 'argument'; readonly callee: string; readonly piped: boolean; readonly given: readonly string[] }
  | { readonly kind: 'value' }
  | { readonly kind: 'statement' }
  | { readonly kind: 'type' }
  | { readonly kind: 'setting'; readonly given: readonly string[] }
  | { readonly kind: 'setting-value'; readonly setting: string; readonly head: string | undefined }
  | { readonly kind: 'train-model' }
  | { readonly kind: 'train-dataset' }
  | { readonly kind: 'dataset-entry' };

export interface Place {
  readonly expected: Expected;
  /** The brackets around, the innermost last. */
  readonly open: readonly Open[];
  /** The keyword of the declaration around; undefined at the top of the file. */
  readonly declaration: string | undefined;
  /** The tokens before the place, without the word that is being typed. */
  readonly before: readonly Word[];
}

/** The library declares its intrinsics too. */
const beginnings = new Set([...declarationWords, 'intrinsic']);
const nothing: Expected = { kind: 'nothing' };

export function placeAt(file: SourceFile, offset: number): Place {
  const { words: all, comments } = wordsOf(file);
  const inComment = comments.some(({ start, end }) => start < offset && offset <= end);
  const text = all.find((word) => word.isText && word.start < offset && offset < word.end);
  const typing = all.find((word) => word.isName && word.start < offset && offset <= word.end);
  const before = all.filter((word) => word.end <= offset && word !== typing && word !== text);
  const { open, declaration } = around(before, file);
  const after = all.filter((word) => word.start >= offset && word !== typing);
  const number = all.some((word) => word.isNumber && word.start < offset && offset <= word.end);
  const expected =
    inComment || number ? nothing : text ? inText(before) : expectedAt(before, after, open, declaration, file);
  return { expected, open, declaration, before };
}

function around(before: readonly Word[], file: SourceFile): Pick<Place, 'open' | 'declaration'> {
  const open: Open[] = [];
  let declaration: string | undefined;
  for (const [i, word] of before.entries()) {
    if (/^[([{]$/.test(word.text)) {
      open.push({ bracket: word.text, head: before[i - 1], index: i - 1, commas: 0 });
    } else if (/^[)\]}]$/.test(word.text)) {
      open.pop();
      if (open.length === 0 && word.text === '}') declaration = undefined;
    } else if (word.text === ',') {
      const last = open.at(-1);
      if (last) open[open.length - 1] = { ...last, commas: last.commas + 1 };
    } else if (beginnings.has(word.text) && startsLine(word.start, file) && isOutermost(word, open, file)) {
      // A bracket that was never closed does not reach into the next declaration.
      open.length = 0;
      declaration = word.text;
    }
  }
  return { open, declaration };
}

const startsLine = (offset: number, { text }: SourceFile): boolean =>
  /(^|[\r\n])[ \t]*$/.test(text.slice(Math.max(0, offset - 200), offset));

/** At the top, or at the very beginning of a line, where no statement stands. */
const isOutermost = ({ start }: Word, open: readonly Open[], { text }: SourceFile): boolean =>
  open.length === 0 || start === 0 || /[\r\n]/.test(text[start - 1]);

const inText = (before: readonly Word[]): Expected =>
  before.at(-1)?.text === 'from' ? { kind: 'import-path' } : nothing;

function expectedAt(
  before: readonly Word[],
  after: readonly Word[],
  open: readonly Open[],
  declaration: string | undefined,
  file: SourceFile,
): Expected {
  const last = before.at(-1);
  const inner = open.at(-1);
  if (declaration === 'import') {
    if (inner?.bracket === '{') return { kind: 'import-name', path: pathAfter(after) };
    if (last?.text === 'from' || last?.text === 'import') return nothing;
  }
  if (!last || (open.length === 0 && endsDeclaration(before, declaration, file))) return { kind: 'declaration' };
  if (declaration === 'train') return inTraining(before, open);
  if (declaration === 'dataset') return inDataset(last, inner);
  if (last.text === '|>') return { kind: 'stage', layersOnly: false };
  if (open.every(({ bracket }) => bracket !== '{') && declaration !== 'const') return inSignature(last, inner);
  return inBody(before, open);
}

const pathAfter = (after: readonly Word[]): string | undefined => {
  const from = after.findIndex(({ text }) => text === 'from');
  const path = from < 0 || from > 40 ? undefined : after[from + 1];
  return path?.isText ? path.text.slice(1, -1) : undefined;
};

/** Whether the cursor begins a line at the top, where a declaration begins. */
function endsDeclaration(before: readonly Word[], declaration: string | undefined, { text }: SourceFile): boolean {
  const last = before.at(-1);
  if (!last || declaration === undefined) return true;
  return declaration !== 'train' && declaration !== 'layer' && (last.isText || declaration === 'const')
    ? /[\r\n]/.test(text.slice(last.end))
    : false;
}

function inTraining(before: readonly Word[], open: readonly Open[]): Expected {
  const last = before.at(-1);
  const inner = open.at(-1);
  const block = open.findIndex(({ bracket }) => bracket === '{');
  if (block < 0) {
    if (last?.text === 'on') return { kind: 'train-dataset' };
    if (last?.text === 'train' || last?.text === ':') return { kind: 'train-model' };
    return inner ? argumentOf(before, open) : nothing;
  }
  const inside = before.slice((open[block]?.index ?? 0) + 2);
  const names = inside.flatMap((word, i) => (word.isName && inside[i + 1]?.text === '=' ? [{ ...word, i }] : []));
  // A setting's name stands at the start of a line, an argument's in brackets.
  const settings = names.filter(({ i }) => depthOf(inside.slice(0, i)) === 0);
  const current = settings.at(-1);
  if (open.length > block + 1) {
    const call = inner?.bracket === '(' ? argumentOf(before, open) : undefined;
    const layers =
      current?.text === 'freeze' ||
      (current?.text === 'lr_scale' && inner?.commas === 0) ||
      (current?.text === 'weights' && inner?.bracket === '[');
    if (layers && current) return { kind: 'setting-value', setting: 'freeze', head: undefined };
    return call ?? { kind: 'value' };
  }
  if (last?.text === '=' || last?.text === '|>') {
    return { kind: 'setting-value', setting: current?.text ?? '', head: last.text };
  }
  if (last && /^[+\-*/@<>]|==|and|or|not$/.test(last.text)) return { kind: 'value' };
  return { kind: 'setting', given: settings.map(({ text }) => text) };
}

const depthOf = (words: readonly Word[]): number =>
  words.reduce((depth, { text }) => depth + (/^[([{]$/.test(text) ? 1 : /^[)\]}]$/.test(text) ? -1 : 0), 0);

function inDataset(last: Word, inner: Open | undefined): Expected {
  if (!inner || inner.bracket === '[') return nothing;
  if (last.text === ':') return { kind: 'type' };
  if (inner.bracket === '(') return nothing;
  return last.text === '=' ? nothing : { kind: 'dataset-entry' };
}

function inSignature(last: Word, inner: Open | undefined): Expected {
  if (last.text === ':' || (last.text === '->' && !inner)) return { kind: 'type' };
  if (last.text === '=' || last.text === '->' || inner?.bracket === '[' || last.text === 'where')
    return { kind: 'value' };
  return nothing;
}

function inBody(before: readonly Word[], open: readonly Open[]): Expected {
  const last = before.at(-1);
  const beforeLast = before.at(-2);
  const inner = open.at(-1);
  if (last?.text === ':' && beforeLast?.isName) {
    const lead = before.at(-3)?.text;
    if (lead === 'let' || lead === 'param' || lead === 'buffer' || lead === 'state') return { kind: 'type' };
    return { kind: 'stage', layersOnly: true };
  }
  if (last?.text === 'let' || last?.text === 'param' || last?.text === 'buffer' || last?.text === 'state')
    return nothing;
  if (last?.text === '.') return nothing;
  if (inner?.bracket === '(') return argumentOf(before, open);
  if (inner?.bracket === '[' && isListOfLayers(before, inner)) return { kind: 'stage', layersOnly: false };
  const ends = last?.text === '{' || last?.text === '}' || last?.text === ';' || last?.isName || last?.isNumber;
  return ends || last?.text === ')' || last?.text === ']' ? { kind: 'statement' } : { kind: 'value' };
}

/** `|> [`, `layer1: [`, `2 * [` within one. */
function isListOfLayers(before: readonly Word[], { index }: Open): boolean {
  const head = before[index]?.text;
  return head === '|>' || head === ':' || head === '[' || head === ',' || head === '*';
}

/** In the brackets of a call: a name of an argument or a value; after `name =` a value. */
function argumentOf(before: readonly Word[], open: readonly Open[]): Expected {
  const call = open.at(-1);
  const last = before.at(-1);
  if (!call?.head?.isName || (last?.text !== '(' && last?.text !== ',')) return { kind: 'value' };
  const inside = before.slice(call.index + 2);
  const given = inside.flatMap((word, i) => (word.isName && inside[i + 1]?.text === '=' ? [word.text] : []));
  return { kind: 'argument', callee: call.head.text, piped: isPiped(before, call.index), given };
}

/** Whether what stands at an index is applied to something left of it: `|> f`, `|> name: F`. */
export function isPiped(words: readonly Word[], index: number): boolean {
  const [lead, mark] = [words[index - 2]?.text, words[index - 1]?.text];
  return mark === '|>' || (mark === ':' && words[index - 3]?.text === '|>' && lead !== undefined);
}
