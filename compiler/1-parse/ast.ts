/**
 * The syntax tree: what the parser makes of a `.net` file, every node with its span.
 * Holds no types and no resolved names; those are the checker's (`2-check/typed.ts`).
 */
import type { SourceFile, Span } from '../diagnostics/diagnostic.ts';

export interface Identifier {
  readonly name: string;
  readonly span: Span;
}

export interface SourceModule {
  readonly file: SourceFile;
  readonly declarations: readonly Declaration[];
  /** Names that the file declares in a way that could not be read: the checker lets every use of them pass. */
  readonly unreadable: readonly Identifier[];
  /** Comments in source order (without `///` documentation, which stands on its declaration). */
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly text: string;
  readonly span: Span;
}

// ---- declarations -------------------------------------------------------------------------------------------------

export type Declaration =
  | ImportDeclaration
  | ConstDeclaration
  | FnDeclaration
  | LayerDeclaration
  | AugmentDeclaration
  | OptimizerDeclaration
  | DatasetDeclaration
  | TrainDeclaration;

export interface ImportDeclaration {
  readonly kind: 'import';
  readonly names: readonly Identifier[];
  readonly path: string;
  readonly pathSpan: Span;
  readonly span: Span;
}

export interface ConstDeclaration {
  readonly kind: 'const';
  readonly doc: string;
  readonly name: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

/** One configuration parameter or one input: `kernel: (int, int)`, `stride: (int, int) = 1`, `x: f32[N, C]`, `I -> out: int`. */
export interface Parameter {
  readonly name: Identifier;
  /** The `I` of `I -> out: int`: the input dimension that the argument's left side states. */
  readonly from?: Identifier;
  readonly type: TypeNode;
  readonly default?: Expression;
  readonly span: Span;
}

/** `fn name(inputs…, options…) -> type { … }`. `intrinsic fn …` (standard library only) has no body. */
export interface FnDeclaration {
  readonly kind: 'fn';
  readonly doc: string;
  readonly intrinsic: boolean;
  readonly name: Identifier;
  readonly parameters: readonly Parameter[];
  /** Absent: the body's type (for an intrinsic: the operator's own shape rule). */
  readonly result?: TypeNode;
  readonly where: readonly WhereClause[];
  readonly body?: Block;
  readonly span: Span;
}

/** `layer Name(config…)(inputs…) -> type where … { … }`, and `model`, which may leave the configuration out. */
export interface LayerDeclaration {
  readonly kind: 'layer' | 'model';
  readonly doc: string;
  readonly name: Identifier;
  readonly config: readonly Parameter[];
  readonly inputs: readonly Parameter[];
  readonly result?: TypeNode;
  readonly where: readonly WhereClause[];
  readonly body: Block;
  readonly span: Span;
}

export interface AugmentDeclaration {
  readonly kind: 'augment';
  readonly doc: string;
  readonly name: Identifier;
  readonly config: readonly Parameter[];
  readonly inputs: readonly Parameter[];
  readonly result?: TypeNode;
  readonly where: readonly WhereClause[];
  readonly body: Block;
  readonly span: Span;
}

/** `where cond else "message with {C}"`. */
export interface WhereClause {
  readonly condition: Expression;
  readonly message: string;
  readonly span: Span;
}

/** `optimizer Name(config…)(p: f32[...S], g: f32[...S], step: int) { state m = zeros() … update p = … }`. */
export interface OptimizerDeclaration {
  readonly kind: 'optimizer';
  readonly doc: string;
  readonly name: Identifier;
  readonly config: readonly Parameter[];
  readonly inputs: readonly Parameter[];
  readonly body: Block;
  readonly span: Span;
}

/** A brace-enclosed list of settings whose values are expressions, blocks of settings or sample fields. */
export interface DatasetDeclaration {
  readonly kind: 'dataset';
  readonly doc: string;
  readonly name: Identifier;
  readonly entries: readonly DatasetEntry[];
  readonly span: Span;
}

/** `sample { image: u8[1, 28, 28], label: class(10) }`, `classes = ["…"]`, `train { images = "…" … }`. */
export type DatasetEntry =
  | { readonly kind: 'sample'; readonly fields: readonly Parameter[]; readonly span: Span }
  | { readonly kind: 'setting'; readonly name: Identifier; readonly value: Expression; readonly span: Span }
  | {
      readonly kind: 'group';
      readonly name: Identifier;
      readonly entries: readonly DatasetEntry[];
      readonly span: Span;
    };

/** `train [Name:] Model(config…) on Dataset { setting = expression … }`. */
export interface TrainDeclaration {
  readonly kind: 'train';
  readonly doc: string;
  readonly name?: Identifier;
  readonly model: Identifier;
  readonly config: readonly Argument[];
  readonly dataset: Identifier;
  readonly settings: readonly { readonly name: Identifier; readonly value: Expression; readonly span: Span }[];
  readonly span: Span;
}

// ---- types --------------------------------------------------------------------------------------------------------

export type TypeNode =
  /** `f32[N, 1, 28, 28]`, `u8[1, 28, 28]`, `class(10)[N]`; `dims` is absent where no bracket was written. */
  | {
      readonly kind: 'tensor';
      readonly element: ElementNode;
      readonly dims?: readonly DimensionNode[];
      readonly span: Span;
    }
  | { readonly kind: 'scalar'; readonly name: 'int' | 'float' | 'bool' | 'string'; readonly span: Span }
  | { readonly kind: 'tuple'; readonly items: readonly TypeNode[]; readonly span: Span }
  /** `float..float` */
  | { readonly kind: 'range'; readonly from: TypeNode; readonly to: TypeNode; readonly span: Span }
  /** What stands where the parser could not read a type; the checker passes over it silently. */
  | { readonly kind: 'missing'; readonly span: Span };

export type ElementNode =
  | { readonly kind: 'named'; readonly name: 'f32' | 'f16' | 'i32' | 'u8' | 'bool'; readonly span: Span }
  | { readonly kind: 'class'; readonly count: Expression; readonly span: Span };

export type DimensionNode =
  /** `...S` */
  | { readonly kind: 'spread'; readonly name: Identifier; readonly span: Span }
  | { readonly kind: 'size'; readonly value: Expression; readonly span: Span };

// ---- statements ---------------------------------------------------------------------------------------------------

export interface Block {
  readonly statements: readonly Statement[];
  /** The block's value: its last expression. Absent in optimizers' bodies and after a syntax error. */
  readonly result?: Expression;
  readonly span: Span;
}

export type Statement =
  | {
      readonly kind: 'let';
      /** One name, or several for a tuple: `let (a, b) = …`. */
      readonly names: readonly Identifier[];
      readonly type?: TypeNode;
      readonly value: Expression;
      readonly span: Span;
    }
  /** `param weight: f32[out, in] = kaiming_uniform()`, `buffer …`, `state m = zeros()`. */
  | {
      readonly kind: 'param' | 'buffer' | 'state';
      readonly doc: string;
      readonly name: Identifier;
      readonly type?: TypeNode;
      readonly value: Expression;
      readonly span: Span;
    }
  | { readonly kind: 'update'; readonly name: Identifier; readonly value: Expression; readonly span: Span }
  /** An expression whose value is not used: always an error for the checker, kept so that it can say so. */
  | { readonly kind: 'expression'; readonly value: Expression; readonly span: Span };

// ---- expressions --------------------------------------------------------------------------------------------------

export type UnaryOperator = '-' | 'not';
export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '@' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

/** `value`, `name=value`; `in -> out` is an argument whose value is an `arrow` expression. */
export interface Argument {
  readonly name?: Identifier;
  readonly value: Expression;
  readonly span: Span;
}

export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly integer: boolean; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'bool'; readonly value: boolean; readonly span: Span }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  /** `padding.0`, `stats.mean`; a numeric member has its index as the name. */
  | { readonly kind: 'member'; readonly object: Expression; readonly member: Identifier; readonly span: Span }
  | {
      readonly kind: 'call';
      readonly callee: Expression;
      readonly arguments: readonly Argument[];
      /** From `(` to `)`. */
      readonly argumentsSpan: Span;
      readonly span: Span;
    }
  | {
      readonly kind: 'index';
      readonly object: Expression;
      readonly indices: readonly IndexItem[];
      readonly span: Span;
    }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression; readonly span: Span }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly operatorSpan: Span;
      readonly span: Span;
    }
  /** `1 -> 32`, only as an argument. */
  | { readonly kind: 'arrow'; readonly from: Expression; readonly to: Expression; readonly span: Span }
  /** `0.08..1.0` */
  | { readonly kind: 'range'; readonly from: Expression; readonly to: Expression; readonly span: Span }
  /** `input |> stage` */
  | { readonly kind: 'pipe'; readonly input: Expression; readonly stage: Expression; readonly span: Span }
  /** `conv1: Conv2d(…)` */
  | { readonly kind: 'named'; readonly name: Identifier; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[]; readonly span: Span }
  /** `[A, B, 3 * Block(64)]`: a sequence of layers, or a list of values. */
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly span: Span }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: Block;
      readonly else?: Block;
      readonly span: Span;
    }
  /** `for c in C, y in H { … }` */
  | {
      readonly kind: 'for';
      readonly variables: readonly { readonly name: Identifier; readonly extent: Expression }[];
      readonly body: Block;
      readonly span: Span;
    }
  /**
   * What stands where the parser could not read an expression; the checker passes over it silently. `partial` is as much
   * of it as could be read, for editors.
   */
  | { readonly kind: 'missing'; readonly partial?: Expression; readonly span: Span };

/** `x[0]`, `x[1:3]`, `x[:, 0]`. */
export type IndexItem =
  | { readonly kind: 'at'; readonly value: Expression; readonly span: Span }
  | { readonly kind: 'slice'; readonly from?: Expression; readonly to?: Expression; readonly span: Span };
