/** The parameters of what is being called, and which of them the cursor is at. Works while the call is unfinished. */
import type { SignatureInformation } from 'vscode-languageserver';
import { lookup, type NamedDeclaration } from '../2-check/modules.ts';
import type { Feature } from './feature.ts';
import { isPiped, type Open, type Place, placeAt } from './place.ts';
import { toOffset } from './places.ts';
import { signatureOf } from './signature.ts';
import type { Checked } from './workspace.ts';

export const signatureHelp: Feature = {
  capabilities: { signatureHelpProvider: { triggerCharacters: ['(', ','], retriggerCharacters: ['=', ')'] } },
  register(connection, workspace) {
    connection.onSignatureHelp(({ textDocument, position }) => {
      const checked = workspace.checkUri(textDocument.uri);
      return checked ? helpAt(checked, toOffset(checked.file, position)) : null;
    });
  },
};

function helpAt(checked: Checked, offset: number) {
  const place = placeAt(checked.file, offset);
  const call = [...place.open].reverse().find(({ bracket, head }) => bracket === '(' && head?.isName);
  const declarations = (call?.head ? (lookup(checked.scope, call.head.text)?.declarations ?? []) : []).filter(
    ({ kind }) => kind !== 'const' && kind !== 'dataset',
  );
  if (!call || declarations.length === 0) return null;
  const found = declarations.map((each) => signature(each, call, place));
  const fits = found.findIndex(({ activeParameter }, i) => activeParameter < countOf(declarations[i]));
  const activeSignature = Math.max(0, fits);
  return { signatures: found, activeSignature, activeParameter: found[activeSignature]?.activeParameter ?? 0 };
}

const countOf = (declaration: NamedDeclaration | undefined): number =>
  declaration ? signatureOf(declaration).parameters.length : 0;

function signature(
  declaration: NamedDeclaration,
  call: Open,
  { before }: Place,
): SignatureInformation & { readonly activeParameter: number } {
  const { label, parameters } = signatureOf(declaration);
  const inside = before.slice(call.index + 2);
  const named = [...inside].reverse().find((word, i, all) => word.isName && all[i - 1]?.text === '=');
  const sinceComma = inside.slice(inside.map(({ text }) => text).lastIndexOf(',') + 1);
  const byName =
    named && sinceComma.includes(named) ? parameters.findIndex((p) => p.parameter.name.name === named.text) : -1;
  const shift = declaration.kind === 'fn' && isPiped(before, call.index) ? 1 : 0;
  return {
    label,
    ...(declaration.doc === '' ? {} : { documentation: { kind: 'markdown' as const, value: declaration.doc } }),
    parameters: parameters.map(({ start, end }) => ({ label: [start, end] as [number, number] })),
    activeParameter: byName >= 0 ? byName : call.commas + shift,
  };
}
