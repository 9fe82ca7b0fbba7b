/** An expression outside of any body (a training's setting), elaborated as one: its blocks' `let`s need a place to be. */
import type { Span } from '../diagnostics/diagnostic.ts';
import { type Frame, newFrame, type Site } from './site.ts';
import { type TensorValue, tensorOf, type Value } from './values.ts';

/** `callee` names it in messages and in kernels. */
export function enclosed(callee: string, span: Span, site: Site, evaluate: (inner: Site) => Value): Value {
  const kind: Frame['kind'] = callee === 'augment' ? 'augment' : site.frame.kind;
  const frame = newFrame({ callee, kind, path: site.frame.path, caller: site.frame.caller });
  const value = evaluate({ ...site, frame });
  if (value.kind !== 'tensor' || frame.lets.length === 0) return value;
  return inInstance(value, callee, frame, span);
}

function inInstance(value: TensorValue, callee: string, frame: Frame, span: Span): Value {
  const { type } = value.expr;
  const instance = {
    kind: 'fn' as const,
    callee,
    path: '',
    config: {},
    inputs: [],
    outputs: [type],
    body: { lets: frame.lets, updates: [], results: [value.expr] },
    parameters: [],
  };
  const call = { kind: 'call' as const, instance, result: 0, args: [], type, span };
  return tensorOf(call, value.axes, value.leads);
}
