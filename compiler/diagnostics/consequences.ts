/**
 * One error for one mistake in the syntax. A declaration that could not be read in full is not judged otherwise: a value
 * that the parser had to drop is "never used", a name it dropped "does not exist". Goes by declarations, which begin with
 * their keyword at the start of a line.
 */
import type { Diagnostic, SourceFile } from './diagnostic.ts';

const keyword = /^(?:intrinsic[ \t]+)?(?:import|const|fn|layer|model|augment|optimizer|dataset|train)\b/gm;

interface Region {
  readonly start: number;
  readonly end: number;
}

/** Where each declaration begins and the next one, or the file, ends it. */
function regionsOf({ text }: SourceFile): readonly Region[] {
  const starts = [0, ...[...text.matchAll(keyword)].map(({ index }) => index)];
  return starts.map((start, i) => ({ start, end: starts[i + 1] ?? text.length + 1 }));
}

const wordsIn = (text: string): readonly string[] => text.match(/[A-Za-z_]\w*/g) ?? [];

/** The name of a declaration; those that an import brings. */
function declaredBy(text: string): readonly string[] {
  const [first, ...rest] = wordsIn(text.split('\n')[0]).filter((word) => word !== 'intrinsic');
  if (first === 'train') return [];
  return first === 'import' ? rest : rest.slice(0, 1);
}

const isSyntax = ({ code }: Diagnostic): boolean => code.startsWith('E01');

/** Between a bracket that was never closed, which its note shows, and the place where that was noticed. */
function isInside({ span }: Diagnostic, { span: noticed, notes }: Diagnostic): boolean {
  const opened = notes[0]?.span.start;
  return opened !== undefined && span.start > opened && span.start < noticed.start;
}

/** Right behind what was not understood, on its line. */
const follows = ({ span }: Diagnostic, before: Diagnostic | undefined): boolean =>
  before !== undefined &&
  /^[ \t]*$/.test(span.file.text.slice(before.span.end, span.start)) &&
  span.start >= before.span.end;

/** `diagnostics` are of one file, in the order of their places. */
function inFile(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const [first] = diagnostics;
  if (!first || !diagnostics.some(isSyntax)) return diagnostics;
  const { file } = first.span;
  const regions = regionsOf(file);
  const regionOf = ({ span }: Diagnostic): Region | undefined =>
    regions.find(({ start, end }) => span.start >= start && span.start < end);
  const damaged = new Set(diagnostics.filter(isSyntax).map(regionOf));
  const texts = [...damaged].map((region) => (region ? file.text.slice(region.start, region.end) : ''));
  // What a damaged declaration is called, and what an import brings, may be unknown for that reason alone.
  const names = new Set(texts.flatMap(declaredBy));
  const hangsOnDamage = (diagnostic: Diagnostic): boolean => {
    const region = regionOf(diagnostic);
    if (damaged.has(region)) return true;
    const head = file.text.slice(region?.start, region?.end).split('\n')[0];
    if (head.startsWith('train')) return wordsIn(head).some((word) => names.has(word));
    return diagnostic.code === 'E0201' && names.has(file.text.slice(diagnostic.span.start, diagnostic.span.end));
  };
  const unpaired = new Set(diagnostics.filter(({ code }) => code === 'E0103').map(regionOf));
  const unclosed = diagnostics.filter(({ code }) => code === 'E0102');
  const told = new Set<Region | undefined>();
  return diagnostics.filter((diagnostic, i) => {
    if (!isSyntax(diagnostic)) return !hangsOnDamage(diagnostic);
    if (unclosed.some((one) => one !== diagnostic && isInside(diagnostic, one))) return false;
    if (follows(diagnostic, diagnostics.slice(0, i).findLast(isSyntax))) return false;
    // A bracket that closes nothing is the end of what went wrong where its partner is missing.
    const region = regionOf(diagnostic);
    if (!unpaired.has(region)) return true;
    if (told.has(region)) return false;
    told.add(region);
    return true;
  });
}

/** Without what follows from a syntax error; `diagnostics` are in order, file by file. */
export function withoutConsequences(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(diagnostics.map(({ span }) => span.file.path))];
  return files.flatMap((path) => inFile(diagnostics.filter(({ span }) => span.file.path === path)));
}
