/**
 * Dimensions: integers, names, and arithmetic over them, in a normal form, so that two dimensions are equal when their
 * normal forms are. A dimension is a polynomial with integer coefficients over atoms; an atom is a name, or one of
 * floor(p / q), ceil(p / q), p % q, min(p, q), max(p, q) that could not be reduced further.
 * There is no solver: results are always computed bottom-up from the inputs.
 */

type QuotientKind = 'floor' | 'ceil' | 'mod' | 'min' | 'max';

type Atom =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: QuotientKind; readonly left: Dim; readonly right: Dim };

/** One product: an integer times powers of atoms; `key` orders and identifies the atoms' part. */
interface Term {
  readonly coefficient: number;
  readonly atoms: readonly Atom[];
  readonly key: string;
}

/** An immutable dimension. Compare with `dim.equal`. The terms are sorted by key; zero has none. */
export interface Dim {
  readonly terms: readonly Term[];
}

const UNIT = '';

function int(value: number): Dim {
  if (!Number.isSafeInteger(value)) throw new RangeError(`a dimension must be an integer, not ${value}`);
  return value === 0 ? { terms: [] } : { terms: [{ coefficient: value, atoms: [], key: UNIT }] };
}

function fromAtom(atom: Atom): Dim {
  return { terms: [{ coefficient: 1, atoms: [atom], key: atomKey(atom) }] };
}

function symbol(name: string): Dim {
  return fromAtom({ kind: 'symbol', name });
}

function atomKey(atom: Atom): string {
  return atom.kind === 'symbol' ? atom.name : `${atom.kind}(${key(atom.left)};${key(atom.right)})`;
}

/** A string that is the same for equal dimensions and only for them. */
function key(a: Dim): string {
  return a.terms.map((term) => `${term.coefficient}*${term.key}`).join('+');
}

function collect(terms: readonly Term[]): Dim {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const before = sums.get(term.key);
    sums.set(term.key, before ? { ...term, coefficient: before.coefficient + term.coefficient } : term);
  }
  const kept = [...sums.values()].filter((term) => term.coefficient !== 0);
  return { terms: kept.sort((x, y) => (x.key < y.key ? -1 : x.key > y.key ? 1 : 0)) };
}

function add(a: Dim, b: Dim): Dim {
  return collect([...a.terms, ...b.terms]);
}

function scale(a: Dim, factor: number): Dim {
  return collect(a.terms.map((term) => ({ ...term, coefficient: term.coefficient * factor })));
}

function sub(a: Dim, b: Dim): Dim {
  return add(a, scale(b, -1));
}

function mul(a: Dim, b: Dim): Dim {
  return collect(a.terms.flatMap((x) => b.terms.map((y) => multiplyTerms(x, y))));
}

function multiplyTerms(x: Term, y: Term): Term {
  const atoms = [...x.atoms, ...y.atoms].sort((p, q) => (atomKey(p) < atomKey(q) ? -1 : 1));
  return { coefficient: x.coefficient * y.coefficient, atoms, key: atoms.map(atomKey).join('*') };
}

function constant(a: Dim): number | undefined {
  if (a.terms.length === 0) return 0;
  return a.terms.length === 1 && a.terms[0].key === UNIT ? a.terms[0].coefficient : undefined;
}

/** `a / b` where b divides every term of a, else undefined. */
function divideExact(a: Dim, b: Dim): Dim | undefined {
  if (b.terms.length !== 1) return equal(a, b) && b.terms.length > 0 ? int(1) : undefined;
  const [divisor] = b.terms;
  const quotients: Term[] = [];
  for (const term of a.terms) {
    const rest = [...term.atoms];
    for (const atom of divisor.atoms) {
      const at = rest.findIndex((other) => atomKey(other) === atomKey(atom));
      if (at < 0) return undefined;
      rest.splice(at, 1);
    }
    if (term.coefficient % divisor.coefficient !== 0) return undefined;
    quotients.push({
      coefficient: term.coefficient / divisor.coefficient,
      atoms: rest,
      key: rest.map(atomKey).join('*'),
    });
  }
  return collect(quotients);
}

/** Splits a into terms that the positive integer q divides and the rest: floor((q x + r) / q) = x + floor(r / q). */
function splitMultiples(a: Dim, q: number): { whole: Dim; rest: Dim } {
  const whole: Term[] = [];
  const rest: Term[] = [];
  for (const term of a.terms) {
    const quotient = Math.floor(term.coefficient / q);
    if (quotient !== 0) whole.push({ ...term, coefficient: quotient });
    rest.push({ ...term, coefficient: term.coefficient - quotient * q });
  }
  return { whole: collect(whole), rest: collect(rest) };
}

function quotient(kind: 'floor' | 'ceil', a: Dim, b: Dim): Dim {
  const exact = divideExact(a, b);
  if (exact) return exact;
  const divisor = constant(b);
  if (divisor === 0) throw new RangeError('a dimension is divided by zero');
  if (divisor === undefined || divisor < 0) return fromAtom({ kind, left: a, right: b });
  const value = constant(a);
  if (value !== undefined) return int(Math[kind](value / divisor));
  const { whole, rest } = splitMultiples(a, divisor);
  const left = constant(rest);
  if (left !== undefined) return add(whole, int(Math[kind](left / divisor)));
  return add(whole, fromAtom({ kind, left: rest, right: b }));
}

