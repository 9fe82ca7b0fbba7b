"""Writes test/fixtures/*.json: what PyTorch computes, for the tests to compare with.

    /usr/bin/python3 test/reference/make_fixtures.py [NAME...]

PyTorch is needed here only, never by the tests; Debian 12's is enough: `apt-get install python3-torch python3-torchvision`.
The fixtures hold no inputs: those come from formula.py and, identically, formula.ts, or are the drawn pictures of
garments.json. Running this again writes the same bytes on the same machine (float32 training depends on the machine's
instructions in the last digits).
"""

import json
import math
import os
import sys
import zlib
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
import torch.nn.functional as F

import augment_cases
import cnn
import formula
import grid
import initial_cases
import norm_net
import optimizer_cases
import resnet
import sampling_cases  # adds to CASES, as does the next
import sequence_cases
from operator_cases import CASES

FIXTURES = Path(__file__).parent.parent / "fixtures"
STEPS = 20
BATCH = 64
PARTIAL = 37
SAMPLE = 64
TORCH = "1.13"

# Training amplifies rounding errors: where two positions of a pooling window are all but equal, an error of 1e-7 decides
# which of them the gradient goes to, and Adam, which divides a gradient by its own size, makes much of it. With unlucky
# data the losses of twenty steps differ by 1e-3, PyTorch's own float32 against its float64 included. find_seeds.py picked
# these seeds: trainings with rounding errors put in stay within 4e-6 of each other (30 runs), and 3e-5 (15 runs).
RUNS = [
    {"name": "fashion_cnn", "logits": False, "parameter_seed": 1000, "noise_seed": 207},
    {"name": "fashion_cnn_logits", "logits": True, "parameter_seed": 1100, "noise_seed": 211},
]


def write(name, fields, rows, key):
    """One row a line, so that a change shows as one; through a temporary name, so that no half a file is left."""
    lines = [f"{json.dumps(k)}: {json.dumps(v)}," for k, v in fields.items()]
    body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    text = "{\n" + "\n".join(lines) + f'\n{json.dumps(key)}: [\n{body}\n]\n}}\n'
    temporary = FIXTURES / f"{name}.tmp"
    temporary.write_text(text)
    temporary.rename(FIXTURES / f"{name}.json")
    print(f"{name}.json: {len(rows)} rows, {len(text)} bytes")


def rounded(tensor):
    """Row-major float32 values in their shortest decimal form."""
    values = tensor.detach().to(torch.float64).reshape(-1).numpy().astype(np.float32)
    assert np.isfinite(values).all()
    return [int(v) if v == int(v) else float(str(v)) for v in values]


# ---- operators ----------------------------------------------------------------------------------------------------------


def input_value(spec, seed, n):
    shape = [n if size == "N" else size for size in spec["shape"]]
    values = formula.uniform(seed, math.prod(shape), spec["low"], spec["high"]).reshape(shape)
    if spec["whole"]:
        values = np.floor(values)
    tensor = torch.tensor(values, dtype=torch.float64 if spec["element"] == "f32" else torch.int64)
    return tensor.requires_grad_(spec["gradient"])


def seed_of(*words):
    """From the names, so that a new case leaves the others' data alone."""
    return zlib.crc32(" ".join(words).encode()) >> 8


def operator_row(case):
    """The case with its value, and its inputs' gradients for an upstream gradient uniform in -1..1."""
    inputs = []
    scope = dict(sequence_cases.SCOPE)
    for spec in case["inputs"]:
        seed = seed_of(case["name"], spec["name"])
        scope[spec["name"].replace(".", "_")] = input_value(spec, seed, case["n"])
        inputs.append({**{k: v for k, v in spec.items() if k not in ("whole", "gradient")}, "seed": seed})
        if spec["whole"]:
            inputs[-1]["whole"] = True
    y = eval(case["torch"], scope)
    row = {"name": case["name"], "net": case["net"], "torch": case["torch"], "n": case["n"]}
    if case["op"]:
        row.update(op=case["op"], attributes=case["attributes"])
    row.update(inputs=inputs, shape=list(y.shape), value=rounded(y))
    wanted = [spec["name"] for spec in case["inputs"] if spec["gradient"]]
    if wanted and y.requires_grad:
        row["upstream"] = seed_of(case["name"], "upstream")
        y.backward(torch.tensor(formula.uniform(row["upstream"], y.numel(), -1, 1).reshape(y.shape), dtype=torch.float64))
        row["gradients"] = {name: rounded(scope[name.replace(".", "_")].grad) for name in wanted}
    return row


# ---- training -----------------------------------------------------------------------------------------------------------


