/** "Did you mean": the known name nearest to a mistyped one. */

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment); Infinity from `limit` on. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, rows[i - 2][j - 2] + 1);
      rows[i][j] = best;
    }
    // No later row falls below the smaller of two neighbours.
    if (Math.min(...rows[i]) >= limit && Math.min(...rows[i - 1]) >= limit) return Number.POSITIVE_INFINITY;
  }
  return rows[a.length][b.length];
}

/** What other frameworks and habit call it. */
const synonyms: Readonly<Record<string, string>> = {
  learning_rate: 'lr',
  dim: 'axis',
  units: 'out',
  filters: 'out',
  negative_slope: 'slope',
  rate: 'p',
  yes: 'true',
  on: 'true',
  no: 'false',
  off: 'false',
};

/** The nearest of the known names, or undefined when none is near; case and underscores count little. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const short = (a: string, b: string): boolean => a.length >= 3 && b.startsWith(a);
  const plain = (text: string): string => text.toLowerCase().replaceAll('_', '');
  const known = [...names];
  const synonym = Object.hasOwn(synonyms, name) ? synonyms[name] : undefined;
  if (synonym !== undefined && known.includes(synonym)) return synonym;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 0.5;
  const own = plain(name);
  for (const candidate of known) {
    if (candidate === name) continue;
    const other = plain(candidate);
    const prefix = short(own, other) || short(other, own);
    if (Math.abs(candidate.length - name.length) > 6 && !prefix) continue;
    let steps = distance(name, candidate, least);
    if (own === other) steps = 0.5;
    else if (prefix) steps = Math.min(steps, 1);
    if (steps < least) [best, least] = [candidate, steps];
  }
  return best;
}
