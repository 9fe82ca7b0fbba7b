/** One thing that the server can do for an editor. A file each; `features.ts` lists them. */
import type { Connection, ServerCapabilities } from 'vscode-languageserver';
import type { Workspace } from './workspace.ts';

export interface Feature {
  /** What the editor is told of it. */
  readonly capabilities: ServerCapabilities;
  /** Answers its requests. A failure is that request's answer; it ends nothing. */
  register(connection: Connection, workspace: Workspace): void;
}
