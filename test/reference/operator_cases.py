"""The operators that are compared with PyTorch: a table of (name, expression in the language, expression in PyTorch, inputs).

Both expressions read the same inputs, whose values come from formula.py. In the PyTorch expression the dots of a
parameter's name are underscores, `F` is torch.nn.functional. Shapes are small, odd and unequal, so that exchanged axes,
strides and sizes show. `op` and `attributes` say the same for the compiler's operator, where there is exactly one.
"""


def f32(name, shape, low=-1.0, high=1.0, whole=False, gradient=True):
    """A float input. A shape's "N" is the batch, symbolic for the compiler. `whole` rounds down: for ties and repeats."""
    return {"name": name, "element": "f32", "shape": shape, "low": low, "high": high, "whole": whole, "gradient": gradient}


def label(name, classes, shape=("N",)):
    """Class indices 0 .. classes - 1."""
    return {
        "name": name,
        "element": "i32",
        "classes": classes,
        "shape": list(shape),
        "low": 0,
        "high": classes,
        "whole": True,
        "gradient": False,
    }


CASES = []


def case(name, net, torch, inputs, op=None, n=2, **attributes):
    """`n` is the batch; `op` with `attributes` names the compiler's operator where the expression is exactly one."""
    CASES.append({"name": name, "net": net, "torch": torch, "n": n, "op": op, "attributes": attributes, "inputs": inputs})


def unary(name, torch=None, low=-3.0, high=3.0, op=None, net=None):
    case(name, net or f"{name}(x)", torch or f"torch.{name}(x)", [f32("x", ["N", 3, 7], low, high)], op=op)


# ---- elementwise --------------------------------------------------------------------------------------------------------

unary("relu", op="relu")
unary("abs", op="abs")
unary("exp", op="exp")
unary("log", low=0.05, high=4.0, op="log")
unary("sqrt", low=0.05, high=4.0, op="sqrt")
unary("tanh", op="tanh")
unary("sigmoid", op="sigmoid")
unary("neg", op="neg", net="-x")
unary("floor", op="floor")
unary("ceil", op="ceil")
unary("round", op="round")
case("round of halves", "round(x / 2)", "torch.round(x / 2)", [f32("x", ["N", 3, 7], -9, 9, whole=True)])
unary("sin", op="sin")
unary("cos", op="cos")
unary("tan", low=-1.2, high=1.2)
unary("sin far out", "torch.sin(x)", -9000.0, 9000.0, net="sin(x)", op="sin")
unary("cos far out", "torch.cos(x)", -9000.0, 9000.0, net="cos(x)", op="cos")
unary("leaky_relu", "F.leaky_relu(x)")
unary("leaky_relu with a slope", "F.leaky_relu(x, 0.2)", net="leaky_relu(x, 0.2)")
unary("relu6", "F.relu6(x)", low=-3.0, high=9.0)
unary("elu", "F.elu(x)")
unary("elu with alpha", "F.elu(x, 0.5)", net="elu(x, 0.5)")
unary("gelu", "F.gelu(x)")
unary("silu", "F.silu(x)")
unary("hardswish", "F.hardswish(x)", low=-5.0, high=5.0)
unary("clamp", "torch.clamp(x, -1, 2)", net="clamp(x, -1, 2)")
unary("square", "torch.square(x)")
unary("tanh far out", "torch.tanh(x)", -40.0, 40.0, net="tanh(x)", op="tanh")
unary("sigmoid far out", "torch.sigmoid(x)", -80.0, 80.0, net="sigmoid(x)", op="sigmoid")

for symbol, op in (("+", "add"), ("-", "sub"), ("*", "mul"), ("/", "div")):
    case(
        op,
        f"a {symbol} b",
        f"a {symbol} b",
        [f32("a", ["N", 3, 5]), f32("b", ["N", 3, 5], 0.5, 2.0)],
        op=op,
    )
    case(
        f"{op}, both broadcast",
        f"a {symbol} b",
        f"a {symbol} b",
        [f32("a", ["N", 1, 5]), f32("b", [3, 1], 0.5, 2.0)],
    )
