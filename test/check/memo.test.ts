/** An editor's memory of the library's bodies changes nothing: the same program and the same diagnostics with it as without. */
import { expect, test } from 'vitest';
import { BodyMemo } from '../../compiler/2-check/memo.ts';
import { fileHost, readSource } from '../../compiler/cli/host.ts';
import { inspect } from '../../compiler/front-end.ts';
import { filesIn } from '../house/sources.ts';

const sources = ['test/programs', 'models'].flatMap((folder) => filesIn(folder, '.net'));
/** The largest: as much in other words. */
const large = /resnet34|resnet50|transformer|deep|long_pipeline|fashion_small/;

test('programs are the same with bodies remembered from other programs, and from their own', () => {
  const memo = new BodyMemo();
  expect(sources.length).toBeGreaterThan(50);
  // Unlike files in turn, so that bodies move to other places in their models.
  for (const { path } of sources.filter((source) => !large.test(source.path))) {
    const file = readSource(path);
    const { program, diagnostics } = inspect(file, fileHost);
    inspect(file, fileHost, { memo });
    const again = inspect(file, fileHost, { memo });
    expect(again.diagnostics, path).toEqual(diagnostics);
    expect(again.program, path).toEqual(program);
  }
});

test('what a memo must not hide: layers without names, names that are taken', () => {
  const memo = new BodyMemo();
  const codes = (body: string): readonly string[] => {
    const text = `model M(x: f32[N, 4]) -> f32[N, 4] {\n  ${body}\n}\n`;
    return inspect({ path: 'm.net', text }, fileHost, { memo }).diagnostics.map(({ code }) => code);
  };
  expect(codes('x |> a: Linear(4) |> b: Linear(4)')).toEqual([]);
  expect(codes('x |> Linear(4)')).toEqual(['E0206']);
  expect(codes('x |> a: Linear(4) |> a: Linear(4)')).toEqual(['E0207']);
  expect(codes('x |> [Linear(4)] |> [Linear(4)]')).toEqual(['E0207']);
  expect(codes('x |> a: Linear(4) |> b: Linear(4)')).toEqual([]);
});
