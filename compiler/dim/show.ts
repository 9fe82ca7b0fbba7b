/**
 * Dimensions in a user's words: `N`, `2 * H + 1`, `(H + 1) / 4`, `ceil(H / 2)`, `N % 8`, `max(N, 5)`. The normal form knows only
 * `floor` and `min`; here the other words come back where they are shorter. Whatever is shown means the same dimension.
 */
import { lowerBound } from './bounds.ts';
import { divide, leading } from './divide.ts';
import {
  type Atom,
  add,
  addScaled,
  constant,
  constantPart,
  type Dim,
  fromTerms,
  int,
  monomial,
  negate,
  pick,
  sub,
  type Term,
  varying,
  zero,
} from './polynomial.ts';

/** How tightly a text is bound: a name or call, a product, a quotient, a sum. */
type Binding = 'name' | 'product' | 'quotient' | 'sum';

interface Piece {
  readonly sign: 1 | -1;
  readonly text: string;
  readonly binding: Binding;
}

/** A dimension as pieces that have words of their own, and what is left. */
interface Split {
  readonly pieces: readonly Piece[];
  readonly rest: Dim;
}

type Floor = Extract<Atom, { kind: 'floor' }>;

/** As a user would write it. Names come before the constant. */
export function show(a: Dim): string {
  const known = constant(a);
  return known === undefined ? shown(a).text : String(known);
}

function shown(a: Dim): { readonly text: string; readonly binding: Binding } {
  const pieces = piecesOf(a);
  if (pieces.length === 0) return { text: '0', binding: 'name' };
  const [first] = pieces;
  const text = pieces.reduce((before, { sign, text: piece, binding }) => {
    // A minus sign binds tighter than a quotient, which would be rounded the other way.
    if (before === '') return sign > 0 ? piece : binding === 'quotient' ? `-(${piece})` : `-${piece}`;
    return `${before} ${sign < 0 ? '-' : '+'} ${piece}`;
  }, '');
  return { text, binding: pieces.length > 1 || first.sign < 0 ? 'sum' : first.binding };
}

function piecesOf(a: Dim): readonly Piece[] {
  const pieces: Piece[] = [];
  let rest = a;
  for (;;) {
    const split = shortest(rest);
    if (!split) break;
    pieces.push(...split.pieces);
    rest = split.rest;
  }
  const [last, names] = [constantPart(rest), varying(rest).terms];
  pieces.push(...names.map(pieceOf));
  if (last !== 0) pieces.push({ sign: last < 0 ? -1 : 1, text: String(Math.abs(last)), binding: 'name' });
  // A sum reads best with something positive in front.
  return [...pieces].sort(
    (x, y) => Number(isNumber(x)) - Number(isNumber(y)) || Number(x.sign < 0) - Number(y.sign < 0),
  );
}

const isNumber = ({ text }: Piece): boolean => /^\d+$/.test(text);

/** The first rewriting that leaves fewer terms. */
function shortest(a: Dim): Split | undefined {
  for (const term of a.terms) {
    for (const [i, atom] of term.atoms.entries()) {
      const others = term.atoms.filter((_, j) => j !== i);
      const cofactor = fromTerms([monomial(term.coefficient, others)]);
      const split = atom.kind === 'floor' ? splitFloor(a, term, atom, cofactor) : splitMinimum(a, term, atom, cofactor);
      if (split) return split;
    }
  }
  return undefined;
}

/** `c - min(a, b)` is a maximum where its operands then have no negative terms. */
function splitMinimum(a: Dim, term: Term, atom: Atom, cofactor: Dim): Split | undefined {
  const times = constant(cofactor);
  if (atom.kind !== 'min' || times === undefined || times > 0) return undefined;
  const most = new Map<string, Term>();
  for (const operand of atom.operands) {
    for (const each of operand.terms) {
      if ((most.get(each.key)?.coefficient ?? 0) < each.coefficient) most.set(each.key, each);
    }
  }
  const top = fromTerms([...most.values()].sort((x, y) => (x.key < y.key ? -1 : 1)));
  const operands = atom.operands.map((operand) => sub(top, operand));
  const rest = addScaled(sub(a, fromTerms([term])), top, times);
  return { pieces: [multiplied(-times, call('max', operands))], rest };
}

