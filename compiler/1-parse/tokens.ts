/**
 * The words of the language. Keywords are names wherever a name may stand, but for a handful that would make expressions
 * ambiguous. Newlines are no tokens here: `layout.ts` decides which of them end a statement.
 */
import { createToken, Lexer, type TokenType } from './chevrotain.ts';

/** Everything but brackets, separators and ends of statements: what may be skipped one by one after an error. */
export const Plain = createToken({ name: 'Plain', pattern: Lexer.NA });
/** What may name something: identifiers and the keywords that are only keywords in their place. */
export const Name = createToken({ name: 'Name', pattern: Lexer.NA, categories: [Plain] });
export const BinaryOperator = createToken({ name: 'BinaryOperator', pattern: Lexer.NA, categories: [Plain] });
export const TextLiteral = createToken({ name: 'TextLiteral', pattern: Lexer.NA, categories: [Plain] });
export const NumberLiteral = createToken({ name: 'NumberLiteral', pattern: Lexer.NA, categories: [Plain] });

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_]\w*/, categories: [Name] });

const contextual = (word: string): TokenType =>
  createToken({
    name: `${word[0].toUpperCase()}${word.slice(1)}`,
    pattern: word,
    longer_alt: Identifier,
    categories: [Name],
  });

const reserved = (word: string, category: TokenType = Plain): TokenType =>
  createToken({
    name: `${word[0].toUpperCase()}${word.slice(1)}`,
    pattern: word,
    longer_alt: Identifier,
    categories: [category],
  });

export const Import = contextual('import');
export const From = contextual('from');
export const Const = contextual('const');
export const Intrinsic = contextual('intrinsic');
export const Fn = contextual('fn');
export const Layer = contextual('layer');
export const Model = contextual('model');
export const Augment = contextual('augment');
export const Optimizer = contextual('optimizer');
export const Dataset = contextual('dataset');
export const Train = contextual('train');
export const On = contextual('on');
export const Where = contextual('where');
export const Sample = contextual('sample');
export const Class = contextual('class');
export const Param = contextual('param');
export const Buffer = contextual('buffer');
export const State = contextual('state');
export const Update = contextual('update');
export const In = contextual('in');

export const Let = reserved('let');
export const If = reserved('if');
export const Else = reserved('else');
export const For = reserved('for');
export const Not = reserved('not');
export const True = reserved('true');
export const False = reserved('false');
export const And = reserved('and', BinaryOperator);
export const Or = reserved('or', BinaryOperator);

const symbol = (name: string, pattern: string | RegExp, category: TokenType = Plain): TokenType =>
  createToken({ name, pattern, categories: [category] });

export const Pipe = symbol('Pipe', '|>');
export const Arrow = symbol('Arrow', '->');
export const Spread = symbol('Spread', '...');
export const Range = symbol('Range', '..', BinaryOperator);
export const Dot = symbol('Dot', '.');
export const Colon = symbol('Colon', ':');
export const Equals = symbol('Equals', '=');
export const Minus = symbol('Minus', '-', BinaryOperator);
export const Times = symbol('Times', '*', BinaryOperator);
/** The other binary operators; the tree builder tells them apart by their text. */
export const Infix = symbol('Infix', /==|!=|<=|>=|[<>+/%@]/, BinaryOperator);

export const Comma = createToken({ name: 'Comma', pattern: ',' });
/** The end of a statement: `;`, or put in by `layout.ts` where a newline ends one. */
export const Terminator = createToken({ name: 'Terminator', pattern: ';' });
export const LParen = createToken({ name: 'LParen', pattern: '(' });
export const RParen = createToken({ name: 'RParen', pattern: ')' });
export const LSquare = createToken({ name: 'LSquare', pattern: '[' });
export const RSquare = createToken({ name: 'RSquare', pattern: ']' });
export const LCurly = createToken({ name: 'LCurly', pattern: '{' });
export const RCurly = createToken({ name: 'RCurly', pattern: '}' });

export const Text = symbol('Text', /"(?:[^"\\\r\n]|\\.)*"/, TextLiteral);
/** A string whose end is missing: up to the closing brackets and separators at the end of its line. */
export const OpenText = createToken({
  name: 'OpenText',
  pattern: {
    exec: (text, offset) => {
      if (text[offset] !== '"') return null;
      const newline = /[\r\n]/g;
      newline.lastIndex = offset;
      let end = newline.exec(text)?.index ?? text.length;
      while (end > offset + 1 && ')]},; \t'.includes(text[end - 1])) end--;
      return [text.slice(offset, end)];
    },
  },
  start_chars_hint: ['"'],
  line_breaks: false,
  categories: [TextLiteral],
});
export const Numeral = symbol('Numeral', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/, NumberLiteral);
/** Digits with letters stuck to them: `5x`, `0x1F`, `1e`. */
export const BadNumeral = symbol('BadNumeral', /\d+(?:\.\d+)?(?![eE][+-]?\d+(?!\w))[A-Za-z_]\w*/, NumberLiteral);

export const Whitespace = createToken({
  name: 'Whitespace',
  pattern: /[\s\uFEFF]+/,
  group: Lexer.SKIPPED,
  line_breaks: true,
});
export const Comment = createToken({ name: 'Comment', pattern: /\/\/[^\r\n]*/, group: 'comments' });

// What other languages write for something that this one has too; `foreign.ts` reports each and reads it as meant.
export const AndAnd = symbol('AndAnd', '&&', BinaryOperator);
export const OrOr = symbol('OrOr', '||', BinaryOperator);
export const Bang = symbol('Bang', '!');
export const StarStar = symbol('StarStar', '**', BinaryOperator);
export const ColonEquals = symbol('ColonEquals', ':=');
export const FatArrow = symbol('FatArrow', '=>');
export const Quoted = symbol('Quoted', /'(?:[^'\\\r\n]|\\.)*'/, TextLiteral);
export const HashComment = symbol('HashComment', /#[^\r\n]*/);
export const BlockComment = createToken({
  name: 'BlockComment',
  pattern: /\/\*(?:[^*]|\*(?!\/))*(?:\*\/)?/,
  categories: [Plain],
  line_breaks: true,
});

/** Longer spellings stand before their beginnings. */
export const allTokens: TokenType[] = [
  ...[Whitespace, Comment, BlockComment, HashComment, Text, OpenText, Quoted, BadNumeral, Numeral],
  ...[Import, From, Const, Intrinsic, Fn, Layer, Model, Augment, Optimizer, Dataset, Train, On, Where, Sample, Class],
  ...[Param, Buffer, State, Update, In, Let, If, Else, For, Not, True, False, And, Or, Identifier],
  ...[AndAnd, OrOr, StarStar, ColonEquals, FatArrow, Pipe, Arrow, Spread, Range, Dot, Colon],
  ...[Infix, Bang, Equals, Minus, Times, Comma, Terminator, LParen, RParen, LSquare, RSquare, LCurly, RCurly],
  ...[Plain, Name, BinaryOperator, TextLiteral, NumberLiteral],
];

/** Words that never name anything. */
export const reservedWords: ReadonlySet<string> = new Set([
  ...['let', 'if', 'else', 'for', 'not', 'true', 'false', 'and', 'or'],
]);
