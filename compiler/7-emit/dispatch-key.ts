/**
 * Tells dispatches apart that must be printed on their own: equal keys have equal texts, and functions that differ in their
 * names alone. A tensor counts by what is printed of it, not by its number, which differs from program to program.
 *
 * Each piece is taken apart down to nothing (`nothing` refuses what is left), so that a piece that gets another member
 * is not forgotten here.
 */
import { reductionsIn, tensorOf } from '../5-loop/address.ts';
import type { CpuForm, Dispatch } from '../5-loop/dispatch.ts';
import type { Kernel, Tensor } from '../5-loop/kernel.ts';
import { keyOf } from '../5-loop/walk.ts';
import type { Bindings } from '../6-target/bindings.ts';
import { dim } from '../dim/dim.ts';
import type { Axis } from '../ops/expr.ts';

export function dispatchKey(dispatch: Dispatch, tensors: ReadonlyMap<number, Tensor>, bindings: Bindings): string {
  const numbers = new Map<string, number>();
  const described: string[] = [];
  const renumbered = (text: string): string =>
    text.replace(/\bt(\d+)\[/g, (_, id: string) => {
      const number = numbers.get(id) ?? numbers.size;
      if (number === numbers.size) {
        numbers.set(id, number);
        described.push(`${bindings.indexOf(Number(id))} ${tensorKey(tensorOf(tensors, Number(id)))}`);
      }
      return `t${number}[`;
    });
  const { parts, ...rest } = dispatch;
  nothing(rest);
  const texts = parts.map(({ label, wide, only, least, single, cpu, gpu, nests, shared, choices, ...rest }) => {
    nothing(rest);
    const forms = [{ nests, shared, repeat: undefined }, ...(cpu ? [cpu] : []), ...(gpu ? [gpu] : [])];
    return [label, wide, only, least, single, JSON.stringify(choices), ...forms.map(formKey)].join('\n');
  });
  const bound = bindings.list.map(({ name, element, access, end }) => `${name} ${element} ${access} ${end}`);
  return [...texts.map(renumbered), ...described, ...bound].join('\n');
}

function formKey({ nests, shared, repeat, ...rest }: CpuForm): string {
  nothing(rest);
  const repeated = repeat && `${axesKey([repeat.axis])} from ${repeat.from} to ${repeat.to}`;
  return [axesKey(shared), repeated, ...nests.map(nestKey)].join('\n');
}

function nestKey(kernel: Kernel): string {
  const { label: _, axes, stores, where, adding, appending, ...rest } = kernel;
  nothing(rest);
  const written = stores.map(({ tensor, indices, value, ...rest }) => {
    nothing(rest);
    return `t${tensor}[${indices.map(keyOf)}] = ${keyOf(value)}`;
  });
  const reductions = reductionsIn(kernel).map((reduction) => axesKey(reduction.axes));
  const lists = appending && `t${appending.counts}[ when ${keyOf(appending.when)}`;
  return [axesKey(axes), where && keyOf(where), adding, lists, ...reductions, ...written].join('\n');
}

function tensorKey({ id: _id, name: _name, place, element, shape, layout, ...rest }: Tensor): string {
  nothing(rest);
  const { offset, strides, ...others } = layout;
  nothing(others);
  return [place.kind, element, `[${shape.map(dim.show)}]`, offset, `[${strides}]`].join(' ');
}

const axesKey = (axes: readonly Axis[]): string => axes.map(({ id, extent }) => `${id} in ${dim.show(extent)}`).join();

function nothing(_rest: Readonly<Record<string, never>>): void {}
