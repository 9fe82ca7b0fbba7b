/** Positions, the order of diagnostics, silenced warnings, and diagnostics as data. */
import { describe, expect, test } from 'vitest';
import type { Code } from '../../compiler/diagnostics/catalogue.ts';
import type { Diagnostic, SourceFile } from '../../compiler/diagnostics/diagnostic.ts';
import { toJson } from '../../compiler/diagnostics/json.ts';
import { arrange } from '../../compiler/diagnostics/order.ts';
import { lineText, position } from '../../compiler/diagnostics/position.ts';

const at = (file: SourceFile, start: number, code: Code = 'E0301', message = 'wrong'): Diagnostic => ({
  code,
  severity: code.startsWith('W') ? 'warning' : 'error',
  message,
  span: { file, start, end: start + 1 },
  notes: [],
  help: [],
  fixes: [],
});

test('positions count from 1, after every kind of newline', () => {
  const file = { path: 'a.net', text: 'ab\ncd\r\ne\rf\n' };
  const places = [...file.text, ''].map((_, i) => position(file, i)).map(({ line, column }) => `${line}:${column}`);
  expect(places).toEqual(['1:1', '1:2', '1:3', '2:1', '2:2', '2:3', '2:4', '3:1', '3:2', '4:1', '4:2', '5:1']);
  expect([0, 1, 2, 3, 4, 5, 6].map((line) => lineText(file, line))).toEqual(['', 'ab', 'cd', 'e', 'f', '', '']);
});

test('in the order of the source, each once, one file after the other', () => {
  const [a, b] = [
    { path: 'a.net', text: 'xxxxx' },
    { path: 'b.net', text: 'xxxxx' },
  ];
  const again = { path: 'a.net', text: 'xxxxx' };
  const list = [at(a, 3), at(b, 2), at(a, 1), at(again, 3), at(a, 3, 'E0301', 'other'), at(b, 0)];
  const shown = arrange(list).map(({ span, message }) => `${span.file.path}:${span.start} ${message}`);
  expect(shown).toEqual(['a.net:1 wrong', 'a.net:3 wrong', 'a.net:3 other', 'b.net:0 wrong', 'b.net:2 wrong']);
});

test('what refuses unless it is allowed is an error, and still silenced', () => {
  const severities = (text: string): string[] =>
    arrange([at({ path: 'a.net', text }, text.indexOf('HERE'), 'W0104')]).map(({ severity }) => severity);
  expect(severities('HERE')).toEqual(['error']);
  expect(severities('// netc-allow: W0104\nHERE')).toEqual([]);
});

describe('netc-allow', () => {
  const left = (text: string, code: Code = 'W0101'): number => {
    const file = { path: 'a.net', text };
    return arrange([at(file, text.indexOf('HERE'), code)]).length;
  };

  test.each([
    '// netc-allow: W0101\nHERE',
    '  //netc-allow:W0101 \n  HERE',
    '// netc-allow: W0103, W0101\nHERE',
    '// netc-allow: W0101\n// and why\nHERE',
    'HERE // netc-allow: W0101',
  ])('%j silences', (text) => expect(left(text)).toBe(0));

  test.each([
    'HERE',
    '// netc-allow: W0102\nHERE',
    '// netc-allow: W01011\nHERE',
    '// netc-allow:\n// W0101\nHERE',
    '// netc-allow: W0101\n\nHERE',
    '// netc-allow: W0101\nx\nHERE',
    'x // netc-allow: W0101\nHERE',
    'HERE\n// netc-allow: W0101',
  ])('%j does not', (text) => expect(left(text)).toBe(1));

  test('an error cannot be silenced', () => expect(left('// netc-allow: E0301\nHERE', 'E0301')).toBe(1));
});

test('as data', () => {
  const file = { path: 'a.net', text: 'one\ntwo three\n' };
  const span = (start: number, end: number) => ({ file, start, end });
  const diagnostic: Diagnostic = {
    ...at(file, 4),
    label: 'this',
    notes: [{ span: span(0, 3), message: 'from here' }],
    provenance: [
      {
        axes: 2,
        steps: [
          { span: span(0, 3), what: 'image', size: '28' },
          { span: span(4, 7), what: 'conv', size: '26', arithmetic: '28 - 2' },
        ],
      },
    ],
    help: ['try'],
    fixes: [{ title: 'Mend', edits: [{ span: span(8, 13), text: 'four' }] }],
  };
  expect(JSON.parse(JSON.stringify(toJson([diagnostic, at(file, 14)])))).toEqual([
    {
      code: 'E0301',
      severity: 'error',
      message: 'wrong',
      file: 'a.net',
      start: { line: 2, column: 1 },
      end: { line: 2, column: 2 },
      label: 'this',
      notes: [{ message: 'from here', file: 'a.net', start: { line: 1, column: 1 }, end: { line: 1, column: 4 } }],
      provenance: [
        {
          file: 'a.net',
          start: { line: 1, column: 1 },
          end: { line: 1, column: 4 },
          what: 'image',
          size: '28',
          chain: 0,
        },
        {
          file: 'a.net',
          start: { line: 2, column: 1 },
          end: { line: 2, column: 4 },
          what: 'conv',
          size: '26',
          arithmetic: '28 - 2',
          chain: 0,
        },
      ],
      help: ['try'],
      fixes: [
        {
          title: 'Mend',
          edits: [{ file: 'a.net', start: { line: 2, column: 5 }, end: { line: 2, column: 10 }, text: 'four' }],
        },
      ],
    },
    {
      code: 'E0301',
      severity: 'error',
      message: 'wrong',
      file: 'a.net',
      start: { line: 3, column: 1 },
      end: { line: 3, column: 2 },
      notes: [],
      provenance: [],
      help: [],
      fixes: [],
    },
  ]);
});