case("add a scalar", "x + 1.5", "x + 1.5", [f32("x", ["N", 4])])
case("pow", "pow(a, b)", "torch.pow(a, b)", [f32("a", ["N", 5], 0.2, 3.0), f32("b", ["N", 5], -2.0, 2.0)], op="pow")
case("max of two", "max(a, b)", "torch.maximum(a, b)", [f32("a", ["N", 5]), f32("b", ["N", 5])], op="max")
case("min of two", "min(a, b)", "torch.minimum(a, b)", [f32("a", ["N", 5]), f32("b", ["N", 5])], op="min")
case(
    "max of two with ties",
    "max(a, b)",
    "torch.maximum(a, b)",
    [f32("a", ["N", 5], 0, 3, whole=True), f32("b", ["N", 5], 0, 3, whole=True)],
    op="max",
)
case("where", "where(a > 0, a, b)", "torch.where(a > 0, a, b)", [f32("a", ["N", 6]), f32("b", ["N", 6])])

unary("gelu by tanh", "F.gelu(x, approximate='tanh')", net='gelu(x, approximate="tanh")')
unary("softplus", "F.softplus(x)", -30.0, 30.0)
unary("softplus with beta and threshold", "F.softplus(x, 2.0, 3.0)", net="softplus(x, beta=2, threshold=3)")

# ---- softmax and its kin ------------------------------------------------------------------------------------------------

case("softmax", "softmax(x)", "F.softmax(x, -1)", [f32("x", ["N", 7], -3, 3)], n=3)
case("softmax over an inner axis", "softmax(x, axis=1)", "F.softmax(x, 1)", [f32("x", ["N", 4, 3], -3, 3)])
case("softmax of large numbers", "softmax(x)", "F.softmax(x, -1)", [f32("x", ["N", 7], 85, 95)], n=3)
case("log_softmax", "log_softmax(x)", "F.log_softmax(x, -1)", [f32("x", ["N", 7], -3, 3)], n=3)
case("log_softmax of large numbers", "log_softmax(x)", "F.log_softmax(x, -1)", [f32("x", ["N", 7], 85, 95)], n=3)

# ---- reductions ---------------------------------------------------------------------------------------------------------

X = [f32("x", ["N", 3, 5])]
for function, op, torch in (("sum", "sum", "sum"), ("mean", "mean", "mean"), ("max", "amax", "amax"), ("min", "amin", "amin")):
    everything = f"torch.{torch}(x)"
    case(f"{function} of everything", f"{function}(x)", everything, X, op=op, axes=[0, 1, 2], keepdim=False)
    case(f"{function} over one axis", f"{function}(x, axis=1)", f"torch.{torch}(x, 1)", X, op=op, axes=[1], keepdim=False)
    case(
        f"{function} over two axes, kept",
        f"{function}(x, axis=(0, -1), keepdim=true)",
        f"torch.{torch}(x, (0, -1), keepdim=True)",
        X,
        op=op,
        axes=[0, 2],
        keepdim=True,
    )
case(
    "argmax",
    "argmax(x, axis=1)",
    "torch.argmax(x, 1)",
    [f32("x", ["N", 6, 2], gradient=False)],
    op="argmax",
    axis=1,
    keepdim=False,
)
case(
    "argmax with ties",
    "argmax(x)",
    "torch.argmax(x, -1)",
    [f32("x", ["N", 6], 0, 3, whole=True, gradient=False)],
    n=4,
    op="argmax",
    axis=1,
    keepdim=False,
)

case("argmin", "argmin(x, axis=1)", "torch.argmin(x, 1)", [f32("x", ["N", 6, 2], gradient=False)])
case("var of everything", "var(x)", "torch.var(x)", X)
case("var over two axes, kept", "var(x, axis=(0, -1), keepdim=true)", "torch.var(x, (0, -1), keepdim=True)", X)
case("var, biased", "var(x, axis=1, unbiased=false)", "torch.var(x, 1, unbiased=False)", X)
case("std", "std(x, axis=-1)", "torch.std(x, -1)", X)

