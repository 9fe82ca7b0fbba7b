/** Above each model what it takes and what can be done with it; above each training, starting it. The commands are the editor's. */
import type { CodeLens } from 'vscode-languageserver';
import { summarize } from '../cli/summarize.ts';
import { rounded } from './cost.ts';
import type { Feature } from './feature.ts';
import { toRange } from './places.ts';
import type { Checked, Workspace } from './workspace.ts';

export const codeLens: Feature = {
  capabilities: { codeLensProvider: {} },
  register(connection, workspace) {
    connection.onCodeLens(({ textDocument }) => {
      const checked = workspace.checkUri(textDocument.uri);
      return checked && workspace.settings.codeLens ? lensesOf(checked, workspace) : [];
    });
  },
};

function lensesOf({ module, program, file }: Checked, { files }: Workspace): CodeLens[] {
  const uri = files.uri(file.path);
  return module.declarations.flatMap((declaration): CodeLens[] => {
    if (declaration.kind !== 'model' && declaration.kind !== 'train') return [];
    const { name, span } = declaration.kind === 'train' ? (declaration.name ?? declaration.model) : declaration.name;
    const lens = (title: string, command: string): CodeLens => ({
      range: toRange(span),
      command: { title, command, arguments: [uri, name] },
    });
    if (declaration.kind === 'train') return [lens('train', 'netc.train'), lens('summary', 'netc.summary')];
    const model = program.models.find((each) => each.name === name && each.span === span);
    if (!model) return [lens('summary', 'netc.summary')];
    const { parameters, layers } = summarize(model);
    const macs = layers.reduce((sum, layer) => sum + layer.macs, 0);
    const work = macs > 0 ? ` · ${rounded(macs)} multiply-adds` : '';
    return [lens(`${rounded(parameters)} parameters${work}`, 'netc.summary'), lens('kernels', 'netc.kernels')];
  });
}