function splitFloor(a: Dim, term: Term, { dividend, divisor }: Floor, cofactor: Dim): Split | undefined {
  const others = sub(a, fromTerms([term]));
  const q = constant(divisor);
  // p - q * floor(p / q) is a remainder.
  if (divisor.terms.length === 1) {
    const { whole, rest } = divide(negate(cofactor), divisor);
    const times = constant(whole);
    const remaining = addScaled(others, dividend, -(times ?? 0));
    if (rest.terms.length === 0 && times !== undefined && times > 0 && remaining.terms.length < a.terms.length) {
      return { pieces: [multiplied(times, modulo(dividend, divisor))], rest: remaining };
    }
  }
  const times = constant(cofactor);
  if (times === -1 && q !== undefined) {
    // x - floor(p / q) is ceil((q x - p) / q).
    const names = new Set(varying(dividend).terms.map((each) => each.key));
    const taken = pick(others, ({ key }) => names.has(key));
    const up = addScaled(negate(dividend), taken, q);
    const positive = up.terms.every(({ coefficient, key }) => key === '' || coefficient > 0);
    if (taken.terms.length > 0 && positive) return quotientPiece(add(up, int(q - 1)), divisor, sub(others, taken));
  }
  if (times === -1 && q === undefined && leading(dividend).coefficient < 0) {
    return { pieces: [{ sign: 1, ...ceiling(negate(dividend), divisor) }], rest: others };
  }
  return times === 1 ? quotientPiece(dividend, divisor, others) : undefined;
}

/** floor(dividend / divisor) + others, where the others' constant may belong into the dividend. */
function quotientPiece(dividend: Dim, divisor: Dim, others: Dim): Split {
  const [q, more] = [constant(divisor), constantPart(others)];
  const up = add(dividend, int(1));
  if (q === undefined) {
    const whole = constantPart(dividend) < 0 && more > 0 && lowerBound(divisor) >= 1;
    const text = whole ? ceiling(up, divisor) : division(dividend, divisor);
    return { pieces: [{ sign: 1, ...text }], rest: whole ? sub(others, int(1)) : others };
  }
  if (more < 0 && others.terms.length === 1) {
    return { pieces: [{ sign: 1, ...division(add(dividend, int(q * more)), divisor) }], rest: zero };
  }
  const full = constantPart(up) === q;
  const text = full ? ceiling(sub(up, int(q)), divisor) : division(dividend, divisor);
  return { pieces: [{ sign: 1, ...text }], rest: others };
}

type Text = Omit<Piece, 'sign'>;

const division = (a: Dim, b: Dim): Text => ({ text: `${operand(a, 'sum')} / ${operand(b)}`, binding: 'quotient' });
const modulo = (a: Dim, b: Dim): Text => ({ text: `${operand(a)} % ${operand(b)}`, binding: 'quotient' });
const ceiling = (a: Dim, b: Dim): Text => ({ text: `ceil(${division(a, b).text})`, binding: 'name' });

function call(name: 'min' | 'max', operands: readonly Dim[]): Text {
  const texts = (numbers: boolean): string[] =>
    operands.filter((each) => (constant(each) !== undefined) === numbers).map(show);
  return { text: `${name}(${[...texts(false).sort(), ...texts(true)].join(', ')})`, binding: 'name' };
}

/** In parentheses unless it is a name; a dividend may be a product. */
function operand(a: Dim, weakest: 'sum' | 'product' = 'product'): string {
  const { text, binding } = shown(a);
  const bare = binding === 'name' || (weakest === 'sum' && binding === 'product');
  return bare ? text : `(${text})`;
}

function multiplied(times: number, { text, binding }: Text): Piece {
  const sign = times < 0 ? -1 : 1;
  if (Math.abs(times) === 1) return { sign, text, binding };
  return { sign, text: `${Math.abs(times)} * ${binding === 'name' ? text : `(${text})`}`, binding: 'product' };
}

function pieceOf({ coefficient, atoms }: Term): Piece {
  const texts = atoms.map(textOf);
  if (texts.length === 1) return multiplied(coefficient, texts[0]);
  const factors = texts.map(({ text, binding }) => (binding === 'name' ? text : `(${text})`));
  const times = Math.abs(coefficient) === 1 ? [] : [String(Math.abs(coefficient))];
  return { sign: coefficient < 0 ? -1 : 1, text: [...times, ...factors].join(' * '), binding: 'product' };
}

function textOf(atom: Atom): Text {
  if (atom.kind === 'symbol') return { text: atom.name, binding: 'name' };
  if (atom.kind === 'min') return call('min', atom.operands);
  return quotientPiece(atom.dividend, atom.divisor, zero).pieces[0];
}
