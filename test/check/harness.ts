/**
 * Checks programs given as text. `expectErrors` takes a program with the expected diagnostics drawn under its lines:
 *
 *     image |> fc: Linear(728 -> 10)
 *                         ^^^ E0301: fc takes 728 features, but its input has 784
 *
 * The carets are the place; after the code comes the message (or the start of it, before `…`). The drawn lines are not
 * part of the program.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect } from 'vitest';
import type { SourceModule } from '../../compiler/1-parse/ast.ts';
import { parse } from '../../compiler/1-parse/index.ts';
import { check, type ModuleHost } from '../../compiler/2-check/index.ts';
import type { TypedProgram } from '../../compiler/2-check/typed.ts';
import type { Diagnostic, SourceFile } from '../../compiler/diagnostics/diagnostic.ts';

const std = new URL('../../compiler/std/', import.meta.url);

function parsed(file: SourceFile, strict = true): SourceModule {
  const { module, diagnostics } = parse(file);
  if (!strict) return module;
  expect(
    diagnostics.map((d) => `${d.code} ${d.message} at ${file.path}:${d.span.start}`),
    'syntax',
  ).toEqual([]);
  return module;
}

const library: readonly SourceModule[] = readdirSync(std)
  .filter((name) => name.endsWith('.net'))
  .map((name) => parsed({ path: `std/${name}`, text: readFileSync(new URL(name, std), 'utf8') }));

export interface Checked {
  readonly program: TypedProgram;
  readonly diagnostics: readonly Diagnostic[];
}

/** Checks `main.net`; `files` are what it may import, by path. `strict`: the syntax must be right. */
export function checkText(text: string, files: Readonly<Record<string, string>> = {}, strict = true): Checked {
  const modules = new Map<string, SourceModule>();
  const all: Readonly<Record<string, string>> = { ...files, './main.net': text };
  const load = (path: string): SourceModule | undefined => {
    const name = `./${posix.normalize(path)}`;
    const known = modules.get(name);
    if (known || all[name] === undefined) return known;
    const module = parsed({ path: name.slice(2), text: all[name] }, strict);
    modules.set(name, module);
    return module;
  };
  const host: ModuleHost = { library, import: (path, from) => load(posix.join(posix.dirname(from.path), path)) };
  const entry = load('main.net');
  if (!entry) throw new Error('no program');
  return check(entry, host);
}

/** The program of a text that must have no diagnostic, not even a warning. */
export function checkValid(text: string, files: Readonly<Record<string, string>> = {}): TypedProgram {
  const { program, diagnostics } = checkText(text, files);
  expect(diagnostics.map((d) => `${d.code}: ${d.message} (${shownAt(d)})`)).toEqual([]);
  return program;
}

const shownAt = ({ span }: Diagnostic): string => span.file.text.slice(span.start, span.end);

/** Line and columns from 1; the end stays in the first line. */
function place({ span }: Diagnostic): { line: number; from: number; to: number } {
  const before = span.file.text.slice(0, span.start);
  const line = before.split('\n').length;
  const from = span.start - (before.lastIndexOf('\n') + 1);
  const first = span.file.text.slice(span.start, span.end).split('\n')[0];
  return { line, from, to: from + Math.max(1, first.length) };
}

/** Every diagnostic must be drawn, and every drawn one must come. Returns them for further questions. */
export function expectErrors(text: string, files: Readonly<Record<string, string>> = {}): readonly Diagnostic[] {
  const program: string[] = [];
  const drawn: string[] = [];
  for (const line of text.split('\n')) {
    const match = /^ *(\^+) ([EW]\d{4}): (.*)$/.exec(line);
    const from = line.indexOf('^');
    if (match) drawn.push(`${program.length}:${from}-${from + match[1].length} ${match[2]}: ${match[3]}`);
    else program.push(line);
  }
  const { diagnostics } = checkText(program.join('\n'), files);
  const found = diagnostics.map((d, i) => {
    const { line, from, to } = place(d);
    const wanted = drawn[i]?.split(': ').slice(1).join(': ');
    const short = wanted?.endsWith('…') && d.message.startsWith(wanted.slice(0, -1));
    return `${line}:${from}-${to} ${d.code}: ${short ? wanted : d.message}`;
  });
  expect(found).toEqual(drawn);
  return diagnostics;
}
