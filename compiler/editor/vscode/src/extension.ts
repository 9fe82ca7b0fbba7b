/** The VS Code side: starts `netc lsp`, and runs the commands that its lenses name in a terminal. All that it knows is the server's. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { commands, type ExtensionContext, Uri, window, workspace } from 'vscode';
import { LanguageClient, type NodeModule, TransportKind } from 'vscode-languageclient/node';

/** Where a project's netc is: installed in it, or the project itself. */
const places = ['node_modules/netc/dist/compiler/cli/main.js', 'dist/compiler/cli/main.js'];

/** Fewer pauses to collect what a check leaves behind. */
const execArgv = ['--max-semi-space-size=64'];

export async function activate(context: ExtensionContext): Promise<void> {
  let client: LanguageClient | undefined;
  const own = context.asAbsolutePath('server/server.mjs');
  const start = async (): Promise<void> => {
    await client?.stop();
    client = clientFor(serverIn(workspace.workspaceFolders?.[0]?.uri.fsPath), own);
    await client.start();
  };
  context.subscriptions.push(
    commands.registerCommand('netc.train', (uri?: string, name?: string) =>
      run('train', uri, name === undefined ? [] : ['--name', name]),
    ),
    commands.registerCommand('netc.summary', (uri?: string) => run('summary', uri, [])),
    commands.registerCommand('netc.kernels', (uri?: string) => run('kernels', uri, [])),
    commands.registerCommand('netc.restart', start),
    { dispose: () => client?.stop() },
  );
  await start();
}

/** The setting's server, else the project's own: the compiler that builds it then also checks it. */
function serverIn(folder: string | undefined): string | undefined {
  const set = workspace.getConfiguration('netc').get<string>('server.path') ?? '';
  if (set !== '') return set;
  return folder === undefined ? undefined : places.map((place) => join(folder, place)).find((path) => existsSync(path));
}

function clientFor(main: string | undefined, own: string): LanguageClient {
  const server: NodeModule = {
    module: main ?? own,
    args: main === undefined ? [] : ['lsp'],
    transport: TransportKind.stdio,
    options: { execArgv },
  };
  return new LanguageClient('netc', 'netc', server, {
    documentSelector: [{ language: 'netc' }],
    synchronize: { configurationSection: 'netc' },
  });
}

/** In a terminal, where it can be watched, stopped and repeated. */
async function run(command: string, given: string | undefined, options: readonly string[]): Promise<void> {
  const uri = given === undefined ? window.activeTextEditor?.document.uri : Uri.parse(given);
  if (!uri) return;
  await workspace.textDocuments.find((document) => document.uri.toString() === uri.toString())?.save();
  const folder = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  const main = serverIn(folder);
  const program = main === undefined ? 'npx netc' : `node "${main}"`;
  const terminal =
    window.terminals.find(({ name }) => name === 'netc') ?? window.createTerminal({ name: 'netc', cwd: folder });
  terminal.show();
  terminal.sendText([program, command, `"${uri.fsPath}"`, ...options].join(' '));
}
