/** Syntax errors, drawn under the source: one for each root cause, each in its place. */
import { describe, expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { printModule } from '../../compiler/1-parse/print.ts';
import { applyFixes, expectSyntaxErrors } from './drawn.ts';

test('every error of a file is reported, and only once', () => {
  expectSyntaxErrors(`import Foo from "./x.net"
       ^^^ E0101: an import's names stand in \`{ }\`
import { A B } from "y"
          ^ E0106: a \`,\` is missing between \`A\` and \`B\`
model Net(image f32[N, 8]) -> f32[N, 4 {
               ^ E0109: a \`:\` is missing between \`image\` and its type
                                      ^ E0102: expected \`]\` to close the \`[\` opened at line 3
  let x = image |> fc1: Linear(1152 -> 64 |> relu
                                         ^ E0102: expected \`)\` to close the \`(\` opened at line 4
  let (a, b = split(x)
                      ^ E0102: expected \`)\` to close the \`(\` opened at line 5
  y = 3
  ^ E0112: \`y = …\` lacks its \`let\`
  return x
  ^^^^^^ E0112: there is no \`return\`: the value of a body is its last expression
}

layer L(width: int)(x: f32[...]) -> Tensor {
                              ^ E0107: \`...\` needs a name
                                    ^^^^^^ E0109: there is no type \`Tensor\`
  let z = x +
             ^ E0108: \`+\` needs a value
  let if = 3
      ^^ E0107: \`if\` is a word of the language and can't be a name
  f(a=, b -> , , c)
      ^ E0108: \`a=\` needs a value
            ^ E0108: \`->\` needs a value
               ^ E0106: nothing stands between this \`,\` and the one before it, or the bracket
  for c C { 1 }
       ^ E0101: \`in\` is missing after \`c\`
  x |>
      ^ E0108: \`|>\` needs a function or a layer after it
}

train Net Fashion {
         ^ E0113: this \`train\` does not say \`on\` which data set
  batch 64
       ^ E0108: \`batch\` needs a value
  loss = cross_entropy(output, label) metrics = [1]
                                      ^^^^^^^ E0101: did not expect \`metrics\` here
  input: to_float(image)
       ^ E0101: a setting is given with \`=\`: \`input = …\`
  seed =
        ^ E0108: \`seed =\` needs a value
  epochs = 3
}
modle X(x: f32[]) { x }
^^^^^ E0111: no declaration begins with \`modle\`
foo bar baz {
^^^^^^^^^^^^^ E0111: a declaration is expected here
  let = 3
}
def g(x: f32) { x }
^^^ E0111: no declaration begins with \`def\``);
});

describe('brackets', () => {
  test('a forgotten one costs a line, not the file', () => {
    const { module } = expectSyntaxErrors(`model A(x: f32[N]) -> f32[N] {
  x |> a: Linear(8, bias=true
                             ^ E0102: expected \`)\` to close the \`(\` opened at line 2
    |> b: Linear(4)
}
model B(x: f32[N]) -> f32[N] { x }`);
    expect(printModule(module)).toContain('(missing (|> (|> x a:(Linear 8 bias=true)) b:(Linear 4)))');
    expect(module.declarations).toHaveLength(2);
  });

  test('an argument list over several lines ends where it ends', () => {
    expectSyntaxErrors(`fn f(x: f32[N]) {
  let y = g(x,
    a=1,
    b=[1, 2]
            ^ E0102: expected \`)\` to close the \`(\` opened at line 2
  let z = y
  z
}`);
  });

  test('a body that is not closed ends before the next declaration', () => {
    const { module } = expectSyntaxErrors(`fn f(x: f32[N]) {
  relu(x)
         ^ E0102: expected \`}\` to close the \`{\` opened at line 1

fn g(x: f32[N]) { x }`);
    expect(module.declarations.map(({ kind }) => kind)).toEqual(['fn', 'fn']);
  });

  test('one of the wrong kind, one too many', () => {
    expectSyntaxErrors(`fn f(x: f32[N]) {
  let a = [1, 2)
               ^ E0103: \`)\` can't close the \`[\` opened at line 2
  let b = relu(x))
                 ^ E0103: \`)\` closes nothing
  let c = [relu(x)), relu(b)]
                  ^ E0103: \`)\` closes nothing
  b
}
}
^ E0103: \`}\` closes nothing`);
  });
});

describe('characters and strings', () => {
  test('spellings of other languages are read as meant', () => {
    const { module } = expectSyntaxErrors(`# comment
^ E0105: a comment begins with \`//\`, not with \`#\`
/* comment */
^^ E0105: a comment begins with \`//\`, not with \`/*\`
const a = b && !c || d
            ^^ E0105: \`&&\` is not part of the language
               ^ E0105: \`!\` is not part of the language
                  ^^ E0105: \`||\` is not part of the language
const e = 'it\\'s "x"'
          ^^^^^^^^^^^ E0105: strings are written in double quotes, not in \`'\``);
    expect(printModule(module)).toBe('(const a\n  (or (and b (not c)) d))\n(const e\n  "it\'s \\"x\\"")');
  });

  test('unknown characters', () => {
    expectSyntaxErrors(`const a = 1 ? 2
            ^ E0105: the character \`?\` is not part of the language
const größe = 1
        ^^ E0105: the character \`ö\` is not part of the language
const b = 1\u0000
           ^ E0105: the character U+0000 is not part of the language`);
  });

  test('a string without an end keeps the brackets after it', () => {
    const { module } = expectSyntaxErrors(`const a = f("x)
            ^^ E0104: this string does not end on its line
const b = "\\q"
           ^^ E0115: \`\\q\` means nothing in a string`);
    expect(printModule(module)).toBe('(const a\n  (missing (f "x")))\n(const b\n  "\\\\q")');
  });

  test('numbers', () => {
    expectSyntaxErrors(`const a = [5x, 0x1F, 1., 1.5.2, .5, 1e999, 9007199254740993, 1_000]
           ^^ E0110: \`5x\` is neither a number nor a name
               ^^^^ E0110: \`0x1F\` is neither a number nor a name
                     ^^ E0110: \`1.\` is not a number
                         ^^^^^ E0110: \`1.5.2\` is not a number
                                ^^ E0110: \`.5\` is not a number
                                    ^^^^^ E0110: this number is too large
                                           ^^^^^^^^^^^^^^^^ E0110: this number is too large
                                                             ^^^^^ E0110: \`1_000\` is neither a number nor a name`);
  });
});

describe('declarations', () => {
  test('parts that are missing or too many', () => {
    expectSyntaxErrors(`layer
     ^ E0107: \`layer\` needs a name
model M
       ^ E0113: this \`model\` lacks its inputs
fn f(x: f32[]) -> { x }
                 ^ E0109: \`->\` needs a type
fn g(x: f32[])(y: f32[]) { x }
              ^^^^^^^^^^ E0113: a \`fn\` has one group of parameters
intrinsic fn h(x: f32[]) { x }
                         ^ E0113: an intrinsic function has no body
optimizer O(p: f32[...S]) -> f32[] { update p = p }
                          ^^^^^^^^ E0113: an optimizer has no result: it updates its parameter
fn w(x: f32[N]) where N > 1 { x }
                           ^ E0113: this \`where\` lacks \`else\` and a message for when it does not hold
import { }
          ^ E0107: \`import\` needs the names to import
import { A } "./a.net"
             ^ E0113: this import lacks \`from\`
const c
       ^ E0108: \`const c\` needs a value
dataset D
         ^ E0113: this \`dataset\` lacks its settings
train M
       ^ E0113: this \`train\` does not say \`on\` which data set
train on D { loss = a }
     ^ E0107: \`train\` needs a name`);
  });

  test('types', () => {
    expectSyntaxErrors(`fn f(a, b: , c: int[N], d: class, e: (int int), g: f32[N C], h: f32[, N]) { a }
      ^ E0109: \`a\` needs a type
          ^ E0109: \`:\` needs a type
                ^^^ E0109: a tensor's elements can't be \`int\`
                           ^^^^^ E0109: \`class\` needs the number of classes
                                         ^ E0106: a \`,\` is missing between \`int\` and \`int\`
                                                        ^ E0106: a \`,\` is missing between \`N\` and \`C\`
                                                                    ^ E0106: nothing stands between this \`,\` and the one before it, or the bracket`);
  });
});

describe('what is damaged is kept from the checker', () => {
  test('names stay declared, values are missing', () => {
    const { module } = expectSyntaxErrors(`fn f(x: f32[N]) {
  let a = x + * 2
             ^ E0108: \`+\` needs a value
  let b: f32[N = x
              ^ E0102: expected \`]\` to close the \`[\` opened at line 3
  let c = relu(x)
  c
}`);
    const tree = printModule(module);
    expect(tree).toContain('(let a (missing');
    expect(tree).toContain('(let b (missing) x)');
    expect(tree).toContain('(let c (relu x))');
  });

  test('a comma that is missing is no damage', () => {
    const { module } = expectSyntaxErrors(`const a = f(1 b=2)
             ^ E0106: a \`,\` is missing between \`1\` and \`b=2\``);
    expect(printModule(module)).toBe('(const a\n  (f 1 b=2))');
  });
});

test('the fixes mend what they are offered for', () => {
  const text = `import Foo from "./x.net"
const a = [1 2,, 3]
const b = .5
const c = 1.
const d = not (a && b)
const e = 'text'
const f = "C:\\data"
const g = 0 < a < 1
const h = (1 + 2
const i = relu(x))
fn j(x float[N]) -> f32[N] {
  y = x
  return y
}
train A B {
  batch: 64
}
func k(x: f32[N]) { x }
# comment
const l: int = "text`;
  let mended = text;
  // A type that is misspelt is seen once its colon stands.
  for (let round = 0; round < 3; round++) {
    mended = applyFixes(mended, parse({ path: 'main.net', text: mended }).diagnostics);
  }
  expect(mended).toBe(`import { Foo } from "./x.net"
const a = [1, 2, 3]
const b = 0.5
const c = 1.0
const d = not (a and b)
const e = "text"
const f = "C:\\\\data"
const g = 0 < a and a < 1
const h = (1 + 2)
const i = relu(x)
fn j(x: f32[N]) -> f32[N] {
  let y = x
  y
}
train A on B {
  batch = 64
}
fn k(x: f32[N]) { x }
// comment
const l = "text"`);
  expect(parse({ path: 'main.net', text: mended }).diagnostics).toEqual([]);
});
