/** An editor without a screen: starts the real server as a process and speaks to it over stdio with the protocol's own client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import type {
  Diagnostic,
  InitializeResult,
  Position,
  PublishDiagnosticsParams,
  Range,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { COMMAND } from '../support/built.ts';
import { root } from '../support/root.ts';

export const uriOf = (path: string): string => pathToFileURL(`${root}${path}`).href;

interface OpenText {
  text: string;
  version: number;
}

export class Editor {
  readonly connection: MessageConnection;
  readonly process: ChildProcess;
  /** What the server complained of itself. */
  readonly complaints: string[] = [];
  readonly #texts = new Map<string, OpenText>();
  readonly #published = new Map<string, PublishDiagnosticsParams>();
  readonly #waiting = new Set<(published: PublishDiagnosticsParams) => void>();

  private constructor(command: readonly string[]) {
    this.process = spawn(process.execPath, command, { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
    const { stdin, stdout, stderr } = this.process;
    if (!stdin || !stdout || !stderr) throw new Error('the server has no streams');
    stderr.setEncoding('utf8').on('data', (text: string) => this.complaints.push(text));
    this.connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification('textDocument/publishDiagnostics', (published: PublishDiagnosticsParams) => {
      this.#published.set(published.uri, published);
      for (const hear of this.#waiting) hear(published);
    });
    this.connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
      this.complaints.push(message);
    });
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.onRequest('workspace/codeLens/refresh', () => null);
    this.connection.onRequest('workspace/inlayHint/refresh', () => null);
    this.connection.listen();
  }

  /** Starts the build's `netc lsp` and opens the repository as a folder. */
  static async start(initializationOptions: unknown = {}, settings?: unknown): Promise<Editor> {
    const editor = new Editor([COMMAND, 'lsp', '--stdio']);
    editor.connection.onRequest('workspace/configuration', () => [settings]);
    const folder = pathToFileURL(root).href;
    await editor.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: folder,
      workspaceFolders: [{ uri: folder, name: 'netc' }],
      capabilities: settings === undefined ? {} : { workspace: { configuration: true } },
      initializationOptions,
    });
    await editor.connection.sendNotification('initialized', {});
    return editor;
  }

  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.process.on('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const status = await ended;
    this.connection.dispose();
    return status;
  }

  text(uri: string): string {
    return this.#texts.get(uri)?.text ?? '';
  }

  /** Opens a text and waits for what is wrong with it. */
  async open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    const next = this.next(uri);
    await this.show(uri, text);
    return await next;
  }

  async show(uri: string, text: string): Promise<void> {
    this.#texts.set(uri, { text, version: 1 });
    await this.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'netc', version: 1, text },
    });
  }

  /** Types; resolves once the change is sent. */
  async replace(uri: string, range: Range, text: string): Promise<void> {
    const open = this.#texts.get(uri);
    if (!open) throw new Error(`${uri} is not open`);
    open.text = applied(open.text, [{ range, newText: text }]);
    open.version++;
    await this.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: open.version },
      contentChanges: [{ range, text }],
    });
  }

  /** Replaces words of the text, and waits for what is wrong then. */
  async edit(uri: string, from: string, to: string): Promise<readonly Diagnostic[]> {
    const next = this.next(uri);
    await this.replace(uri, this.rangeOf(uri, from), to);
    return await next;
  }

  /** Makes an edit that the server proposed. */
  async apply({ changes = {} }: WorkspaceEdit): Promise<void> {
    for (const [uri, edits] of Object.entries(changes)) {
      // From the last to the first, so that the places stay right.
      const ordered = [...edits].sort(
        (a, b) => b.range.start.line - a.range.start.line || b.range.start.character - a.range.start.character,
      );
      for (const { range, newText } of ordered) await this.replace(uri, range, newText);
    }
  }

  async close(uri: string): Promise<void> {
    this.#texts.delete(uri);
    await this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  }

  /** The next diagnostics of a file. */
  next(uri: string): Promise<readonly Diagnostic[]> {
    return new Promise((resolve) => {
      const hear = (published: PublishDiagnosticsParams): void => {
        if (published.uri !== uri) return;
        this.#waiting.delete(hear);
        resolve(published.diagnostics);
      };
      this.#waiting.add(hear);
    });
  }

  /** The codes of a file's diagnostics, once they are these. */
  async settled(uri: string, codes: readonly string[]): Promise<void> {
    const found = (): string =>
      this.published(uri)
        .map(({ code }) => code)
        .join();
    for (let published = 0; found() !== codes.join(); published++) {
      if (published > 20) throw new Error(`${uri} has ${found()}, not ${codes.join()}`);
      await this.next(uri);
    }
  }

  /** A file's diagnostics, once they are as they should be. */
  async until(uri: string, right: (found: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]> {
    for (let published = 0; !right(this.published(uri)); published++) {
      if (published > 20) throw new Error(`${uri} has ${JSON.stringify(this.published(uri))}`);
      await this.next(uri);
    }
    return this.published(uri);
  }

  published(uri: string): readonly Diagnostic[] {
    return this.#published.get(uri)?.diagnostics ?? [];
  }

  /** A request about one place of an open file. */
  at<T>(method: string, uri: string, position: Position, more: object = {}): Promise<T> {
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri }, position, ...more });
  }

  /** A request about a whole open file. */
  of<T>(method: string, uri: string, more: object = {}): Promise<T> {
    return this.connection.sendRequest<T>(`textDocument/${method}`, { textDocument: { uri }, ...more });
  }

  /** The place of words in an open text; `|` in them (before no `>`) is the place itself, else their start. */
  placeOf(uri: string, marked: string): Position {
    const words = marked.replace(/\|(?!>)/, '');
    const index = this.text(uri).indexOf(words);
    if (index < 0) throw new Error(`there is no ${words} in ${uri}`);
    return positionAt(this.text(uri), index + Math.max(0, marked.search(/\|(?!>)/)));
  }

  rangeOf(uri: string, words: string): Range {
    const index = this.text(uri).indexOf(words);
    if (index < 0) throw new Error(`there is no ${words} in ${uri}`);
    const text = this.text(uri);
    return { start: positionAt(text, index), end: positionAt(text, index + words.length) };
  }
}

export function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

function offsetAt(text: string, { line, character }: Position): number {
  const lines = text.split('\n');
  return lines.slice(0, line).reduce((sum, each) => sum + each.length + 1, 0) + character;
}

/** The text after the edits. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  const ordered = edits
    .map(({ range, newText }) => ({ start: offsetAt(text, range.start), end: offsetAt(text, range.end), newText }))
    .sort((a, b) => b.start - a.start);
  return ordered.reduce((all, { start, end, newText }) => all.slice(0, start) + newText + all.slice(end), text);
}

export const wordsAt = (text: string, { start, end }: Range): string =>
  text.slice(offsetAt(text, start), offsetAt(text, end));
