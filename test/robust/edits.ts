/** Random damage to a program: words, signs and characters deleted, repeated, exchanged, inserted; lines joined and moved. */
export { generator } from '../support/generator.ts';

type Random = (below: number) => number;

/** Signs, the starts of statements, and values that are seldom what is wanted. */
const surprises = (
  '( ) [ ] { } " \' , : = |> -> .. ... . - + * / % @ == < ; /* // # \\ \u0000 \u{1F600} é 1e \t \r\n \uFEFF ' +
  '0 -1 1e9 2147483648 9007199254740993 99999999999999999999 2.5 "s" () [] N x S true training ' +
  'let if else for in model layer fn train on const import param buffer update state where and or not ' +
  'relu Linear Conv2d flatten reshape softmax matmul min max ceil product f32[N] class(10)'
)
  .split(' ')
  .flatMap((word) => [word, ` ${word} `]);

const pieces = /\w+|\s+|\|>|->|\.\.\.|[^\w\s]/g;

function editWords(text: string, random: Random): string {
  const parts = text.match(pieces) ?? [];
  if (parts.length === 0) return surprises[random(surprises.length)];
  const [i, j] = [random(parts.length), random(parts.length)];
  switch (random(6)) {
    case 0:
      parts.splice(i, 1);
      break;
    case 1:
      parts.splice(i, 0, parts[i]);
      break;
    case 2:
      [parts[i], parts[j]] = [parts[j], parts[i]];
      break;
    case 3:
      parts[i] = parts[j];
      break;
    case 4:
      parts.splice(i, 0, surprises[random(surprises.length)]);
      break;
    default:
      parts[i] = surprises[random(surprises.length)];
  }
  return parts.join('');
}

function editCharacters(text: string, random: Random): string {
  const at = random(text.length + 1);
  const end = Math.min(text.length, at + 1 + random(3));
  const inside = text.slice(at, end);
  return text.slice(0, at) + ['', inside + inside, [...inside].reverse().join('')][random(3)] + text.slice(end);
}

function editLines(text: string, random: Random): string {
  const lines = text.split('\n');
  const [i, j] = [random(lines.length), random(lines.length)];
  switch (random(4)) {
    case 0:
      lines.splice(i, 1);
      break;
    case 1:
      lines.splice(j, 0, ...lines.splice(i, 1));
      break;
    case 2:
      lines.splice(i, 2, lines.slice(i, i + 2).join(' '));
      break;
    default:
      lines.splice(j, 0, lines[i]);
  }
  return lines.join('\n');
}

/** One to three edits. */
export function edited(text: string, random: Random): string {
  let result = text;
  for (let n = 1 + random(3); n > 0; n--) {
    const kind = random(8);
    result = (kind === 0 ? editCharacters : kind === 1 ? editLines : editWords)(result, random);
  }
  return result;
}
