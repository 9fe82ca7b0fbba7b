/** Sums of a row of statements in one: `a += x; b += y; a += z` as `a = a + x + z; b += y`, where that is the same. */
import { expect, test } from 'vitest';
import type { Statement } from '../../compiler/5-loop/tree.ts';
import { keyOf, localExpr } from '../../compiler/5-loop/walk.ts';
import { gatherSums } from '../../compiler/6-target/wgsl/gather-sums.ts';
import type { Expr } from '../../compiler/ops/expr.ts';
import { apply } from '../../compiler/ops/lowering.ts';

const local = (name: string): Expr => localExpr(name, 'f32');
const add = (name: string, value: Expr): Statement => ({
  kind: 'set',
  type: 'f32',
  name,
  value: apply('add', local(name), value),
});
const store = (value: Expr): Statement => ({ kind: 'store', tensor: 0, address: local('i'), value });

const shown = (list: readonly Statement[]): string[] =>
  list.map((each) => (each.kind === 'set' ? `${each.name} = ${keyOf(each.value)}` : each.kind));

test('what is added to an accumulator stays in order; accumulators stand where they stood first', () => {
  const list = [add('a', local('x')), add('b', local('y')), add('a', local('z')), add('a', local('y'))];
  expect(shown(gatherSums(list))).toEqual(['a = add(add(add(%a,%x),%z),%y)', 'b = add(%b,%y)']);
});

test('nothing passes a statement that reads or sets something else', () => {
  const list = [add('a', local('x')), store(local('a')), add('a', local('y'))];
  expect(shown(gatherSums(list))).toEqual(['a = add(%a,%x)', 'store', 'a = add(%a,%y)']);
  const doubled: Statement = { kind: 'set', type: 'f32', name: 'a', value: apply('mul', local('a'), local('x')) };
  expect(shown(gatherSums([add('a', local('x')), doubled, add('a', local('y'))]))).toEqual([
    'a = add(%a,%x)',
    'a = mul(%a,%x)',
    'a = add(%a,%y)',
  ]);
});

test('an accumulator that another sum reads has its value by then, and no later one', () => {
  const list = [add('a', local('x')), add('b', local('a')), add('a', local('y'))];
  expect(shown(gatherSums(list))).toEqual(['a = add(%a,%x)', 'b = add(%b,%a)', 'a = add(%a,%y)']);
});
