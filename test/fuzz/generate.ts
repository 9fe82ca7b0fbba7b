/**
 * Random graphs over the operator registry: a pool of values grows by one operator after the other, some values become
 * outputs, and often the gradients of a scalar by parameters and inputs are added. What is drawn depends on the seed alone.
 */
import { gradients } from '../../compiler/3-graph/autodiff.ts';
import { GraphBuilder } from '../../compiler/3-graph/builder.ts';
import type { Graph } from '../../compiler/3-graph/graph.ts';
import { sameShape } from '../../compiler/ops/infer.ts';
import type { Value } from '../../compiler/ops/primitive.ts';
import { Draw } from './draw.ts';
import { growers, imageGrowers } from './grow.ts';
import { Pool } from './pool.ts';

/** A graph of results, records, gradients of parameters and updates of optimizer state. */
export function randomGraph(seed: number, prefix = ''): Graph {
  const draw = new Draw(seed);
  const g = new GraphBuilder(`seed ${seed}`);
  const pool = new Pool(g, draw, prefix);
  const size = draw.between(2, 16);
  const images = draw.chance(0.35);
  if (images) pool.image();
  for (let i = draw.between(1, 3); i > 0 || pool.values.length === 0; i--) pool.leaf();
  for (let made = 0, tries = 0; made < size && tries < 10 * size; tries++) {
    const value = draw.pick(images && draw.chance(0.5) ? imageGrowers : growers)(pool);
    if (value === undefined) continue;
    pool.add(value);
    made++;
  }
  for (const value of outputsOf(pool)) pool.output(value);
  if (draw.chance(0.5)) addGradients(pool);
  if (draw.chance(0.15)) addUpdates(pool);
  return g.finish();
}

/** What nothing else uses, and a value in the middle now and then. */
function outputsOf(pool: Pool): readonly Value[] {
  const { g, draw } = pool;
  const used = new Set(pool.values.flatMap((value) => g.node(value).inputs));
  const ends = pool.values.filter((value) => !used.has(value.id));
  const chosen = draw.shuffled(ends).slice(0, 4);
  if (draw.chance(0.4)) chosen.push(draw.pick(pool.values));
  return [...new Set(chosen)];
}

function addGradients(pool: Pool): void {
  const { g, draw } = pool;
  const floats = pool.values.filter((value) => value.type.element === 'f32');
  const wrt = floats.filter((value) => ['input', 'parameter'].includes(g.node(value).op));
  const candidates = floats.filter((value) => g.node(value).inputs.length > 0);
  if (wrt.length === 0 || candidates.length === 0) return;
  const y = draw.chance(0.6) ? candidates[candidates.length - 1] : draw.pick(candidates);
  const weighted = draw.chance(0.7) ? g.mul(y, pool.fresh('f32', y.type.shape)) : y;
  const loss = g.sum(
    weighted,
    y.type.shape.map((_, axis) => axis),
  );
  if (draw.chance(0.7)) g.output('record', `${pool.prefix}loss`, loss);
  for (const [i, gradient] of gradients(g, loss, wrt).entries()) {
    const { op, attributes } = g.node(wrt[i]);
    if (op === 'parameter') g.output('gradient', String(attributes.path), gradient);
    else pool.output(gradient);
  }
}

/** New values for pieces of state and for parameters, computed from each other and whatever has their shape. */
function addUpdates(pool: Pool): void {
  const { g, draw } = pool;
  const fitting = pool.values.filter(
    ({ type }) => type.element === 'f32' && pool.symbols(type.shape) === 0 && type.shape.length > 0,
  );
  const parameters = fitting.filter((value) => g.node(value).op === 'parameter');
  if (fitting.length === 0) return;
  const { shape } = draw.pick(parameters.length > 0 ? parameters : fitting).type;
  const alike = fitting.filter((value) => sameShape(value.type.shape, shape));
  const names = ['m', 'v'].slice(0, draw.between(1, 2));
  const held = names.map((name) => g.state(`${pool.prefix}${name}`, { element: 'f32', shape }));
  held.push(...parameters.filter((value) => alike.includes(value)).slice(0, 2));
  const sources = [...alike, ...held];
  for (const old of held) {
    const { attributes } = g.node(old);
    const mixed = draw.chance(0.1)
      ? draw.pick(sources)
      : g.add(g.mul(old, g.constant(0.5)), g.mul(draw.pick(sources), draw.pick(sources)));
    sources.push(mixed);
    g.output('update', String(attributes.name ?? attributes.path), mixed);
  }
}
