/**
 * The language server over one connection: keeps the open files, publishes what is wrong with them soon after each change,
 * and lets the features answer the rest. What a file says never ends it.
 */
import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { DiagnosticsBoard } from './diagnostics.ts';
import { features } from './features.ts';
import { readSettings } from './settings.ts';
import { Workspace } from './workspace.ts';

const SECTION = 'netc';

/** Starts to listen; `version` is what the editor is told. */
export function serve(connection: Connection, version: string): void {
  const workspace = new Workspace();
  const board = new DiagnosticsBoard(connection, workspace);
  const documents = new TextDocuments(TextDocument);
  let asksForSettings = false;
  let watches = false;
  let waiting: NodeJS.Timeout | undefined;

  const update = (): void => {
    waiting = undefined;
    try {
      board.update();
    } catch (error) {
      connection.console.error(
        `netc could not check: ${error instanceof Error ? (error.stack ?? error.message) : error}`,
      );
    }
  };
  /** Changes that arrive together are checked together. */
  const soon = (): void => {
    waiting ??= setTimeout(update, 0);
  };

  connection.onInitialize((parameters: InitializeParams): InitializeResult => {
    const { capabilities, workspaceFolders, initializationOptions } = parameters;
    asksForSettings = capabilities.workspace?.configuration === true;
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    workspace.folders = (workspaceFolders ?? []).map(({ uri }) => workspace.files.path(uri));
    workspace.settings = readSettings(initializationOptions);
    return { capabilities: allCapabilities(), serverInfo: { name: 'netc', version } };
  });

  const readConfiguration = async (): Promise<void> => {
    if (!asksForSettings) return;
    workspace.settings = readSettings(await connection.workspace.getConfiguration(SECTION));
    connection.languages.inlayHint.refresh().catch(() => {});
    connection.sendRequest('workspace/codeLens/refresh').catch(() => {});
  };

  connection.onInitialized(async () => {
    if (asksForSettings) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
      await readConfiguration();
    }
    if (watches) {
      const watchers = [{ globPattern: '**/*.net' }];
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
  });
  connection.onDidChangeConfiguration(async ({ settings }) => {
    if (asksForSettings) await readConfiguration();
    else workspace.settings = readSettings(settings?.[SECTION]);
  });
  connection.onDidChangeWatchedFiles(soon);

  documents.onDidChangeContent(({ document }) => {
    workspace.files.set(document.uri, document.getText());
    soon();
  });
  documents.onDidClose(({ document }) => {
    workspace.files.close(document.uri);
    soon();
  });
  connection.onShutdown(() => clearTimeout(waiting));

  for (const feature of features) feature.register(connection, workspace);
  documents.listen(connection);
  connection.listen();
}

function allCapabilities(): ServerCapabilities {
  const base: ServerCapabilities = {
    textDocumentSync: TextDocumentSyncKind.Incremental,
    workspace: { workspaceFolders: { supported: true } },
  };
  return Object.assign({}, base, ...features.map(({ capabilities }) => capabilities));
}
