/** One mistake at a time in a right program: the kinds of slips that people make, each at every place where it can be made. */

export interface Mutant {
  /** What was done: `size 3 -> 4`. */
  readonly what: string;
  readonly text: string;
}

interface Token {
  readonly text: string;
  readonly start: number;
}

/** Words, numbers and signs, without comments, strings and white space. */
function tokens(text: string): readonly Token[] {
  const found = text.matchAll(/\/\/[^\n]*|"[^"\n]*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|\|>|->|\.\.\.|[^\w\s]/g);
  return [...found]
    .map(({ 0: word, index }) => ({ text: word, start: index }))
    .filter((t) => !/^(\/\/|")/.test(t.text));
}

const words = new Set(
  'model layer fn train dataset sample let if else for import from param buffer update const on in and or not where training true false'.split(
    ' ',
  ),
);

function* edits(all: readonly Token[]): Generator<{ what: string; token: Token; length?: number; by: string }> {
  for (const [i, token] of all.entries()) {
    const { text } = token;
    const [before, next] = [all[i - 1]?.text ?? '', all[i + 1]?.text ?? ''];
    if (/^\d+$/.test(text) && before !== '.') {
      for (const by of [String(Number(text) + 1), String(Number(text) * 2 + 3), '0'])
        yield { what: `size ${text} -> ${by}`, token, by };
    }
    if (/^(f32|u8|i32)$/.test(text)) yield { what: `element ${text}`, token, by: text === 'f32' ? 'u8' : 'f32' };
    if (/^[A-Za-z_]\w{2,}$/.test(text) && !words.has(text)) {
      yield { what: `slip in ${text}`, token, by: text.slice(0, 1) + text[2] + text[1] + text.slice(3) };
      if (next === ':' && before === '|>') yield { what: `no name ${text}`, token, length: text.length + 1, by: '' };
    }
    if (text === '|>') yield { what: 'no |>', token, by: '' };
    if (text === '->' && before !== ')') yield { what: 'no ->', token, by: ',' };
    if (text === '=' && !['loss', 'input'].includes(before))
      yield { what: `${before} by position`, token: all[i - 1], length: token.start + 1 - all[i - 1].start, by: '' };
    if (['relu', 'flatten', 'softmax', 'to_float'].includes(text) && before === '|>') {
      yield { what: `no ${text}`, token: all[i - 1], length: token.start + text.length - all[i - 1].start, by: '' };
    }
    if (/^[()[\]{}]$/.test(text)) yield { what: `no ${text}`, token, by: ' ' };
    if (text === 'let') yield { what: 'no let', token, by: '' };
  }
}

/** Every mutant of a program, in the order of the places. */
export function mutants(text: string): readonly Mutant[] {
  return [...edits(tokens(text))].map(({ what, token, length = token.text.length, by }) => ({
    what: `${what} at ${text.slice(0, token.start).split('\n').length}`,
    text: text.slice(0, token.start) + by + text.slice(token.start + length),
  }));
}
