/**
 * Syntax trees as text: those of the library are written down when the compiler is built and read whenever it runs, which
 * takes a tenth of the time of parsing. A tree belongs to one text; whoever reads it back says which, and it is not checked here.
 */
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import type { SourceModule } from './ast.ts';

/** Stands for the file in each span. */
const FILE = 0;

/** A tree without its file. */
export function storedTree(module: SourceModule): string {
  return JSON.stringify(module, (_, value) => (value === module.file ? FILE : value));
}

/** What `storedTree` wrote, as the tree of this file. */
export function restoredTree(text: string, file: SourceFile): SourceModule {
  const tree = JSON.parse(text);
  link(tree, file);
  return tree;
}

/** Puts the file where it stood. */
function link(node: object, file: SourceFile): void {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'object' && value !== null) link(value, file);
    else if (key === 'file' && value === FILE) Object.assign(node, { file });
  }
}
