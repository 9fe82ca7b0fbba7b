/**
 * What the parser uses of chevrotain, in one place: the build bundles this file, because the package's some hundred small
 * modules take Node 0.4 s to load, and one file takes 0.05 s.
 */
export {
  type CstElement,
  type CstNode,
  CstParser,
  createToken,
  createTokenInstance,
  type IToken,
  Lexer,
  type ParserMethod,
  type TokenType,
  tokenMatcher,
} from 'chevrotain';
