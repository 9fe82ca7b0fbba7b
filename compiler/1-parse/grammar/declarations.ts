/** The grammar of files and declarations: the whole parser. */
import * as t from '../tokens.ts';
import { inOrder } from './base.ts';
import { BodyGrammar } from './bodies.ts';

export class NetGrammar extends BodyGrammar {
  constructor(validate = false) {
    super(validate);
    this.performSelfAnalysis();
  }

  readonly module = this.RULE('module', () => {
    this.MANY(() =>
      this.OR([{ ALT: () => this.CONSUME(t.Terminator) }, { ALT: () => this.SUBRULE(this.declaration) }]),
    );
  });

  readonly declaration = this.RULE('declaration', () => {
    this.OR({
      ...inOrder,
      DEF: [
        { ALT: () => this.SUBRULE(this.import) },
        { ALT: () => this.SUBRULE(this.const) },
        { ALT: () => this.SUBRULE(this.callable) },
        { ALT: () => this.SUBRULE(this.dataset) },
        { ALT: () => this.SUBRULE(this.train) },
        { ALT: () => this.SUBRULE(this.junk) },
      ],
    });
    this.OPTION(() => this.SUBRULE1(this.junk));
  });

  /** `import { A, B } from "./file.net"` */
  readonly import = this.RULE('import', () => {
    this.CONSUME(t.Import);
    this.OPTION(() => this.OR([{ ALT: () => this.SUBRULE(this.importNames) }, { ALT: () => this.CONSUME(t.Name) }]));
    this.OPTION1(() => this.CONSUME(t.From));
    this.OPTION2(() => this.CONSUME(t.TextLiteral));
  });

  readonly importNames = this.RULE('importNames', () => {
    this.CONSUME(t.LCurly);
    this.SUBRULE(this.importList);
    this.CONSUME(t.RCurly);
  });

  /** Names may stand one a line, too. */
  readonly importList = this.RULE('importList', () => {
    this.MANY(() => this.OR([{ ALT: () => this.CONSUME(t.Terminator) }, { ALT: () => this.SUBRULE(this.importLine) }]));
  });

  readonly importLine = this.RULE('importLine', () => {
    this.AT_LEAST_ONE(() =>
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

  readonly const = this.RULE('const', () => {
    this.CONSUME(t.Const);
    this.OPTION(() => this.CONSUME(t.Name));
    this.OPTION1(() => this.SUBRULE(this.annotation));
    this.OPTION2(() => this.SUBRULE(this.assignment));
  });

  /** Everything with parameters and a body. */
  readonly callable = this.RULE('callable', () => {
    this.OPTION(() => this.CONSUME(t.Intrinsic));
    this.OR([
      { ALT: () => this.CONSUME(t.Fn) },
      { ALT: () => this.CONSUME(t.Layer) },
      { ALT: () => this.CONSUME(t.Model) },
      { ALT: () => this.CONSUME(t.Augment) },
      { ALT: () => this.CONSUME(t.Optimizer) },
    ]);
    this.OPTION1(() => this.CONSUME(t.Name));
    this.MANY(() => this.SUBRULE(this.parameters));
    this.OPTION2(() => this.SUBRULE(this.result));
    this.MANY1(() => this.SUBRULE(this.where));
    this.OPTION3(() => this.SUBRULE(this.block));
  });

  /** `-> f32[N, 10]` */
  readonly result = this.RULE('result', () => {
    this.CONSUME(t.Arrow);
    this.OPTION({ GATE: () => !this.ahead(1, t.Where), DEF: () => this.SUBRULE(this.type) });
  });

  /** `where condition else "message"` */
  readonly where = this.RULE('where', () => {
    this.CONSUME(t.Where);
    this.OPTION({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.expression) });
    this.OPTION1(() => {
      this.CONSUME(t.Else);
      this.OPTION2(() => this.CONSUME(t.TextLiteral));
    });
  });

  readonly dataset = this.RULE('dataset', () => {
    this.CONSUME(t.Dataset);
    this.OPTION(() => this.CONSUME(t.Name));
    this.OPTION1(() => this.SUBRULE(this.entries));
  });

  /** `train [Name:] Model(config…) on Dataset { … }` */
  readonly train = this.RULE('train', () => {
    this.CONSUME(t.Train);
    this.OPTION({
      GATE: () => !(this.ahead(1, t.On) && this.ahead(2, t.Name)),
      DEF: () => this.CONSUME(t.Name),
    });
    this.OPTION1(() => {
      this.CONSUME(t.Colon);
      this.OPTION2({
        GATE: () => !(this.ahead(1, t.On) && this.ahead(2, t.Name)),
        DEF: () => this.CONSUME1(t.Name),
      });
    });
    this.OPTION3(() => this.SUBRULE(this.arguments));
    this.OPTION4(() =>
      this.OR({
        ...inOrder,
        DEF: [
          {
            ALT: () => {
              this.CONSUME(t.On);
              this.OPTION5(() => this.CONSUME2(t.Name));
            },
          },
          // `train Net Digits` without its `on`
          { ALT: () => this.CONSUME3(t.Name) },
        ],
      }),
    );
    this.OPTION6(() => this.SUBRULE(this.entries));
  });

  /** The settings of a data set, of one of its splits or of a training. */
  readonly entries = this.RULE('entries', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.CONSUME(t.Terminator) },
        { ALT: () => this.CONSUME(t.Comma) },
        { ALT: () => this.SUBRULE(this.entry) },
      ]),
    );
    this.CONSUME(t.RCurly);
  });

  readonly entry = this.RULE('entry', () => {
    this.OR({
      ...inOrder,
      DEF: [
        {
          GATE: () => this.ahead(2, t.LCurly),
          ALT: () => {
            this.CONSUME(t.Sample);
            this.SUBRULE(this.fields);
          },
        },
        {
          ALT: () => {
            this.CONSUME(t.Name);
            this.OPTION(() =>
              this.OR1([
                { ALT: () => this.SUBRULE(this.assignment) },
                {
                  ALT: () => {
                    this.CONSUME(t.Colon);
                    this.OPTION1({ GATE: () => this.startsExpression(), DEF: () => this.SUBRULE(this.expression) });
                  },
                },
                { ALT: () => this.SUBRULE(this.entries) },
              ]),
            );
          },
        },
        { ALT: () => this.SUBRULE(this.junkInList) },
      ],
    });
    this.OPTION2(() => this.SUBRULE1(this.junkInList));
  });

  /** `{ image: u8[1, 28, 28], label: class(10) }` */
  readonly fields = this.RULE('fields', () => {
    this.CONSUME(t.LCurly);
    this.MANY(() =>
      this.OR([
        { ALT: () => this.CONSUME(t.Terminator) },
        { ALT: () => this.CONSUME(t.Comma) },
        { ALT: () => this.SUBRULE(this.parameter) },
      ]),
    );
    this.CONSUME(t.RCurly);
  });
}
