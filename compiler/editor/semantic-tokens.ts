/** Colours by meaning: a name's is that of what it means, which a grammar of patterns cannot know. */
import { SemanticTokensBuilder } from 'vscode-languageserver';
import type { NamedDeclaration } from '../2-check/modules.ts';
import type { Definition, DefinitionKind } from '../2-check/observer.ts';
import { declared } from './declarations.ts';
import type { Feature } from './feature.ts';
import { toPosition } from './places.ts';
import type { Checked, Workspace } from './workspace.ts';

const types = [
  'class',
  'function',
  'parameter',
  'typeParameter',
  'variable',
  'property',
  'struct',
  'enumMember',
] as const;
type TokenType = (typeof types)[number];
const modifiers = ['declaration', 'readonly', 'defaultLibrary'] as const;

export const semanticTokens: Feature = {
  capabilities: {
    semanticTokensProvider: { legend: { tokenTypes: [...types], tokenModifiers: [...modifiers] }, full: true },
  },
  register(connection, workspace) {
    connection.languages.semanticTokens.on(({ textDocument }) => {
      const checked = workspace.checkUri(textDocument.uri);
      return checked ? tokensOf(checked, workspace) : { data: [] };
    });
  },
};

const ofDeclaration: Readonly<Record<NamedDeclaration['kind'], TokenType>> = {
  const: 'variable',
  fn: 'function',
  layer: 'class',
  model: 'class',
  augment: 'class',
  optimizer: 'class',
  dataset: 'struct',
};

const ofKind: Readonly<Record<Exclude<DefinitionKind, 'declaration'>, TokenType>> = {
  option: 'parameter',
  input: 'parameter',
  dimension: 'typeParameter',
  let: 'variable',
  parameter: 'property',
  index: 'variable',
  layer: 'enumMember',
  field: 'property',
  output: 'variable',
};

function tokenType(definition: Definition): TokenType {
  if (definition.kind !== 'declaration') return ofKind[definition.kind];
  const declaration = declared(definition);
  return declaration ? ofDeclaration[declaration.kind] : 'variable';
}

function tokensOf({ file, knowledge }: Checked, { files }: Workspace) {
  const builder = new SemanticTokensBuilder();
  for (const { span, definitions } of [...knowledge.uses(file)].sort((a, b) => a.span.start - b.span.start)) {
    const [meant] = definitions;
    if (!meant) continue;
    const { line, character } = toPosition(file, span.start);
    const own = meant.span.start === span.start && meant.span.file === file;
    const set = [own, meant.kind === 'let' || meant.kind === 'input', files.isLibrary(meant.span.file.path)];
    const bits = set.reduce((sum, on, i) => sum + (on ? 1 << i : 0), 0);
    builder.push(line, character, span.end - span.start, types.indexOf(tokenType(meant)), bits);
  }
  return builder.build();
}
