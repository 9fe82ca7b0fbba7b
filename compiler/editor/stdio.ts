/** The language server on standard input and output, as editors start it. Ends with the editor. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server.ts';

/** Resolves when the editor has closed the connection. */
export function serveStdio(version: string): Promise<void> {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout);
  return new Promise((resolve) => {
    process.stdin.on('end', resolve);
    serve(connection, version);
  });
}