def sampled(tensor):
    """Every stride-th element; the stride has no factor in common with the size, so that every axis is visited."""
    size = tensor.numel()
    stride = max(1, size // SAMPLE)
    while math.gcd(stride, size) != 1:
        stride -= 1
    flat = tensor.detach().to(torch.float64).reshape(-1)
    return {"stride": stride, "values": rounded(flat[:: stride][:SAMPLE])}


def train(run, dtype):
    """Losses and accuracies of STEPS batches; and, at the start, a partial batch, an output, the first gradients."""
    model = cnn.FashionCnn(run["logits"], run["parameter_seed"], dtype)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    losses, accuracies, gradients = [], [], {}
    images, label = cnn.batch(run["noise_seed"], 0, PARTIAL, dtype)
    output = model(images)
    partial = {"batch": PARTIAL, "loss": F.cross_entropy(output, label).item(), "output": rounded(output[:4])}
    for step in range(STEPS):
        images, label = cnn.batch(run["noise_seed"], step, BATCH, dtype)
        output = model(images)
        loss = F.cross_entropy(output, label)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            gradients = {name: parameter.grad.clone() for name, parameter in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
        accuracies.append((output.argmax(1) == label).double().mean().item())
    return losses, accuracies, partial, gradients, dict(model.named_parameters())


def training_row(run):
    losses, accuracies, partial, gradients, parameters = train(run, torch.float64)
    losses32, accuracies32, *_ = train(run, torch.float32)
    difference = max(abs(a / b - 1) for a, b in zip(losses32, losses))
    print(f"{run['name']}: float32 and float64 losses differ by at most {difference:.1e}")
    # Above this the data happen to be chaotic (a unit that only just fires, say) and would accuse correct kernels.
    assert difference < 5e-6
    return {
        **run,
        "batch": BATCH,
        "learning_rate": 0.001,
        "float64": {"losses": losses, "accuracies": accuracies},
        "float32": {"losses": losses32, "accuracies": accuracies32},
        "partial": partial,
        "parameters": [
            {
                "name": parameter,
                "shape": list(value.shape),
                "gradient": {"max": gradients[parameter].abs().max().item(), **sampled(gradients[parameter])},
                "trained": {"sum": value.sum().item(), "abs_sum": value.abs().sum().item(), **sampled(value)},
            }
            for parameter, value in parameters.items()
        ],
    }


def formula_rows():
    """Spot checks that formula.ts gives the same numbers; sums are exact in float64."""
    picture = formula.images(103, 0, 100).astype(np.int64)
    return [
        {"what": "hash32", "seed": 1, "values": [int(v) for v in formula.hash32(1, np.array([0, 1, 2, 1000, 2**31]))]},
        {"what": "uniform", "seed": 7, "low": -0.3, "high": 0.7, "values": [float(v) for v in formula.uniform(7, 5, -0.3, 0.7)]},
        {"what": "labels", "values": [int(v) for v in formula.labels(5, 20)]},
        {"what": "images", "values": [int(picture[i].sum()) for i in range(100)]},
        {"what": "pixels", "values": [int(v) for v in formula.images(103, 3, 1)[0, 0, 10]]},
        {
            "what": "parameters",
            "values": [float(v.astype(np.float64).sum()) for v in formula.fashion_parameters(1000).values()],
        },
    ]


def main(names):
    """Writes the fixtures of these names, or all."""
    assert torch.__version__.startswith(TORCH), f"fixtures are PyTorch {TORCH}'s; this is {torch.__version__}"
    torch.set_num_threads(1)
    FIXTURES.mkdir(exist_ok=True)
    fixtures = {
        "formula": (formula_rows, "checks"),
        "operators": (lambda: [operator_row(c) for c in CASES], "cases"),
        "grid_shapes": (lambda: [*grid.shape_rows(), *grid.group_rows()], "rows"),
        "grid_sample": (lambda: list(grid.sample_rows(operator_row)), "cases"),
        "initial": (lambda: list(initial_cases.rows()), "rows"),
        "optimizers": (lambda: list(optimizer_cases.rows()), "cases"),
        "batch_norm": (lambda: [norm_net.row(rounded)], "runs"),
        "resnet": (lambda: list(resnet.rows()), "runs"),
        "augments": (lambda: list(augment_cases.rows()), "rows"),
        "windows": (lambda: list(augment_cases.window_rows()), "rows"),
        "training": (lambda: [training_row(run) for run in RUNS], "runs"),
    }
    for name in names or fixtures:
        rows, key = fixtures[name]
        about = {"about": "Written by test/reference/make_fixtures.py; do not edit.", "torch": TORCH}
        if name in ("augments", "windows", "resnet"):
            about["torchvision"] = augment_cases.TORCHVISION
        write(name, about, rows(), key)


main(sys.argv[1:])
