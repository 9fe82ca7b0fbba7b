/** Values stand where they are read first, and nothing is read after it has changed. */
import { expect, test } from 'vitest';
import { declareLate } from '../../compiler/5-loop/declare-late.ts';
import type { Statement } from '../../compiler/5-loop/tree.ts';
import { intExpr, localExpr } from '../../compiler/5-loop/walk.ts';
import type { Expr } from '../../compiler/ops/expr.ts';

const local = (name: string): Expr => localExpr(name, 'f32');
const read = (i: number): Expr => ({ kind: 'load', type: 'f32', tensor: 0, indices: [intExpr(i)] });
const times = (a: string, b: string): Expr => ({ kind: 'apply', type: 'f32', fn: 'mul', args: [local(a), local(b)] });
const declare = (name: string, value: Expr): Statement => ({ kind: 'let', name, type: 'f32', value });
const add = (name: string, term: Expr): Statement => ({
  kind: 'set',
  name,
  type: 'f32',
  value: { kind: 'apply', type: 'f32', fn: 'add', args: [local(name), term] },
});
const store = (value: Expr): Statement => ({ kind: 'store', tensor: 1, address: intExpr(0), value });
const names = (list: readonly Statement[]): string =>
  list.map((each) => (each.kind === 'let' || each.kind === 'set' ? each.name : each.kind)).join(' ');

test('the rows of a tile follow each other', () => {
  const values = ['a0', 'b0', 'b1', 'a1'].map((name, i) => declare(name, read(i)));
  const sums = ['a0 b0', 'a0 b1', 'a1 b0', 'a1 b1'].map((pair, i) => {
    const [a, b] = pair.split(' ');
    return add(`s${i}`, times(a, b));
  });
  expect(names(declareLate([...values, ...sums]))).toBe('a0 b0 s0 b1 s1 a1 s2 s3');
});

test('what a value is made of comes before it', () => {
  const list = [declare('a', read(0)), declare('b', read(1)), declare('c', times('a', 'b')), add('s', local('c'))];
  expect(names(declareLate(list))).toBe('a b c s');
});

test('an old value is read before it changes', () => {
  const list = [declare('old', times('s', 's')), add('s', local('s')), add('t', local('old'))];
  expect(names(declareLate(list))).toBe('old s t');
});

test('nothing moves past a store, and nothing is lost', () => {
  const list = [declare('a', read(0)), declare('unread', read(1)), store(local('s')), add('s', local('a'))];
  expect(names(declareLate(list))).toBe('a unread store s');
});