# ---- products -----------------------------------------------------------------------------------------------------------

case("matmul", "a @ b", "a @ b", [f32("a", ["N", 5]), f32("b", [5, 4])], n=3, op="matmul")
case("matmul, batched", "matmul(a, b)", "torch.matmul(a, b)", [f32("a", ["N", 3, 5]), f32("b", ["N", 5, 2])], op="matmul")
case(
    "matmul, one batch broadcast",
    "a @ b",
    "a @ b",
    [f32("a", ["N", 3, 2, 5]), f32("b", [3, 5, 4])],
    op="matmul",
)
case(
    "matmul, both batches broadcast",
    "a @ b",
    "a @ b",
    [f32("a", ["N", 1, 2, 3]), f32("b", [4, 3, 2])],
    op="matmul",
)
case("linear", "linear(x, weight)", "F.linear(x, weight)", [f32("x", ["N", 6]), f32("weight", [4, 6])], n=3)
case(
    "Linear",
    "x |> fc: Linear(6 -> 4)",
    "F.linear(x, fc_weight, fc_bias)",
    [f32("x", ["N", 6]), f32("fc.weight", [4, 6]), f32("fc.bias", [4])],
    n=3,
)
case(
    "Linear over the last of three axes",
    "x |> fc: Linear(4)",
    "F.linear(x, fc_weight, fc_bias)",
    [f32("x", ["N", 3, 6]), f32("fc.weight", [4, 6]), f32("fc.bias", [4])],
)

# ---- convolution: stride, padding, dilation, groups ---------------------------------------------------------------------


