/** The grammar of expressions. Operators are a flat list here; their precedence is in `build/operators.ts`. */
import type { CstNode, ParserMethod } from '../chevrotain.ts';
import * as t from '../tokens.ts';
import { BaseGrammar, inOrder } from './base.ts';

export abstract class ExpressionGrammar extends BaseGrammar {
  abstract readonly block: ParserMethod<[], CstNode>;

  readonly expression = this.RULE('expression', () => {
    this.SUBRULE(this.stage);
    this.MANY(() => {
      this.CONSUME(t.Pipe);
      this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE1(this.stage) });
    });
  });

  /** `conv1: Conv2d(…)`, or without a name. */
  readonly stage = this.RULE('stage', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          GATE: () => this.ahead(2, t.Colon),
          ALT: () => {
            this.AT_LEAST_ONE({ GATE: () => this.ahead(2, t.Colon), DEF: () => this.SUBRULE(this.nameTag) });
            this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.chain) });
          },
        },
        { ALT: () => this.SUBRULE1(this.chain) },
      ],
    });
  });

  readonly nameTag = this.RULE('nameTag', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
  });

  readonly chain = this.RULE('chain', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => this.SUBRULE(this.operation));
  });

  readonly operation = this.RULE('operation', () => {
    this.CONSUME(t.BinaryOperator);
    this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.operand) });
  });

  readonly operand = this.RULE('operand', () => {
    this.OR([
      {
        ALT: () => {
          this.AT_LEAST_ONE(() => this.SUBRULE(this.prefix));
          this.OPTION({ GATE: () => this.startsValue(), DEF: () => this.SUBRULE(this.value) });
        },
      },
      { ALT: () => this.SUBRULE1(this.value) },
    ]);
  });

  readonly prefix = this.RULE('prefix', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Minus) }, { ALT: () => this.CONSUME(t.Not) }]);
  });

  readonly value = this.RULE('value', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.NumberLiteral) },
      { ALT: () => this.CONSUME(t.TextLiteral) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.SUBRULE(this.tuple) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.choice) },
      { ALT: () => this.SUBRULE(this.comprehension) },
    ]);
    this.MANY({
      GATE: () => this.ahead(1, t.Dot) || this.onSameLine(),
      DEF: () => this.SUBRULE(this.suffix),
    });
  });

  readonly suffix = this.RULE('suffix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.OPTION(() =>
            this.OR1([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.CONSUME(t.NumberLiteral) }]),
          );
        },
      },
      { ALT: () => this.SUBRULE(this.arguments) },
      { ALT: () => this.SUBRULE(this.index) },
    ]);
  });

  // ---- brackets

  readonly tuple = this.RULE('tuple', () => {
    this.CONSUME(t.LParen);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.item) }]));
    this.CONSUME(t.RParen);
  });

  readonly list = this.RULE('list', () => {
    this.CONSUME(t.LSquare);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.item) }]));
    this.CONSUME(t.RSquare);
  });

  readonly item = this.RULE('item', () => {
    this.OR({
      ...inOrder,
      DEF: [
        { GATE: () => this.startsExpression(), ALT: () => this.SUBRULE(this.expression) },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION({ GATE: () => !this.startsExpression(), DEF: () => this.SUBRULE1(this.junkInList) });
  });

  readonly arguments = this.RULE('arguments', () => {
    this.CONSUME(t.LParen);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.argument) }]));
    this.CONSUME(t.RParen);
  });

  /** `value`, `name=value`, `in -> out` */
  readonly argument = this.RULE('argument', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          GATE: () => this.ahead(2, t.Equals),
          ALT: () => {
            this.CONSUME(t.Name);
            this.CONSUME(t.Equals);
            this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.arrow) });
          },
        },
        { GATE: () => this.startsExpression(), ALT: () => this.SUBRULE1(this.arrow) },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION1({ GATE: () => !this.startsExpression(), DEF: () => this.SUBRULE1(this.junkInList) });
  });

  readonly arrow = this.RULE('arrow', () => {
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(t.Arrow);
      this.OPTION1({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE1(this.expression) });
    });
  });

  readonly index = this.RULE('index', () => {
    this.CONSUME(t.LSquare);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.indexItem) }]));
    this.CONSUME(t.RSquare);
  });

  /** `0`, `1:3`, `:` */
  readonly indexItem = this.RULE('indexItem', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          GATE: () => this.startsExpression(),
          ALT: () => {
            this.SUBRULE(this.chain);
            this.OPTION(() => this.SUBRULE(this.sliceEnd));
          },
        },
        { ALT: () => this.SUBRULE1(this.sliceEnd) },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION1({ GATE: () => !this.startsExpression(), DEF: () => this.SUBRULE1(this.junkInList) });
  });

  readonly sliceEnd = this.RULE('sliceEnd', () => {
    this.CONSUME(t.Colon);
    this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.chain) });
  });

  // ---- compound expressions

  /** `if c { a } else if d { b } else { e }` */
  readonly choice = this.RULE('choice', () => {
    this.SUBRULE(this.branch);
    this.MANY({
      GATE: () => this.ahead(2, t.If),
      DEF: () => {
        this.CONSUME(t.Else);
        this.SUBRULE1(this.branch);
      },
    });
    this.OPTION(() => {
      this.CONSUME1(t.Else);
      this.OPTION1(() => this.SUBRULE(this.block));
    });
  });

  readonly branch = this.RULE('branch', () => {
    this.CONSUME(t.If);
    this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.expression) });
    this.OPTION1(() => this.SUBRULE(this.block));
  });

  /** `for c in C, y in H { … }` */
  readonly comprehension = this.RULE('comprehension', () => {
    this.CONSUME(t.For);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.variable) }]));
    this.OPTION(() => this.SUBRULE(this.block));
  });

  readonly variable = this.RULE('variable', () => {
    this.CONSUME(t.Name);
    this.OPTION(() => this.CONSUME(t.In));
    this.OPTION1({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.expression) });
  });
}
