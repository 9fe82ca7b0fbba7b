/** The tree of one example of every construct. */
import { expect, test } from 'vitest';
import { parse } from '../../compiler/1-parse/index.ts';
import { printModule } from '../../compiler/1-parse/print.ts';

function tree(text: string): string {
  const { module, diagnostics } = parse({ path: 'main.net', text });
  expect(diagnostics.map(({ code, message }) => `${code}: ${message}`)).toEqual([]);
  return printModule(module);
}

/** The tree of an expression. */
const value = (text: string): string => tree(`const it = ${text}`).replace(/^\(const it\n {2}|\)$/g, '');

/** The tree of a body. */
const body = (text: string): string => {
  const whole = tree(`fn f(x: f32[]) {\n${text}\n}`);
  return whole.slice(whole.indexOf('{'), -1).replace(/^ +/gm, '');
};

test.each([
  ['64', '64'],
  ['0.5', '0.5'],
  ['1e-4', '0.0001'],
  ['2.0', '2.0'],
  ['1e5', '100000.0'],
  ['true', 'true'],
  ['"a \\"b\\" \\\\ \\n"', '"a \\"b\\" \\\\ \\n"'],
  ['a + b * c - d', '(- (+ a (* b c)) d)'],
  ['a @ b % c / d', '(/ (% (@ a b) c) d)'],
  ['(a + b) * c', '(* (+ a b) c)'],
  ['-a * -b', '(* (- a) (- b))'],
  ['- -a', '(- (- a))'],
  ['a - -1', '(- a (- 1))'],
  ['not a == b and c', '(and (not (== a b)) c)'],
  ['not not a or b', '(or (not (not a)) b)'],
  ['a or b and c < d + 1', '(or a (and b (< c (+ d 1))))'],
  ['a <= b', '(<= a b)'],
  ['a != b', '(!= a b)'],
  ['0.08..1.0', '(.. 0.08 1.0)'],
  ['0..n + 1', '(.. 0 (+ n 1))'],
  ['padding.0', 'padding.0'],
  ['t.0.1', 't.0.1'],
  ['t.0..1', '(.. t.0 1)'],
  ['stats.mean', 'stats.mean'],
  ['f()', '(f)'],
  ['f(a, b=1, 1 -> 32,)', '(f a b=1 (-> 1 32))'],
  ['f(1)(2).x[0]', '(index ((f 1) 2).x 0)'],
  ['x[0, 1:3, :, 2:, :n]', '(index x 0 1:3 : 2: :n)'],
  ['(a)', 'a'],
  ['(a, b)', '(tuple a b)'],
  ['(a,)', '(tuple a)'],
  ['()', '(tuple)'],
  ['[A, B, 3 * Block(64)]', '[A B (* 3 (Block 64))]'],
  ['[]', '[]'],
  ['a + b |> relu', '(|> (+ a b) relu)'],
  ['x |> fc: Linear(10) |> relu', '(|> (|> x fc:(Linear 10)) relu)'],
  ['(q, k, v) |> attn: Attention(heads=12)', '(|> (tuple q k v) attn:(Attention heads=12))'],
  ['x |> layer1: [a: A(1), B]', '(|> x layer1:[a:(A 1) B])'],
  ['if a { 1 } else { 2 }', '(if a {1} {2})'],
  ['if a { 1 } else if b { 2 } else { 3 }', '(if a {1} {(if b {2} {3})})'],
  ['1 + if a { 1 } else { 2 }', '(+ 1 (if a {1} {2}))'],
  ['for c in C, y in H + 1 { image[c, y] }', '(for (c C) (y (+ H 1)) {(index image c y)})'],
  [
    'input + loss + test + sample + state + class + on',
    '(+ (+ (+ (+ (+ (+ input loss) test) sample) state) class) on)',
  ],
])('expression %s', (text, expected) => expect(value(text)).toBe(expected));

