/** The language server as the VS Code extension carries it: one file with the library's folder beside its own. */
import { serveStdio } from './stdio.ts';

await serveStdio('in the extension');
