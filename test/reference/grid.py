"""Convolution and pooling over a grid of sizes: PyTorch's output size at every point of it, or that PyTorch refuses; and a
sample of points with values and gradients, of which a digest is kept.
"""

import itertools
import random

import torch
import torch.nn.functional as F

import formula
from operator_cases import f32

SIZES = range(1, 13)
SAMPLE = 16


def size_or_refused(function):
    """The output's rows; 0 where PyTorch refuses."""
    try:
        return function().shape[2]
    except RuntimeError:
        return 0


def image(size, channels=1):
    """The columns always fit: what is asked about is the rows."""
    return torch.zeros(1, channels, size, 12)


def shape_rows():
    for kernel, stride, padding, dilation in itertools.product(range(1, 6), range(1, 4), range(4), range(1, 4)):
        weight = torch.zeros(1, 1, kernel, 1)
        numbers = {"stride": (stride, 1), "padding": (padding, 0), "dilation": (dilation, 1)}
        rows = [size_or_refused(lambda: F.conv2d(image(size), weight, **numbers)) for size in SIZES]
        yield {"layer": "Conv2d", "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation, "rows": rows}
    for layer, function in (("MaxPool2d", F.max_pool2d), ("AvgPool2d", F.avg_pool2d)):
        for kernel, stride, padding, ceil in itertools.product(range(1, 6), range(1, 5), range(4), (False, True)):
            arguments = {"kernel_size": (kernel, 1), "stride": (stride, 1), "padding": (padding, 0), "ceil_mode": ceil}
            rows = [size_or_refused(lambda: function(image(size), **arguments)) for size in SIZES]
            yield {"layer": layer, "kernel": kernel, "stride": stride, "padding": padding, "ceil": ceil, "rows": rows}


def group_rows():
    """For each number of groups whether `channels` (rows) to `outputs` (columns) is allowed, from 1 to 8 both."""
    for groups in range(1, 7):
        allowed = []
        for channels in range(1, 9):
            line = ""
            for outputs in range(1, 9):
                try:
                    conv = torch.nn.Conv2d(channels, outputs, 1, groups=groups)
                    conv(image(3, channels))
                    line += "1"
                except (RuntimeError, ValueError):
                    line += "0"
            allowed.append(line)
        yield {"groups": groups, "allowed": allowed}


# ---- values and gradients -----------------------------------------------------------------------------------------------


def pair(draw, numbers):
    return (draw.choice(numbers), draw.choice(numbers))


def conv_case(draw):
    groups = draw.choice((1, 1, 2, 3))
    channels, outputs = groups * draw.choice((1, 2)), groups * draw.choice((1, 2, 3))
    size, kernel = pair(draw, SIZES), pair(draw, range(1, 6))
    stride, padding, dilation = pair(draw, range(1, 4)), pair(draw, range(4)), pair(draw, range(1, 4))
    numbers = f"stride={stride}, padding={padding}, dilation={dilation}, groups={groups}"
    return {
        "net": f"conv2d(x, weight, {numbers})",
        "torch": f"F.conv2d(x, weight, None, {numbers})",
        "inputs": [f32("x", ["N", channels, *size]), f32("weight", [outputs, channels // groups, *kernel])],
    }


def pool_case(function):
    def make(draw):
        size, kernel = pair(draw, SIZES), pair(draw, range(1, 6))
        stride, padding, ceil = pair(draw, range(1, 5)), pair(draw, range(3)), draw.choice((False, True))
        return {
            "net": f"{function}(x, {kernel}, stride={stride}, padding={padding}, ceil={str(ceil).lower()})",
            "torch": f"F.{function}(x, {kernel}, {stride}, {padding}, ceil_mode={ceil})",
            "inputs": [f32("x", ["N", 2, *size])],
        }

    return make


def adaptive_case(draw):
    size, cells = pair(draw, SIZES), pair(draw, range(1, 9))
    return {
        "net": f"x |> AdaptiveAvgPool2d({cells})",
        "torch": f"F.adaptive_avg_pool2d(x, {cells})",
        "inputs": [f32("x", ["N", 2, *size])],
    }


def digest(values):
    """Every stride-th number, and the sum of all times a vector by formula: a change of any of them shows."""
    stride = max(1, len(values) // SAMPLE)
    weights = formula.uniform(1, len(values), -1, 1).tolist()
    total = sum(v * w for v, w in zip(values, weights))
    return {"count": len(values), "stride": stride, "values": values[::stride], "weighted": round(total, 9)}


def sample_rows(operator_row):
    """`operator_row` is make_fixtures.py's. Points that PyTorch refuses are drawn again."""
    draw = random.Random(7)
    kinds = [conv_case] * 24 + [pool_case("max_pool2d")] * 12 + [pool_case("avg_pool2d")] * 14 + [adaptive_case] * 10
    for position, make in enumerate(kinds):
        while True:
            case = {"name": f"grid {position}", "n": 2, "op": None, "attributes": {}, **make(draw)}
            try:
                row = operator_row(case)
                break
            except RuntimeError:
                continue
        gradients = {name: digest(values) for name, values in row["gradients"].items()}
        yield {**row, "value": digest(row["value"]), "gradients": gradients}