test.each([
  ['let a = 1\na', '{\n(let a 1)\na\n}'],
  ['let a: f32[N, 2 * C] = x; a', '{\n(let a f32[N (* 2 C)] x)\na\n}'],
  ['let (a, b) = split(x)\na + b', '{\n(let (a b) (split x))\n(+ a b)\n}'],
  ['/// The weight.\nparam w: f32[out] = ones()\nw', '{\n(param w f32[out] (ones) (doc "The weight."))\nw\n}'],
  ['buffer mean: f32[C] = zeros()\nupdate mean = x', '{\n(buffer mean f32[C] (zeros))\n(update mean x)\n}'],
  ['state m = zeros()', '{(state m (zeros))}'],
  ['state', '{state}'],
  ['update |> relu', '{(|> update relu)}'],
  ['if a {\n let b = 1\n param c: f32[] = x\n b }\nelse\n{ 2 }', '{(if a {(let b 1) (param c f32[] x) b} {2})}'],
  ['a\nb', '{\n(unused a)\nb\n}'],
])('statements %j', (text, expected) => expect(body(text)).toBe(expected));

test.each([
  ['a\n|> relu\n|> tanh', '{(|> (|> a relu) tanh)}'],
  ['a\n+ b', '{(+ a b)}'],
  ['a\nand b', '{(and a b)}'],
  ['a\n- b', '{(- a b)}'],
  ['a\n-b', '{\n(unused a)\n(- b)\n}'],
  ['a +\nb', '{(+ a b)}'],
  ['let a =\n b\na', '{\n(let a b)\na\n}'],
  ['f\n(a)', '{\n(unused f)\na\n}'],
  ['f\n[a]', '{\n(unused f)\n[a]\n}'],
  ['f(\na\n,\nb\n+ c)', '{(f a (+ b c))}'],
  ['[a,\n\n-b]', '{[a (- b)]}'],
  ['(a\n-b)', '{(- a b)}'],
  ['\n\n;;a;\n', '{a}'],
  ['a // + b\n|> relu // c', '{(|> a relu)}'],
])('lines %j', (text, expected) => expect(body(text)).toBe(expected));

test.each([
  ['f32[]', 'f32[]'],
  ['f16[N, ...S]', 'f16[N ...S]'],
  ['class(10)[N]', 'class(10)[N]'],
  ['class(K)', 'class(K)'],
  ['bool[N]', 'bool[N]'],
  ['bool', 'bool'],
  ['u8[ceil(H / s), 2 * p.0]', 'u8[(ceil (/ H s)) (* 2 p.0)]'],
  ['(int, int)', '(int int)'],
  ['(int)', '(int)'],
  ['float..float', 'float..float'],
  ['string', 'string'],
])('type %s', (text, expected) => {
  expect(tree(`fn f(x: ${text}) { x }`)).toBe(`(fn f\n  (x ${expected})\n  {x})`);
});

test('imports and constants', () => {
  expect(tree('import { A, B } from "./a.net"\nimport {\n  C\n  D\n} from "b.net"\nconst width = 64')).toBe(
    '(import (A B) "./a.net")\n(import (C D) "b.net")\n(const width\n  64)',
  );
});

test('functions', () => {
  const text = `/// Twice.
/// And documented.
fn double(x: f32[...S], by: float = 2) -> f32[...S] { by * x }

intrinsic fn neg(x: f32[...S])
intrinsic fn pool(x: f32[N], kernel: (int, int) = 1,
                  stride: (int, int) = kernel) -> f32[N]`;
  expect(tree(text)).toBe(`(fn double
  (doc "Twice.\\nAnd documented.")
  (x f32[...S])
  (by float 2)
  (-> f32[...S])
  {(* by x)})
(intrinsic-fn neg
  (x f32[...S]))
(intrinsic-fn pool
  (x f32[N])
  (kernel (int int) 1)
  (stride (int int) kernel)
  (-> f32[N]))`);
});

test('layers: configuration, inputs, conditions over several lines', () => {
  const text = `layer Conv(C -> out: int, groups: int = 1)
  (x: f32[N, C])
  -> f32[N,
         out]
  where C % groups == 0
    else "groups={groups}"
  where out > 0 else "none"
{
  x
}
layer Plain(x: f32[N]) { where(x > 0, x, 0) }`;
  expect(tree(text)).toBe(`(layer Conv
  (config
    (C -> out int)
    (groups int 1))
  (inputs
    (x f32[N C]))
  (-> f32[N out])
  (where (== (% C groups) 0) "groups={groups}")
  (where (> out 0) "none")
  {x})
(layer Plain
  (inputs
    (x f32[N]))
  {(where (> x 0) x 0)})`);
});

