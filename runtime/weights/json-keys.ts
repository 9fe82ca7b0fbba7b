/**
 * `JSON.parse` keeps the last of two equal keys without a word; a header that names a tensor twice must be refused.
 * Only looks at text that `JSON.parse` has accepted.
 */

/** The first key that the outermost object has twice; undefined if there is none. */
export function duplicateKey(json: string): string | undefined {
  const seen = new Set<string>();
  let depth = 0;
  let i = 0;
  while (i < json.length) {
    const character = json[i];
    if (character === '"') {
      const end = stringEnd(json, i);
      // A string is a key if a colon follows it.
      if (depth === 1 && /^\s*:/.test(json.slice(end, end + 64))) {
        const key: unknown = JSON.parse(json.slice(i, end));
        if (typeof key === 'string') {
          if (seen.has(key)) return key;
          seen.add(key);
        }
      }
      i = end;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    if (character === '}' || character === ']') depth--;
    i++;
  }
  return undefined;
}

/** The index after the closing quote of the string that opens at `start`. */
function stringEnd(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1;
  return i + 1;
}
