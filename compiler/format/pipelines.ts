/** Pipelines. The author's line breaks before `|>` mean something and are kept; others are made only where they must be. */
import type { Expression } from '../1-parse/ast.ts';
import { all, type Doc, group, line, nest, newline, nothing, type Row, rows, sequence, space } from './doc.ts';
import { after, lead, type Printer, word } from './printer.ts';
import { isWrapped } from './wrapped.ts';

type Pipe = Extract<Expression, { kind: 'pipe' }>;

interface Stage {
  /** It begins a line of the source. */
  readonly breaks: boolean;
  readonly lead: Doc;
  readonly column: number;
  readonly doc: Doc;
}

export function pipeline(p: Printer, one: Pipe): Doc {
  const spine: Pipe[] = [one];
  let { input } = one;
  while (input.kind === 'pipe' && !isWrapped(p, input)) {
    spine.push(input);
    input = input.input;
  }
  const first = p.recur.expression(p, input);
  const stages = spine.reverse().map(({ stage }) => readStage(p, stage));
  const broken = stages.findIndex(({ breaks }) => breaks);
  const besides = broken < 0 ? stages : stages.slice(0, broken);
  const head = group(first, nest(sequence(besides.map(({ doc }) => all(line, doc)))));
  if (broken < 0) return head;
  return all(head, nest(all(newline(), rows(linesOf(stages.slice(broken))))));
}

function readStage(p: Printer, stage: Expression): Stage {
  const breaks = p.cursor.startsLine;
  const before = breaks ? lead(p) : nothing;
  const { column } = p.cursor;
  const sign = word(p, '|>');
  return {
    breaks,
    lead: before,
    column,
    doc: all(
      sign,
      space,
      after(p, () => p.recur.expression(p, stage)),
    ),
  };
}

function linesOf(stages: readonly Stage[]): readonly Row[] {
  const starts = stages.flatMap(({ breaks }, i) => (breaks ? [i] : []));
  return starts.map((start, i): Row => {
    const own = stages.slice(start, starts[i + 1]);
    return { lead: own[0].lead, cells: own.map(({ doc }) => doc), columns: own.map(({ column }) => column) };
  });
}
