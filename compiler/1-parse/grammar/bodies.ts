/** The grammar of types, parameters, blocks and statements. */
import * as t from '../tokens.ts';
import { inOrder } from './base.ts';
import { ExpressionGrammar } from './expressions.ts';

const isTypeName = (word: string): boolean => /^(f32|f16|i32|u8|bool|int|float|string|class)$/.test(word);

export abstract class BodyGrammar extends ExpressionGrammar {
  // ---- types

  readonly type = this.RULE('type', () => {
    this.SUBRULE(this.simpleType);
    this.OPTION(() => {
      this.CONSUME(t.Range);
      this.OPTION1(() => this.SUBRULE1(this.simpleType));
    });
  });

  readonly simpleType = this.RULE('simpleType', () => {
    this.OR({
      ...inOrder,
      DEF: [
        { ALT: () => this.SUBRULE(this.tupleType) },
        {
          ALT: () => {
            this.CONSUME(t.Class);
            this.OPTION(() => this.SUBRULE(this.tuple));
            this.OPTION1(() => this.SUBRULE(this.dimensions));
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Name);
            this.OPTION2(() => this.SUBRULE1(this.dimensions));
          },
        },
      ],
    });
  });

  readonly tupleType = this.RULE('tupleType', () => {
    this.CONSUME(t.LParen);
    this.MANY(() =>
      this.OR({
        ...inOrder,
        DEF: [
          { ALT: () => this.CONSUME(t.Comma) },
          { ALT: () => this.SUBRULE(this.type) },
          { ALT: () => this.SUBRULE(this.junkInList) },
        ],
      }),
    );
    this.CONSUME(t.RParen);
  });

  readonly dimensions = this.RULE('dimensions', () => {
    this.CONSUME(t.LSquare);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.dimension) }]));
    this.CONSUME(t.RSquare);
  });

  readonly dimension = this.RULE('dimension', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Spread);
            this.OPTION(() => this.CONSUME(t.Name));
          },
        },
        { GATE: () => this.startsExpression(), ALT: () => this.SUBRULE(this.chain) },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION1({ GATE: () => !this.startsExpression(), DEF: () => this.SUBRULE1(this.junkInList) });
  });

  // ---- parameters

  readonly parameters = this.RULE('parameters', () => {
    this.CONSUME(t.LParen);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Comma) }, { ALT: () => this.SUBRULE(this.parameter) }]));
    this.CONSUME(t.RParen);
  });

  /** `x: f32[N, C]`, `stride: (int, int) = 1`, `I -> out: int` */
  readonly parameter = this.RULE('parameter', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          ALT: () => {
            this.CONSUME(t.Name);
            this.OPTION(() => {
              this.CONSUME(t.Arrow);
              this.OPTION1(() => this.CONSUME1(t.Name));
            });
            this.OPTION2(() =>
              this.OR1({
                ...inOrder,
                DEF: [
                  { ALT: () => this.SUBRULE(this.annotation) },
                  // `x f32[N]` without its colon
                  { GATE: () => isTypeName(this.LA(1).image), ALT: () => this.SUBRULE(this.type) },
                ],
              }),
            );
            this.OPTION3(() => this.SUBRULE(this.assignment));
          },
        },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION4({ GATE: () => !this.ahead(1, t.Name), DEF: () => this.SUBRULE1(this.junkInList) });
  });

  /** `: f32[N, 10]` */
  readonly annotation = this.RULE('annotation', () => {
    this.CONSUME(t.Colon);
    this.OPTION(() => this.SUBRULE(this.type));
  });

  /** `= value` */
  readonly assignment = this.RULE('assignment', () => {
    this.CONSUME(t.Equals);
    this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.expression) });
  });

  // ---- blocks

  readonly block = this.RULE('block', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Terminator) }, { ALT: () => this.SUBRULE(this.statement) }]));
    this.CONSUME(t.RCurly);
  });

  readonly statement = this.RULE('statement', () => {
    this.OR({
      ...inOrder,
      DEF: [
        { ALT: () => this.SUBRULE(this.binding) },
        { GATE: () => this.ahead(2, t.Name, t.Equals), ALT: () => this.SUBRULE(this.slot) },
        { GATE: () => this.ahead(2, t.Equals), ALT: () => this.SUBRULE(this.bareAssignment) },
        { GATE: () => this.startsExpression(), ALT: () => this.SUBRULE(this.expression) },
        { ALT: () => this.SUBRULE(this.junk) },
      ],
    });
    this.OPTION(() => this.SUBRULE1(this.junk));
  });

  /** `h = …`, which lacks its `let`. */
  readonly bareAssignment = this.RULE('bareAssignment', () => {
    this.CONSUME(t.Name);
    this.SUBRULE(this.assignment);
  });

  /** `let h: f32[N, 8] = …`, `let (a, b) = …` */
  readonly binding = this.RULE('binding', () => {
    this.CONSUME(t.Let);
    this.OPTION(() => this.OR([{ ALT: () => this.CONSUME(t.Name) }, { ALT: () => this.SUBRULE(this.nameList) }]));
    this.OPTION1(() => this.SUBRULE(this.annotation));
    this.OPTION2(() => this.SUBRULE(this.assignment));
  });

  readonly nameList = this.RULE('nameList', () => {
    this.CONSUME(t.LParen);
    this.SUBRULE(this.names);
    this.CONSUME(t.RParen);
  });

  readonly names = this.RULE('names', () => {
    this.MANY(() =>
      this.OR({
        ...inOrder,
        DEF: [
          { ALT: () => this.CONSUME(t.Comma) },
          { ALT: () => this.CONSUME(t.Name) },
          { ALT: () => this.SUBRULE(this.junkInList) },
        ],
      }),
    );
  });

  /** `param weight: f32[out, in] = …`, `buffer …`, `state …`, `update p = …` */
  readonly slot = this.RULE('slot', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Param) },
      { ALT: () => this.CONSUME(t.Buffer) },
      { ALT: () => this.CONSUME(t.State) },
      { ALT: () => this.CONSUME(t.Update) },
    ]);
    this.OPTION(() => this.CONSUME(t.Name));
    this.OPTION1(() => this.SUBRULE(this.annotation));
    this.OPTION2(() => this.SUBRULE(this.assignment));
  });
}