def conv2d(channels, size, out, kernel, stride=(1, 1), padding=(0, 0), dilation=(1, 1), groups=1):
    numbers = f"stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
    case(
        f"conv2d {channels}x{size[0]}x{size[1]} -> {out}, kernel {kernel[0]}x{kernel[1]}, {numbers}",
        f"conv2d(x, weight, {numbers})",
        f"F.conv2d(x, weight, None, {numbers})",
        [f32("x", ["N", channels, *size]), f32("weight", [out, channels // groups, *kernel])],
        op="conv2d",
        stride=list(stride),
        padding=list(padding),
        dilation=list(dilation),
        groups=groups,
    )


conv2d(1, (6, 7), 3, (3, 3))
conv2d(3, (5, 5), 4, (1, 1))
conv2d(2, (7, 6), 3, (3, 2), padding=(1, 0))
conv2d(2, (7, 8), 3, (3, 3), stride=(2, 2))
conv2d(2, (8, 7), 3, (3, 3), stride=(2, 3), padding=(1, 2))
conv2d(2, (8, 8), 3, (5, 3), stride=(3, 2), padding=(2, 1))
conv2d(2, (9, 8), 2, (3, 3), dilation=(2, 1))
conv2d(2, (9, 9), 2, (3, 2), stride=(2, 1), padding=(2, 1), dilation=(2, 3))
conv2d(4, (5, 6), 6, (3, 3), padding=(1, 1), groups=2)
conv2d(4, (6, 5), 4, (3, 3), stride=(2, 2), padding=(1, 1), groups=4)
conv2d(3, (6, 6), 6, (2, 2), stride=(2, 2), dilation=(2, 2), groups=3)
conv2d(2, (4, 4), 3, (4, 4))
conv2d(2, (3, 4), 2, (1, 1), stride=(2, 2))
conv2d(1, (3, 3), 1, (2, 2), stride=(3, 3), padding=(2, 2))
case(
    "Conv2d",
    "x |> conv: Conv2d(3 -> 4, kernel=3, stride=2, padding=1)",
    "F.conv2d(x, conv_weight, conv_bias, stride=2, padding=1)",
    [f32("x", ["N", 3, 5, 6]), f32("conv.weight", [4, 3, 3, 3]), f32("conv.bias", [4])],
)

# ---- pooling ------------------------------------------------------------------------------------------------------------


def pool(function, size, kernel, stride=None, padding=(0, 0), ceil=False, whole=False):
    stride = stride or kernel
    net = f"kernel={kernel}, stride={stride}, padding={padding}, ceil={str(ceil).lower()}"
    case(
        f"{function} {size[0]}x{size[1]}, {net}{', ties' if whole else ''}",
        f"{function}(x, {net})",
        f"F.{function}(x, {kernel}, {stride}, {padding}, ceil_mode={ceil})",
        [f32("x", ["N", 2, *size], -2 if whole else -1, 2 if whole else 1, whole=whole)],
        op=function,
        kernel=list(kernel),
        stride=list(stride),
        padding=list(padding),
        ceil=ceil,
    )


for function in ("max_pool2d", "avg_pool2d"):
    pool(function, (6, 4), (2, 2))
    pool(function, (7, 5), (2, 2))
    pool(function, (7, 5), (2, 2), ceil=True)
    pool(function, (7, 6), (3, 2))
    pool(function, (7, 8), (3, 3), stride=(2, 2))
    pool(function, (7, 8), (3, 3), stride=(2, 2), padding=(1, 1))
    pool(function, (6, 7), (3, 3), stride=(2, 2), padding=(1, 1), ceil=True)
    pool(function, (5, 6), (3, 2), stride=(1, 1), padding=(1, 0))
    pool(function, (7, 7), (2, 2), stride=(3, 3))
pool("max_pool2d", (6, 6), (2, 2), whole=True)
pool("max_pool2d", (6, 6), (3, 3), stride=(2, 2), padding=(1, 1), whole=True)
case("MaxPool2d", "x |> MaxPool2d(2)", "F.max_pool2d(x, 2)", [f32("x", ["N", 2, 5, 6])])
case(
    "MaxPool2d, a window larger than the image, ceil",
    "x |> MaxPool2d((2, 3), ceil=true)",
    "F.max_pool2d(x, (2, 3), ceil_mode=True)",
    [f32("x", ["N", 2, 1, 4])],
)
case(
    "AvgPool2d, a window larger than the image, ceil",
    "x |> AvgPool2d((2, 3), ceil=true)",
    "F.avg_pool2d(x, (2, 3), ceil_mode=True)",
    [f32("x", ["N", 2, 1, 4])],
)
for size, cells in (((6, 4), (1, 1)), ((6, 4), (3, 2)), ((6, 5), (3, 2)), ((7, 5), (3, 4)), ((3, 2), (5, 2)), ((5, 3), (1, 3))):
    case(
        f"AdaptiveAvgPool2d {size[0]}x{size[1]} -> {cells[0]}x{cells[1]}",
        f"x |> AdaptiveAvgPool2d({cells})",
        f"F.adaptive_avg_pool2d(x, {cells})",
        [f32("x", ["N", 2, *size])],
    )
case("AvgPool2d", "x |> AvgPool2d(3, stride=2)", "F.avg_pool2d(x, 3, 2)", [f32("x", ["N", 2, 7, 8])])

# ---- movement -----------------------------------------------------------------------------------------------------------

case("reshape", "reshape(x, (N, 3, 4))", "x.reshape(-1, 3, 4)", [f32("x", ["N", 2, 6])])
case("flatten", "flatten(x)", "x.flatten(1)", [f32("x", ["N", 3, 2, 2])])
case("permute", "permute(x, (2, 0, 1))", "x.permute(2, 0, 1)", [f32("x", [2, 3, 4])], op="permute", order=[2, 0, 1])
case(
    "permute, the batch first",
    "permute(x, (0, 3, 1, 2))",
    "x.permute(0, 3, 1, 2)",
    [f32("x", ["N", 2, 3, 4])],
    op="permute",
    order=[0, 3, 1, 2],
)
case("transpose", "transpose(x)", "x.t()", [f32("x", [3, 5])])
case("broadcast_to", "broadcast_to(x, (N, 3, 4))", "x.expand(2, 3, 4)", [f32("x", ["N", 1, 4])])
case(
    "slice",
    "slice(x, axis=1, start=1, end=4)",
    "x[:, 1:4]",
    [f32("x", ["N", 5, 2])],
    op="slice",
    axis=1,
    start=1,
    end=4,
)
case(
    "pad",
    "pad(x, (0, 1, 2), (0, 3, 0), value=0.5)",
    "F.pad(x, (2, 0, 1, 3), value=0.5)",
    [f32("x", ["N", 2, 3])],
    op="pad",
    before=[0, 1, 2],
    after=[0, 3, 0],
    value=0.5,
)
case("flip", "flip(x, axis=(1, 2))", "x.flip(1, 2)", [f32("x", ["N", 3, 4])], op="flip", axes=[1, 2])
case(
    "concat",
    "concat(a, b, axis=1)",
    "torch.cat((a, b), 1)",
    [f32("a", ["N", 2, 3]), f32("b", ["N", 4, 3])],
    op="concat",
    axis=1,
)

case(
    "concat of three",
    "concat(a, b, c, axis=-1)",
    "torch.cat((a, b, c), -1)",
    [f32("a", ["N", 2, 3]), f32("b", ["N", 2, 1]), f32("c", ["N", 2, 2])],
)
case(
    "concat of four along the first axis",
    "concat(a, b, c, d)",
    "torch.cat((a, b, c, d))",
    [f32("a", [2, 2]), f32("b", [3, 2]), f32("c", [1, 2]), f32("d", [2, 2])],
)
case("stack", "stack(a, b)", "torch.stack((a, b))", [f32("a", [2, 3]), f32("b", [2, 3])])
case(
    "stack of three as the last axis",
    "stack(a, b, c, axis=-1)",
    "torch.stack((a, b, c), -1)",
    [f32("a", ["N", 2, 3]), f32("b", ["N", 2, 3]), f32("c", ["N", 2, 3])],
)
case(
    "stack of four",
    "stack(a, b, c, d, axis=1)",
    "torch.stack((a, b, c, d), 1)",
    [f32(name, ["N", 3]) for name in "abcd"],
)
case("unsqueeze", "unsqueeze(x, 1)", "x.unsqueeze(1)", [f32("x", ["N", 3, 2])])
case("unsqueeze at the end", "unsqueeze(x, -1)", "x.unsqueeze(-1)", [f32("x", ["N", 3, 2])])
case("squeeze", "squeeze(x, 1)", "x.squeeze(1)", [f32("x", ["N", 1, 3, 1])])
case("squeeze at the end", "squeeze(x, -1)", "x.squeeze(-1)", [f32("x", ["N", 1, 3, 1])])
case("transpose of two axes", "transpose(x, -1, 1)", "x.transpose(-1, 1)", [f32("x", ["N", 3, 2, 4])])
case("transpose of an axis with itself", "transpose(x, 1, 1)", "x.transpose(1, 1)", [f32("x", ["N", 3, 2])])

for name, size, torch in (
    ("two parts", "(1, 4)", "(1, 4)"),
    ("three parts", "(2, 1, 2)", "(2, 1, 2)"),
    ("four parts", "(1, 1, 2, 1)", "(1, 1, 2, 1)"),
    ("parts of 3", "3", "3"),
    ("parts of 2", "2", "2"),
):
    parts = {"(1, 4)": 2, "(2, 1, 2)": 3, "(1, 1, 2, 1)": 4, "3": 2, "2": 3}[size]
    names = ", ".join("abcd"[:parts])
    # Each part has its own factor, so that exchanged ones show.
    case(
        f"split into {name}",
        f"let ({names}) = split(x, {size}, axis=1)\n  concat({', '.join(f'{i + 1} * {n}' for i, n in enumerate('abcd'[:parts]))}, axis=1)",
        f"torch.cat([(i + 1) * part for i, part in enumerate(torch.split(x, {torch}, 1))], 1)",
        [f32("x", ["N", 5, 2])],
    )
case("split, cutting the last axis", "split(x, 4, axis=-1).1", "torch.split(x, 4, -1)[1]", [f32("x", ["N", 5])])

# ---- attention and embeddings -------------------------------------------------------------------------------------------

case(
    "Embedding",
    "index |> embed: Embedding(6, 4)",
    "F.embedding(index, embed_weight)",
    [label("index", 6, ("N", 5)), f32("embed.weight", [6, 4])],
)
case("Dropout in inference", "x |> Dropout(0.3)", "F.dropout(x, 0.3, training=False)", [f32("x", ["N", 4])])


def attention(name, net, inputs, torch, bias=True, mask="None"):
    parameters = [f32("attn.in_proj_weight", [18, 6]), f32("attn.out_proj.weight", [6, 6])]
    if bias:
        parameters += [f32("attn.in_proj_bias", [18]), f32("attn.out_proj.bias", [6])]
    biases = ("attn_in_proj_bias", "attn_out_proj_bias") if bias else ("None", "None")
    case(
        name,
        net,
        f"F.multi_head_attention_forward({torch}, 6, 3, attn_in_proj_weight, {biases[0]}, None, None, False, 0.0, "
        f"attn_out_proj_weight, {biases[1]}, need_weights=False, attn_mask={mask})[0].transpose(0, 1)",
        [*inputs, *parameters],
    )


attention(
    "MultiheadAttention to itself",
    "(x, x, x) |> attn: MultiheadAttention(3)",
    [f32("x", ["N", 4, 6])],
    "x.transpose(0, 1), x.transpose(0, 1), x.transpose(0, 1)",
)
attention(
    "MultiheadAttention that sees no later positions",
    "(x, x, x) |> attn: MultiheadAttention(3, causal=true)",
    [f32("x", ["N", 4, 6])],
    "x.transpose(0, 1), x.transpose(0, 1), x.transpose(0, 1)",
    mask="torch.ones(4, 4, dtype=torch.bool).triu(1)",
)
attention(
    "MultiheadAttention across, without bias",
    "(q, k, v) |> attn: MultiheadAttention(heads=3, bias=false)",
    [f32("q", ["N", 2, 6]), f32("k", ["N", 5, 6]), f32("v", ["N", 5, 6])],
    "q.transpose(0, 1), k.transpose(0, 1), v.transpose(0, 1)",
    bias=False,
)

# ---- normalisation ------------------------------------------------------------------------------------------------------

case(
    "LayerNorm",
    "x |> norm: LayerNorm",
    "F.layer_norm(x, (6,), norm_weight, norm_bias)",
    [f32("x", ["N", 3, 6], -2, 2), f32("norm.weight", [6], 0.5, 1.5), f32("norm.bias", [6])],
)

PER_CHANNEL = [f32("norm.weight", [4], 0.5, 1.5), f32("norm.bias", [4])]
RUNNING = [
    f32("norm.running_mean", [4], gradient=False),
    f32("norm.running_var", [4], 0.5, 2.0, gradient=False),
]
BATCH_NORM = "F.batch_norm(x, norm_running_mean, norm_running_var, norm_weight, norm_bias{})"
case(
    "LayerNorm with a size and eps",
    "x |> norm: LayerNorm(4, eps=0.1)",
    "F.layer_norm(x, (4,), norm_weight, norm_bias, 0.1)",
    [f32("x", ["N", 4], -2, 2), *PER_CHANNEL],
)
case(
    "BatchNorm2d in inference",
    "x |> norm: BatchNorm2d(4)",
    BATCH_NORM.format(""),
    [f32("x", ["N", 4, 3, 2], -2, 2), *PER_CHANNEL, *RUNNING],
)
case(
    "BatchNorm2d in inference with eps",
    "x |> norm: BatchNorm2d(eps=0.1)",
    BATCH_NORM.format(", eps=0.1"),
    [f32("x", ["N", 4, 3, 2], -2, 2), *PER_CHANNEL, *RUNNING],
)
case(
    "BatchNorm1d in inference",
    "x |> norm: BatchNorm1d",
    BATCH_NORM.format(""),
    [f32("x", ["N", 4], -2, 2), *PER_CHANNEL, *RUNNING],
)
case(
    "BatchNorm1d of sequences in inference",
    "x |> norm: BatchNorm1d",
    BATCH_NORM.format(""),
    [f32("x", ["N", 4, 5], -2, 2), *PER_CHANNEL, *RUNNING],
)
for groups in (1, 2, 4):
    case(
        f"GroupNorm of {groups}",
        f"x |> norm: GroupNorm({groups})",
        f"F.group_norm(x, {groups}, norm_weight, norm_bias)",
        [f32("x", ["N", 4, 3, 2], -2, 2), *PER_CHANNEL],
    )
case(
    "GroupNorm of vectors, with eps",
    "x |> norm: GroupNorm(2, 4, eps=0.1)",
    "F.group_norm(x, 2, norm_weight, norm_bias, 0.1)",
    [f32("x", ["N", 4], -2, 2), *PER_CHANNEL],
)

# ---- classes, losses and metrics ----------------------------------------------------------------------------------------

case("one_hot", "one_hot(label)", "F.one_hot(label, 5).to(torch.float64)", [label("label", 5)], n=4)
SCORES = [f32("x", ["N", 5], -3, 3), label("label", 5)]
case("cross_entropy", "cross_entropy(x, label)", "F.cross_entropy(x, label)", SCORES, n=7)
case(
    "cross_entropy over softmax",
    "cross_entropy(softmax(x), label)",
    "F.cross_entropy(F.softmax(x, 1), label)",
    SCORES,
    n=7,
)
case(
    "cross_entropy with label smoothing",
    "cross_entropy(x, label, label_smoothing=0.2)",
    "F.cross_entropy(x, label, label_smoothing=0.2)",
    SCORES,
    n=7,
)
case("nll_loss", "nll_loss(x, label)", "F.nll_loss(x, label)", SCORES, n=7)
case(
    "accuracy",
    "accuracy(x, label)",
    "(x.argmax(1) == label).to(torch.float64).mean()",
    [f32("x", ["N", 3], gradient=False), label("label", 3)],
    n=16,
)
case(
    "top_k_accuracy",
    "top_k_accuracy(x, label, k=2)",
    "(x.topk(2).indices == label[:, None]).any(1).to(torch.float64).mean()",
    [f32("x", ["N", 5], gradient=False), label("label", 5)],
    n=16,
)
PAIR = [f32("x", ["N", 4], -2, 2), f32("target", ["N", 4], -2, 2)]
case("l1_loss", "l1_loss(x, target)", "F.l1_loss(x, target)", PAIR, n=3)
case("huber_loss", "huber_loss(x, target)", "F.huber_loss(x, target)", PAIR, n=3)
case("huber_loss with delta", "huber_loss(x, target, delta=0.4)", "F.huber_loss(x, target, delta=0.4)", PAIR, n=3)
case("smooth_l1_loss", "smooth_l1_loss(x, target)", "F.smooth_l1_loss(x, target)", PAIR, n=3)
case("smooth_l1_loss with beta", "smooth_l1_loss(x, target, 0.4)", "F.smooth_l1_loss(x, target, beta=0.4)", PAIR, n=3)
case("smooth_l1_loss, beta 0", "smooth_l1_loss(x, target, 0)", "F.smooth_l1_loss(x, target, beta=0.0)", PAIR, n=3)
case("mse_loss", "mse_loss(x, target)", "F.mse_loss(x, target)", [f32("x", ["N", 4]), f32("target", ["N", 4])], n=3)
case(
    "bce_with_logits",
    "bce_with_logits(x, target)",
    "F.binary_cross_entropy_with_logits(x, target)",
    [f32("x", ["N", 4], -4, 4), f32("target", ["N", 4], 0, 1)],
    n=3,
)
case(
    "bce_with_logits of large numbers",
    "bce_with_logits(x, target)",
    "F.binary_cross_entropy_with_logits(x, target)",
    [f32("x", ["N", 4], -120, 120), f32("target", ["N", 4], 0, 1, gradient=False)],
    n=3,
)
