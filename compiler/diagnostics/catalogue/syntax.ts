/** E01xx: syntax. */
import type { Entry } from './entry.ts';

export const syntax = {
  E0101: {
    title: 'something that does not belong here',
    severity: 'error',
    explanation: `The text makes sense up to this place; what follows continues neither the expression nor the statement. A statement
ends with its line (unless a bracket is open, or the line ends or the next one begins with an operator), so two statements on
one line need a \`;\` between them. A call's \`(\` and an index's \`[\` stand on the line of what they belong to.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image) twice
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0102: {
    title: 'a bracket that is never closed',
    severity: 'error',
    explanation: `An opened bracket has no partner. The message points to where the closing one was most likely meant and to where the
bracket was opened.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  image
    |> fc1: Linear(8 -> 4
    |> fc2: Linear(4 -> 8)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  image
    |> fc1: Linear(8 -> 4)
    |> fc2: Linear(4 -> 8)
}
`,
  },
  E0103: {
    title: 'a closing bracket too many',
    severity: 'error',
    explanation: `A closing bracket has no partner: no bracket of its kind is open here, or a \`{ … }\` begins in between.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image))
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0104: {
    title: 'a string that does not end',
    severity: 'error',
    explanation: `A string is written in double quotes and ends on its line. A quote inside it is written \`\\"\`, a newline \`\\n\`.`,
    failing: `const greeting = "hello
`,
    fixed: `const greeting = "hello"
`,
  },
  E0105: {
    title: 'not part of the language',
    severity: 'error',
    explanation: `A character or spelling that netc does not have. Where another language has it and the meaning is plain, the message says
what to write here: \`and\`, \`or\`, \`not\`, \`//\` for comments, double quotes for strings.`,
    failing: `const wide = true && false
`,
    fixed: `const wide = true and false
`,
  },
  E0106: {
    title: 'a comma missing or too many',
    severity: 'error',
    explanation: `The elements of a list, and arguments, are separated by one comma each; one after the last is allowed.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  concat(image[:, 0:4] image[:, 4:8], axis=1)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  concat(image[:, 0:4], image[:, 4:8], axis=1)
}
`,
  },
  E0107: {
    title: 'a name is missing',
    severity: 'error',
    explanation: `A declaration, a \`let\` or a \`.\` has no name where it needs one. The words \`let if else for not and or true false\` are
no names.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  let = relu(image)
  image
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  let y = relu(image)
  y
}
`,
  },
  E0108: {
    title: 'a value is missing',
    severity: 'error',
    explanation: `A value, an operand or a stage of a pipeline is missing: after \`=\`, after an operator, after \`|>\` or between brackets.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> relu |>
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  image |> relu
}
`,
  },
  E0109: {
    title: 'a type that is missing or unknown',
    severity: 'error',
    explanation: `Every parameter has a type. A tensor's is its element type and its dimensions: \`f32[N, 10]\`, with the elements \`f32\`,
\`f16\`, \`i32\`, \`u8\`, \`bool\` or \`class(K)\`. A configuration value's is \`int\`, \`float\`, \`bool\`, \`string\`, a tuple such as
\`(int, int)\`, or a range, \`float..float\`.`,
    failing: `model Net(image: float32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0110: {
    title: 'not a number',
    severity: 'error',
    explanation: `Numbers are decimal, with digits on both sides of the point: \`64\`, \`0.5\`, \`1e-4\`. An integer is at most 2^53 - 1.`,
    failing: `const momentum = .9
`,
    fixed: `const momentum = 0.9
`,
  },
  E0111: {
    title: 'not a declaration',
    severity: 'error',
    explanation: `A file is a list of declarations, each beginning with its keyword: \`import\`, \`const\`, \`fn\`, \`layer\`, \`model\`, \`augment\`,
\`optimizer\`, \`dataset\` or \`train\`. Values are computed inside them.`,
    failing: `modle Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  relu(image)
}
`,
  },
  E0112: {
    title: 'an assignment or a return',
    severity: 'error',
    explanation: `Values never change and a body ends with its value, so there are no assignments and no \`return\`. \`let\` gives a value a name;
\`update\` sets the next value of a buffer or of an optimizer's state.`,
    failing: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  y = relu(image)
  y
}
`,
    fixed: `model Net(image: f32[N, 8]) -> f32[N, 8] {
  let y = relu(image)
  y
}
`,
  },
  E0113: {
    title: 'an incomplete declaration',
    severity: 'error',
    explanation: `A part that every declaration of this kind has is missing or surplus: its inputs, its body, the data set of a \`train\`, the
message of a \`where\`.`,
    failing: `fn double(x: f32[...S]) -> f32[...S]
`,
    fixed: `fn double(x: f32[...S]) -> f32[...S] { 2 * x }
`,
  },
  E0114: {
    title: 'nested too deeply, or too long',
    severity: 'error',
    explanation: `Brackets may nest 64 deep, and an expression may have 256 levels (each operator, stage, call and bracket is one). Give
parts of it names with \`let\`, or make a layer or a function of them. A file may have 30,000 words and signs; a longer one is
split into several that import each other.`,
    failing: `const deep = ${'('.repeat(65)}1${')'.repeat(65)}
`,
    fixed: `const deep = (((1)))
`,
  },
  E0115: {
    title: 'an unknown escape',
    severity: 'error',
    explanation: `In a string a backslash begins an escape: \`\\"\`, \`\\\\\`, \`\\n\` or \`\\t\`. A backslash itself is written \`\\\\\`.`,
    failing: `const path = "C:\\data"
`,
    fixed: `const path = "C:\\\\data"
`,
  },
  E0116: {
    title: 'chained comparison',
    severity: 'error',
    explanation: `\`a < b < c\` would compare a truth value with c. Write \`a < b and b < c\`.`,
    failing: `const size = 3

const fits = 0 < size < 10
`,
    fixed: `const size = 3

const fits = 0 < size and size < 10
`,
  },
} as const satisfies Record<`E01${number}`, Entry>;