test('models, augments, optimizers', () => {
  const text = `model M(classes: int = 10)(image: f32[N]) -> f32[N] { image }
augment A(image: f32[C, H, W]) -> f32[C, H, W] { for c in C, y in H, x in W { image[c, y, W - 1 - x] } }
optimizer O(lr: float)(p: f32[...S], g: f32[...S], step: int) {
  state m = zeros()
  update m = g
  update p = p - lr * m
}`;
  expect(tree(text)).toBe(`(model M
  (config
    (classes int 10))
  (inputs
    (image f32[N]))
  (-> f32[N])
  {image})
(augment A
  (inputs
    (image f32[C H W]))
  (-> f32[C H W])
  {(for (c C) (y H) (x W) {(index image c y (- (- W 1) x))})})
(optimizer O
  (config
    (lr float))
  (inputs
    (p f32[...S])
    (g f32[...S])
    (step int))
  {
    (state m (zeros))
    (update m g)
    (update p (- p (* lr m)))
  })`);
});

test('data sets and trainings', () => {
  const text = `dataset D {
  sample {
    image: u8[1, 28, 28]
    label: class(10)
  }
  classes = ["a", "b"]
  train { images = idx("t.gz", sha256="00"), labels = "l" }
  test {
    images = "t2"
  }
}
train Tuned: M(classes=10, size=28) on D {
  input = to_float(image)
  loss = cross_entropy(output, label)
  validate = test
}
train M on D { batch = 64, weights = pretrained("r.pth", except=[conv1, fc]) }`;
  expect(tree(text)).toBe(`(dataset D
  (sample
    (image u8[1 28 28])
    (label class(10)))
  (classes ["a" "b"])
  (group train
    (images (idx "t.gz" sha256="00"))
    (labels "l"))
  (group test
    (images "t2")))
(train Tuned (M classes=10 size=28) on D
  (input (to_float image))
  (loss (cross_entropy output label))
  (validate test))
(train (M) on D
  (batch 64)
  (weights (pretrained "r.pth" except=[conv1 fc])))`);
});

test('comments, with documentation that documents nothing', () => {
  const text = '// one\n/// stray\n\n/// of a\nconst a = 1 // two\n';
  const { module } = parse({ path: 'main.net', text });
  expect(module.comments.map((comment) => comment.text)).toEqual(['one', 'stray', 'two']);
  expect(module.declarations.map((one) => (one.kind === 'const' ? one.doc : ''))).toEqual(['of a']);
});

test('documentation is of what begins the next line, not of all that stands on it', () => {
  const text =
    '/// of a\nlayer a(x: f32[N]) { param w: f32[] = ones(); x }; fn b(x: f32[N]) { x }\n/// of c\n; const c = 1\n';
  const printed = tree(text);
  expect(tree('const a = 1 /// a\nconst b = 2 /// b\nfn c(x: f32[]) { x }')).not.toContain('doc');
  expect(printed.match(/\(doc "of [ac]"\)/g)).toEqual(['(doc "of a")', '(doc "of c")']);
  expect(printed).toMatch(/^\(layer a\n {2}\(doc "of a"\)/);
});

test('spans are those of the text', () => {
  const text = '\uFEFFfn f(x: f32[N]) {\r\n\tlet y = g(x)[0] + 1\r\n\ty |> fc: Linear(1 -> 2)\r\n}\r\n';
  const { module } = parse({ path: 'main.net', text });
  const spans: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || 'text' in node) return;
    if ('span' in node && 'kind' in node) {
      const span = node.span;
      if (typeof span === 'object' && span !== null && 'start' in span && 'end' in span) {
        spans.push(`${String(node.kind)} ${text.slice(Number(span.start), Number(span.end))}`);
      }
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(module.declarations.map((one) => (one.kind === 'fn' ? one.body : one)));
  expect(spans).toEqual([
    'let let y = g(x)[0] + 1',
    'binary g(x)[0] + 1',
    'index g(x)[0]',
    'call g(x)',
    'name g',
    'name x',
    'at 0',
    'number 0',
    'number 1',
    'pipe y |> fc: Linear(1 -> 2)',
    'name y',
    'named fc: Linear(1 -> 2)',
    'call Linear(1 -> 2)',
    'name Linear',
    'arrow 1 -> 2',
    'number 1',
    'number 2',
  ]);
});
