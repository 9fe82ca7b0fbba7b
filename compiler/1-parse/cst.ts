/** Reading chevrotain's concrete syntax tree: children by rule or token name, and offsets. */
import type { CstElement, CstNode, IToken } from './chevrotain.ts';

const isNode = (element: CstElement): element is CstNode => 'children' in element;
const isToken = (element: CstElement): element is IToken => 'image' in element;

export const nodesOf = (node: CstNode | undefined, rule: string): CstNode[] =>
  (node?.children[rule] ?? []).filter(isNode);

export const nodeOf = (node: CstNode | undefined, rule: string): CstNode | undefined => nodesOf(node, rule)[0];

export const tokensOf = (node: CstNode | undefined, type: string): IToken[] =>
  (node?.children[type] ?? []).filter(isToken);

export const tokenOf = (node: CstNode | undefined, type: string): IToken | undefined => tokensOf(node, type)[0];

/** Every token below the node, in the text's order. */
export function allTokensOf(node: CstNode): IToken[] {
  const tokens = Object.values(node.children)
    .flat()
    .flatMap((child) => (isToken(child) ? [child] : allTokensOf(child)));
  return tokens.sort((a, b) => a.startOffset - b.startOffset);
}

/** Offset of the first character after the token; its start for one that was put in. */
export const tokenEnd = (token: IToken): number => (token.endOffset ?? token.startOffset - 1) + 1;

/** Whether it is a node or a token, it starts here. */
export const startOf = (element: CstElement): number =>
  isToken(element) ? element.startOffset : (element.location?.startOffset ?? 0);

export const endOf = (element: CstElement): number =>
  isToken(element) ? tokenEnd(element) : (element.location?.endOffset ?? startOf(element) - 1) + 1;
