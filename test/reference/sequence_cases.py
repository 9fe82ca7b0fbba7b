"""What sequences are made with, compared with PyTorch: embedding, attention, `split`, tensors as positions, comprehensions
and `if` at run time. Importing this adds to the table of operator_cases.py.
"""

import torch
import torch.nn.functional as F

from operator_cases import case, f32, label


def attention(query, key, value, in_weight, in_bias, out_weight, out_bias, heads, causal=False):
    """torch.nn.MultiheadAttention with these parameters, the batch first, without the weights as a result."""
    layer = torch.nn.MultiheadAttention(query.shape[-1], heads, bias=in_bias is not None, batch_first=True)
    own = {"in_proj_weight": in_weight, "out_proj.weight": out_weight, "in_proj_bias": in_bias, "out_proj.bias": out_bias}
    own = {name: value for name, value in own.items() if value is not None}
    seen = None
    if causal:
        seen = torch.triu(torch.ones(query.shape[1], key.shape[1], dtype=torch.bool), 1)
    arguments = {"need_weights": False, "attn_mask": seen}
    return torch.nn.utils.stateless.functional_call(layer.double(), own, (query, key, value), arguments)[0]


# What the expressions of the cases may name, beside their inputs.
SCOPE = {"torch": torch, "F": F, "attention": attention}

# ---- embedding and attention --------------------------------------------------------------------------------------------

# 12 tokens of 5 classes: repeated ones add up in the gradient.
case(
    "Embedding",
    "token |> table: Embedding(5, 3)",
    "F.embedding(token, table_weight)",
    [label("token", 5, ["N", 4]), f32("table.weight", [5, 3])],
    n=3,
)
case(
    "Embedding of one token a sample, a table with more rows than classes",
    "token |> table: Embedding(7, 2)",
    "F.embedding(token, table_weight)",
    [label("token", 4, ["N"]), f32("table.weight", [7, 2])],
    n=5,
)

WEIGHTS = [f32("attn.in_proj_weight", [12, 4]), f32("attn.out_proj.weight", [4, 4])]
BIASES = [f32("attn.in_proj_bias", [12]), f32("attn.out_proj.bias", [4])]
WITH = "attn_in_proj_weight, attn_in_proj_bias, attn_out_proj_weight, attn_out_proj_bias"
WITHOUT = "attn_in_proj_weight, None, attn_out_proj_weight, None"
SELF = [f32("x", ["N", 5, 4], -2, 2)]
CROSS = [f32("query", ["N", 3, 4], -2, 2), f32("key", ["N", 5, 4], -2, 2), f32("value", ["N", 5, 4], -2, 2)]


def attends(name, inputs, heads, bias=True, causal=False):
    names = ", ".join(spec["name"] for spec in (inputs * 3 if len(inputs) == 1 else inputs))
    options = f"{heads}{'' if bias else ', bias=false'}{', causal=true' if causal else ''}"
    case(
        name,
        f"({names}) |> attn: MultiheadAttention({options})",
        f"attention({names}, {WITH if bias else WITHOUT}, {heads}, causal={causal})",
        [*inputs, *WEIGHTS, *(BIASES if bias else [])],
    )


attends("self-attention", SELF, 2)
attends("self-attention without biases", SELF, 2, bias=False)
attends("self-attention, causal", SELF, 2, causal=True)
attends("self-attention of one head, causal, without biases", SELF, 1, bias=False, causal=True)
attends("cross-attention", CROSS, 2)
attends("cross-attention without biases", CROSS, 4, bias=False)
attends("cross-attention, causal", CROSS, 2, causal=True)

# ---- split --------------------------------------------------------------------------------------------------------------

