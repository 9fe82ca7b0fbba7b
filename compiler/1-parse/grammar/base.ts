/**
 * What the whole grammar shares. The grammar takes more than the language: whatever may be missing is optional, and what
 * does not belong is gathered as `junk`, so that a wrong program still gives a whole tree and the tree builder can say in a
 * user's words what is wrong. Relies on balanced brackets (`brackets.ts`) and on terminators (`layout.ts`).
 */
import { CstParser, type TokenType, tokenMatcher } from '../chevrotain.ts';
import * as t from '../tokens.ts';

const valueStarts = [t.NumberLiteral, t.TextLiteral, t.Name, t.True, t.False, t.LParen, t.LSquare, t.If, t.For];

/** For choices that overlap by design: the first that fits is taken. */
export const inOrder = { IGNORE_AMBIGUITIES: true } as const;

export abstract class BaseGrammar extends CstParser {
  /** `validate`: look for ambiguities and other faults of the grammar; costs as much as all else, so a test does it. */
  constructor(validate: boolean) {
    super(t.allTokens, {
      recoveryEnabled: true,
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 1,
      skipValidations: !validate,
    });
  }

  /** Whether the k-th token from here is one of the types. */
  protected ahead(k: number, ...types: readonly TokenType[]): boolean {
    const token = this.LA(k);
    return types.some((type) => tokenMatcher(token, type));
  }

  protected startsValue(): boolean {
    return this.ahead(1, ...valueStarts);
  }

  protected startsExpression(): boolean {
    return this.ahead(1, ...valueStarts, t.Minus, t.Not);
  }

  /** A call's `(` and an index's `[` stand on the line on which the expression before them ends. */
  protected onSameLine(): boolean {
    return this.LA(0).endLine === this.LA(1).startLine;
  }

  /** Up to the end of the statement. */
  readonly junk = this.RULE('junk', () => {
    this.AT_LEAST_ONE(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.group) },
        { ALT: () => this.CONSUME(t.Plain) },
        { ALT: () => this.CONSUME(t.Comma) },
      ]),
    );
  });

  /** Up to the end of one element of a list. */
  readonly junkInList = this.RULE('junkInList', () => {
    this.AT_LEAST_ONE(() => this.OR([{ ALT: () => this.SUBRULE(this.group) }, { ALT: () => this.CONSUME(t.Plain) }]));
  });

  readonly group = this.RULE('group', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE(this.groupContent);
          this.CONSUME(t.RParen);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.SUBRULE1(this.groupContent);
          this.CONSUME(t.RSquare);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LCurly);
          this.SUBRULE2(this.groupContent);
          this.CONSUME(t.RCurly);
        },
      },
    ]);
  });

  readonly groupContent = this.RULE('groupContent', () => {
    this.MANY(() =>
      this.OR([
        { ALT: () => this.SUBRULE(this.group) },
        { ALT: () => this.CONSUME(t.Plain) },
        { ALT: () => this.CONSUME(t.Comma) },
        { ALT: () => this.CONSUME(t.Terminator) },
      ]),
    );
  });
}
