/** What a layer or a model takes, in words: `73,792 parameters · 73,728 multiply-adds`. */
import { costOf } from '../cli/summarize.ts';
import { dim } from '../dim/dim.ts';
import { instanceOf } from './calls.ts';
import type { Outcome } from './knowledge.ts';

/** Of the uses of one stage: the least and the most. Empty where there is nothing to say. */
export function shownCost(outcomes: readonly Outcome[]): string {
  const costs = outcomes.flatMap(({ value, unit }) => {
    const instance = instanceOf(value);
    const symbols = new Set(instance?.inputs.flatMap(({ type }) => dim.symbols(dim.product(type.shape))));
    const [batch = 'N'] = symbols;
    return instance && symbols.size < 2 ? [costOf(instance, batch, unit.parameters)] : [];
  });
  const parts = [
    counted(
      costs.map(({ parameters }) => parameters),
      'parameters',
    ),
    counted(
      costs.map(({ macs }) => macs),
      'multiply-adds',
    ),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

const exact = (n: number): string => n.toLocaleString('en');

function counted(numbers: readonly number[], what: string): string {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (numbers.length === 0 || most === 0) return '';
  return least === most ? `${exact(most)} ${what}` : `${exact(least)}…${exact(most)} ${what}`;
}

/** `167 k`, `1.2 M` */
export function rounded(n: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ];
  const [size, unit] = units.find(([least]) => n >= least) ?? [1, ''];
  const scaled = n / size;
  return `${scaled >= 100 || size === 1 ? Math.round(scaled) : Number(scaled.toFixed(1))}${unit}`;
}