# The parts' own factors tell them apart.
case(
    "split into equal parts",
    "let (a, b, c) = split(x, 2, axis=1)\n  a + 2 * b - 3 * c",
    "(lambda p: p[0] + 2 * p[1] - 3 * p[2])(torch.split(x, 2, 1))",
    [f32("x", ["N", 6, 3])],
)
case(
    "split, the last part smaller",
    "let parts = split(x, 3, axis=-1)\n  sum(parts.0, axis=-1) - sum(parts.1 * parts.1, axis=-1)",
    "(lambda p: p[0].sum(-1) - (p[1] * p[1]).sum(-1))(torch.split(x, 3, -1))",
    [f32("x", ["N", 2, 5])],
)
case(
    "split into given sizes",
    "let (a, b, c) = split(x, (1, 4, 2), axis=1)\n  concat(c, a * a, 2 * b, axis=1)",
    "(lambda p: torch.cat((p[2], p[0] * p[0], 2 * p[1]), 1))(torch.split(x, (1, 4, 2), 1))",
    [f32("x", ["N", 7, 2])],
)
case(
    "split along the first axis, one part unused",
    "split(x, 2)[1]",
    "torch.split(x, 2)[1]",
    [f32("x", [5, 3])],
)

# ---- positions that are tensors -----------------------------------------------------------------------------------------

I, J = label("i", 4, ["N", 3]), label("j", 5, ["N", 3])
case("x[token]", "x[token]", "x[token]", [f32("x", [5, 3, 2]), label("token", 5, ["N", 2])], n=4)
case("x[:, token]", "transpose(x[:, token])", "x[:, token].t()", [f32("x", [3, 5]), label("token", 5, ["N"])], n=4)
case("x[:, token, :]", "sum(x[:, token, :], axis=0)", "x[:, token, :].sum(0)", [f32("x", [2, 5, 3]), label("token", 5, ["N", 2])])
case("x[i, j]", "x[i, j]", "x[i, j]", [f32("x", [4, 5, 2]), I, J])
case("x[i, j], broadcast", "x[i, j]", "x[i, j]", [f32("x", [4, 5]), label("i", 4, ["N", 1]), J])
case("x[:, i, j]", "permute(x[:, i, j], (1, 0, 2))", "x[:, i, j].transpose(0, 1)", [f32("x", [2, 4, 5]), I, J])
case("x[i, 1:3]", "x[i, 1:3]", "x[i, 1:3]", [f32("x", [4, 5]), I])
case("x[i, 2]", "x[i, 2]", "x[i, 2]", [f32("x", [4, 5]), I])
# In PyTorch a negative position counts from the end; here only one that is known when the file is compiled does.
case(
    "x[token - 2]: what lies before the first reads 0",
    "x[token - 2]",
    "F.pad(x, (0, 0, 2, 0))[token]",
    [f32("x", [5, 3]), label("token", 5)],
    n=6,
)

# ---- comprehensions -----------------------------------------------------------------------------------------------------