function mod(a: Dim, b: Dim): Dim {
  if (divideExact(a, b)) return int(0);
  const divisor = constant(b);
  if (divisor === 0) throw new RangeError('a dimension is divided by zero');
  if (divisor === undefined || divisor < 0) return fromAtom({ kind: 'mod', left: a, right: b });
  const { rest } = splitMultiples(a, divisor);
  const value = constant(rest);
  return value === undefined ? fromAtom({ kind: 'mod', left: rest, right: b }) : int(value);
}

function extremum(kind: 'min' | 'max', a: Dim, b: Dim): Dim {
  const difference = constant(sub(a, b));
  if (difference !== undefined) return difference < 0 === (kind === 'min') ? a : b;
  const [left, right] = key(a) < key(b) ? [a, b] : [b, a];
  return fromAtom({ kind, left, right });
}

function equal(a: Dim, b: Dim): boolean {
  return key(a) === key(b);
}

function symbols(a: Dim): string[] {
  const names = new Set<string>();
  const visit = (d: Dim): void => {
    for (const term of d.terms)
      for (const atom of term.atoms) {
        if (atom.kind === 'symbol') names.add(atom.name);
        else [atom.left, atom.right].forEach(visit);
      }
  };
  visit(a);
  return [...names];
}

function substitute(a: Dim, env: Readonly<Record<string, Dim>>): Dim {
  const replaceAtom = (atom: Atom): Dim => {
    if (atom.kind === 'symbol') return Object.hasOwn(env, atom.name) ? env[atom.name] : fromAtom(atom);
    return combine[atom.kind](substitute(atom.left, env), substitute(atom.right, env));
  };
  return a.terms.reduce(
    (sum, term) => add(sum, term.atoms.map(replaceAtom).reduce(mul, int(term.coefficient))),
    int(0),
  );
}

const combine: Readonly<Record<QuotientKind, (a: Dim, b: Dim) => Dim>> = {
  floor: (a, b) => quotient('floor', a, b),
  ceil: (a, b) => quotient('ceil', a, b),
  mod,
  min: (a, b) => extremum('min', a, b),
  max: (a, b) => extremum('max', a, b),
};

/** The value with every name given. Throws when one is missing. */
function evaluate(a: Dim, env: Readonly<Record<string, number>>): number {
  const dims = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, int(value)]));
  const value = constant(substitute(a, dims));
  if (value === undefined) throw new RangeError(`the dimension ${show(a)} needs a value for ${symbols(a).join(', ')}`);
  return value;
}

function showAtom(atom: Atom): string {
  if (atom.kind === 'symbol') return atom.name;
  const left = show(atom.left);
  const right = show(atom.right);
  if (atom.kind === 'floor') return `${parenthesise(left)} / ${parenthesise(right)}`;
  if (atom.kind === 'mod') return `${parenthesise(left)} % ${parenthesise(right)}`;
  return atom.kind === 'ceil' ? `ceil(${left} / ${parenthesise(right)})` : `${atom.kind}(${left}, ${right})`;
}

const parenthesise = (text: string): string => (/[ ]/.test(text) && !/^\w+\(.*\)$/.test(text) ? `(${text})` : text);

function showTerm(term: Term): string {
  const many = term.atoms.length > 1 || Math.abs(term.coefficient) !== 1;
  const factors = term.atoms.map((atom) => (many ? parenthesise(showAtom(atom)) : showAtom(atom)));
  const size = Math.abs(term.coefficient);
  return (size === 1 && factors.length > 0 ? factors : [String(size), ...factors]).join(' * ');
}

/** As a user would write it: `N`, `2 * H + 1`, `(H + 1) / 2`. Names come before the constant. */
function show(a: Dim): string {
  if (a.terms.length === 0) return '0';
  const ordered = [...a.terms.filter((t) => t.key !== UNIT), ...a.terms.filter((t) => t.key === UNIT)];
  return ordered.reduce((text, term) => {
    const sign = term.coefficient < 0 ? '-' : '+';
    if (text === '') return `${sign === '-' ? '-' : ''}${showTerm(term)}`;
    return `${text} ${sign} ${showTerm(term)}`;
  }, '');
}

/** `fixed + perSample * symbol`, or undefined where the dimension is not of that form. */
function linear(a: Dim, name: string): { fixed: number; perSample: number } | undefined {
  let fixed = 0;
  let perSample = 0;
  for (const term of a.terms) {
    if (term.key === UNIT) fixed = term.coefficient;
    else if (term.atoms.length === 1 && term.key === name) perSample = term.coefficient;
    else return undefined;
  }
  return { fixed, perSample };
}

/** Everything one can do with dimensions. */
export const dim = {
  int,
  symbol,
  add,
  sub,
  mul,
  floorDiv: combine.floor,
  ceilDiv: combine.ceil,
  mod,
  min: combine.min,
  max: combine.max,
  equal,
  constant,
  symbols,
  evaluate,
  substitute,
  show,
  product: (dims: readonly Dim[]): Dim => dims.reduce(mul, int(1)),
  divideExact,
  linear,
};
