/** Graphs as text, one node a line, for people: `%7 = conv2d(%3, conv1.weight) {stride=[1, 1]} : f32[N, 32, 26, 26]  // conv1`. */
import { dim } from '../dim/dim.ts';
import { showType } from '../ops/infer.ts';
import type { Attributes, AttributeValue } from '../ops/types.ts';
import type { Graph, GraphNode } from './graph.ts';

/** How a leaf is called where it is used; undefined for a node that has a line of its own. */
function leafName({ op, attributes }: GraphNode): string | undefined {
  switch (op) {
    case 'input':
    case 'state':
    case 'uniform':
      return String(attributes.name);
    case 'parameter':
      return String(attributes.path);
    case 'constant':
      return showNumber(Number(attributes.value));
    case 'size':
      return `size(${show(attributes.dim)})`;
    default:
      return undefined;
  }
}

const showNumber = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

function show(value: AttributeValue): string {
  if (typeof value !== 'object') return String(value);
  const items = value.map((item) => (typeof item === 'number' ? String(item) : dim.show(item)));
  return items.length === 1 && typeof value[0] !== 'number' ? items[0] : `[${items.join(', ')}]`;
}

function showAttributes(attributes: Attributes): string {
  const shown = Object.entries(attributes).map(([name, value]) => `${name}=${show(value)}`);
  return shown.length > 0 ? ` {${shown.join(', ')}}` : '';
}

function showOrigin({ origin }: GraphNode): string {
  const place = origin.path || origin.what;
  if (!place) return '';
  return `  // ${place}${origin.backward ? ' backward' : ''}`;
}

/** A graph's header names its leaves with their types; constants and sizes stand where they are used. */
export function printGraph(graph: Graph): string {
  const name = (id: number): string => leafName(graph.nodes[id]) ?? `%${id}`;
  const lines = [`graph ${graph.name} {`];
  for (const node of graph.nodes) {
    const leaf = leafName(node);
    if (leaf === undefined) {
      // What the type says already is left out.
      const { shape: _, ...attributes } = node.attributes;
      const call = `${node.op}(${node.inputs.map(name).join(', ')})${showAttributes(attributes)}`;
      lines.push(`  %${node.id} = ${call} : ${showType(node.type)}${showOrigin(node)}`);
    } else if (node.op !== 'constant' && node.op !== 'size') {
      lines.push(`  ${node.op} ${leaf} : ${showType(node.type)}`);
    }
  }
  for (const output of graph.outputs) lines.push(`  ${output.role} ${output.name} = ${name(output.node)}`);
  return [...lines, '}'].join('\n');
}
