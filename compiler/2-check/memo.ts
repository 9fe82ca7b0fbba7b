/**
 * Bodies of the library that were elaborated before, for an editor, which checks nearly the same program after each
 * keystroke: the body of `Conv2d` for the same sizes is the same, but for the names of its parameters and the numbers of
 * its locals. Only what went well is kept, of declarations whose results have written types, so that nothing of the use
 * itself (places, where sizes come from) is in it.
 */
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { Callable } from './instantiate.ts';
import { Relocation } from './relocate.ts';
import { type Frame, type Site, userPlace } from './site.ts';
import type { TypedBlock, TypedExpr, TypedParameter } from './typed.ts';
import { tensorOf, type Value } from './values.ts';

/** An elaborated body with everything that elaborating it added to its model. */
interface Elaborated {
  readonly path: string;
  /** The number of its first local, its inputs' included, and how many there are. */
  readonly base: number;
  readonly locals: number;
  readonly instances: number;
  readonly asksTraining: boolean;
  readonly results: readonly TypedExpr[];
  readonly tuple: boolean;
  readonly lets: TypedBlock['lets'];
  readonly updates: TypedBlock['updates'];
  /** Paths of its own, and all parameters below. */
  readonly own: readonly string[];
  readonly parameters: readonly TypedParameter[];
  readonly layers: readonly string[];
}

/** Bodies that are kept; beyond, all are forgotten. */
const MOST = 4_000;

export class BodyMemo {
  #known = new WeakMap<Callable, Map<string, Map<string, Elaborated>>>();
  #count = 0;

  /** The value of a body in its place; `base` is the number of its first local. */
  evaluate(declaration: Callable, base: number, inner: Site, evaluate: () => Value): Value {
    const key = keyOf(inner);
    if (key === undefined) return evaluate();
    const places = this.#known.get(declaration)?.get(key);
    const place = `${base} ${inner.frame.path}`;
    const [another] = places?.values() ?? [];
    const known = places?.get(place) ?? (another && moved(another, inner.frame.path, base));
    if (known && isFree(known, inner)) {
      if (!places?.has(place)) this.#keep(declaration, key, place, known);
      return use(known, inner);
    }
    const { value, elaborated } = record(base, inner, evaluate);
    if (!elaborated) return value;
    this.#keep(declaration, key, place, elaborated);
    return value;
  }

  #keep(declaration: Callable, key: string, place: string, elaborated: Elaborated): void {
    if (this.#count++ > MOST) {
      this.#known = new WeakMap();
      this.#count = 0;
    }
    const uses = this.#known.get(declaration) ?? new Map<string, Map<string, Elaborated>>();
    const places = uses.get(key) ?? new Map<string, Elaborated>();
    this.#known.set(declaration, uses.set(key, places.set(place, elaborated)));
  }
}

/** Everything that the body can see; undefined where some of it is not known by its text. */
function keyOf({ scope, frame, unit }: Site): string | undefined {
  let text = `${unit.training} ${frame.kind}`;
  for (const [name, value] of scope.entries()) {
    const shown = textOf(value);
    if (shown === undefined) return undefined;
    text += ` ${name}=${shown}`;
  }
  // Parameters of layers without names are an error.
  for (let at: Frame | undefined = frame; at; at = at.caller?.frame) {
    if (at.kind === 'augment' || (at.kind === 'layer' && !at.named)) return undefined;
  }
  return text;
}

function textOf(value: Value): string | undefined {
  switch (value.kind) {
    case 'tensor':
      return value.leads.length > 0 || value.position ? undefined : showType(value.type);
    case 'int':
      return dim.show(value.dim);
    case 'float':
      return `${value.value}f${value.floor ? dim.show(value.floor) : ''}`;
    case 'bool':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'range':
      return `${value.from}..${value.to}`;
    case 'tuple': {
      const items = value.items.map(textOf);
      return items.includes(undefined) ? undefined : `(${items.join()})`;
    }
    default:
      return undefined;
  }
}

/** Elaborates the body; `elaborated` is undefined where it may not be used again: errors, random draws, values besides tensors. */
function record(
  base: number,
  inner: Site,
  evaluate: () => Value,
): { readonly value: Value; readonly elaborated?: Elaborated } {
  const { unit, frame, checker } = inner;
  const { errors } = checker.reporter;
  const { nextDraw, instances, asksTraining } = unit;
  const parameters = unit.parameters.length;
  const layers = unit.layers.size;
  unit.asksTraining = false;
  const value = evaluate();
  const asks = unit.asksTraining;
  unit.asksTraining ||= asksTraining;
  const parts = value.kind === 'tuple' ? value.items : [value];
  const results = parts.flatMap((part) => (part.kind === 'tensor' && part.leads.length === 0 ? [part.expr] : []));
  if (results.length < parts.length || checker.reporter.errors > errors || unit.nextDraw > nextDraw) return { value };
  const elaborated: Elaborated = {
    path: frame.path,
    base,
    locals: unit.nextLocal - base,
    instances: unit.instances - instances,
    asksTraining: asks,
    results,
    tuple: value.kind === 'tuple',
    lets: frame.lets,
    updates: frame.updates,
    own: frame.parameters,
    parameters: unit.parameters.slice(parameters),
    layers: [...unit.layers.keys()].slice(layers),
  };
  return { value, elaborated };
}

function moved(elaborated: Elaborated, path: string, base: number): Elaborated {
  const to = new Relocation(elaborated.path, path, elaborated.base, base - elaborated.base);
  return {
    ...elaborated,
    ...to.block(elaborated),
    path,
    base,
    own: elaborated.own.map((each) => to.path(each)),
    parameters: elaborated.parameters.map((each) => ({ ...each, path: to.path(each.path) })),
    layers: elaborated.layers.map((each) => to.path(each)),
  };
}

/** Whether none of its names is taken; where one is, elaborating says so. */
const isFree = ({ parameters: [first], layers }: Elaborated, { unit }: Site): boolean =>
  !layers.some((path) => unit.layers.has(path)) && !(first && unit.parameters.some(({ path }) => path === first.path));

function use({ results, tuple, ...known }: Elaborated, inner: Site): Value {
  const { unit, frame } = inner;
  // A place in the library means the use that led there.
  const span = frame.caller ? userPlace({ ...inner, frame: frame.caller.frame }, frame.caller.span).span : undefined;
  unit.nextLocal = known.base + known.locals;
  unit.instances += known.instances;
  unit.asksTraining ||= known.asksTraining;
  unit.parameters.push(...known.parameters.map((each) => (span ? { ...each, span } : each)));
  for (const path of known.layers) if (span) unit.layers.set(path, span);
  frame.lets.push(...known.lets);
  frame.updates.push(...known.updates);
  frame.parameters.push(...known.own);
  const values = results.map((expr) => tensorOf(expr));
  return tuple ? { kind: 'tuple', items: values } : values[0];
}