case(
    "a convolution as a comprehension",
    "for n in N, o in 2, y in 3, x in 4 { sum(for c in 3, i in 3, j in 2 { image[n, c, y + i, x + j] * weight[o, c, i, j] }) }",
    "F.conv2d(image, weight)",
    [f32("image", ["N", 3, 5, 5]), f32("weight", [2, 3, 3, 2])],
)
case(
    "a strided convolution as a comprehension",
    "for n in N, y in 3, x in 2 { sum(for i in 3, j in 2 { image[n, 2 * y + i, 3 * x + j] * weight[i, j] }) }",
    "F.conv2d(image[:, None], weight[None, None], stride=(2, 3))[:, 0]",
    [f32("image", ["N", 7, 6]), f32("weight", [3, 2])],
)
case(
    "an outer product",
    "for n in N, i in 3, j in 4 { a[n, i] * b[n, j] }",
    "torch.einsum('ni,nj->nij', a, b)",
    [f32("a", ["N", 3]), f32("b", ["N", 4])],
)
case(
    "a product of three matrices' diagonals",
    "for n in N, i in 3 { a[n, i, i] * b[i, 2 - i] }",
    "torch.diagonal(a, 0, 1, 2) * torch.diagonal(b.flip(1))",
    [f32("a", ["N", 3, 3]), f32("b", [3, 3])],
)
case(
    "a cumulative sum",
    "for n in N, t in 6 { sum(for s in 6 { if s <= t { x[n, s] } else { 0 } }) }",
    "torch.cumsum(x, 1)",
    [f32("x", ["N", 6])],
)
case(
    "a gather",
    "for n in N, t in 4 { x[n, token[n, t]] }",
    "torch.gather(x, 1, token)",
    [f32("x", ["N", 5]), label("token", 5, ["N", 4])],
    n=3,
)
case(
    "the rows that tokens name, of each sample's own table",
    "for n in N, t in 4 { x[n, token[n, t]] }",
    "torch.gather(x, 1, token[:, :, None].expand(-1, -1, 2))",
    [f32("x", ["N", 5, 2]), label("token", 5, ["N", 4])],
    n=3,
)
case(
    "a maximum over a comprehension",
    "for n in N, i in 3 { max(for j in 4 { x[n, j] * y[i, j] }) }",
    "(x[:, None] * y).amax(2)",
    [f32("x", ["N", 4]), f32("y", [3, 4])],
)
case(
    "distances of all pairs",
    "for n in N, i in 3, j in 4 { sqrt(sum(for k in 2 { square(a[n, i, k] - b[n, j, k]) })) }",
    "torch.cdist(a, b)",
    [f32("a", ["N", 3, 2], 1, 2), f32("b", ["N", 4, 2], -2, -1)],
)
case(
    "a turn of an axis",
    "for n in N, t in 5 { x[n, (t + 2) % 5] }",
    "torch.roll(x, -2, 1)",
    [f32("x", ["N", 5])],
)
case(
    "a pixel shuffle",
    "for n in N, c in 2, y in 4, x in 6 { image[n, 4 * c + 2 * (y % 2) + x % 2, y / 2, x / 2] }",
    "F.pixel_shuffle(image, 2)",
    [f32("image", ["N", 8, 2, 3])],
)
case(
    "an enlargement to the nearest",
    "for n in N, c in 2, y in 6, x in 9 { image[n, c, y / 2, x / 3] }",
    "F.interpolate(image, scale_factor=(2, 3), mode='nearest')",
    [f32("image", ["N", 2, 3, 3])],
)
case(
    "a frame of mirrored pixels",
    "for n in N, y in 6, x in 5 {\n"
    "    let row = if y < 1 { 1 } else { if y > 4 { 2 } else { y - 1 } }\n"
    "    let column = if x < 1 { 1 } else { if x > 3 { 1 } else { x - 1 } }\n"
    "    image[n, row, column]\n  }",
    "F.pad(image, (1, 1, 1, 1), mode='reflect')",
    [f32("image", ["N", 4, 3])],
)
case(
    "positions of run time outside of the axis read 0",
    "for n in N, t in 4 { x[n, t + to_i32(shift[n])] }",
    "F.pad(x, (2, 2)).gather(1, torch.arange(4) + 2 + shift.long()[:, None])",
    [f32("x", ["N", 4]), f32("shift", ["N"], -2, 3, whole=True, gradient=False)],
    n=5,
)

# ---- `if` at run time ---------------------------------------------------------------------------------------------------

case(
    "an if over elements",
    "for n in N, i in 5 { if x[n, i] > 0 { a[n, i] * x[n, i] } else { b[i] - x[n, i] } }",
    "torch.where(x > 0, a * x, b - x)",
    [f32("x", ["N", 5]), f32("a", ["N", 5]), f32("b", [5])],
)
case(
    "an if over samples, with tensors in its branches",
    "for n in N { if flag[n] > 0 { x[n] } else { 2 * y[n] } }",
    "torch.where(flag[:, None] > 0, x, 2 * y)",
    [f32("flag", ["N"], gradient=False), f32("x", ["N", 3]), f32("y", ["N", 3])],
    n=6,
)
case(
    "a triangle",
    "for n in N, i in 4, j in 4 { if j > i { x[n, i, j] } else if j == i { 1 } else { 0 } }",
    "torch.triu(x, 1) + torch.eye(4)",
    [f32("x", ["N", 4, 4])],
)
case(
    "an if with a tuple in its branches",
    "for n in N, i in 4 {\n"
    "    let (low, high) = if a[n, i] < b[n, i] { (a[n, i], b[n, i]) } else { (b[n, i], a[n, i]) }\n"
    "    high - low * low\n  }",
    "torch.maximum(a, b) - torch.minimum(a, b) ** 2",
    [f32("a", ["N", 4]), f32("b", ["N", 4])],
)
