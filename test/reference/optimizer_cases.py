"""Optimizers with their arguments in the language and in PyTorch, some under a schedule or with the gradient's norm limited:
the parameters after each of ten steps, which are all steps of the training.

Parameters and gradients come from formula.py; a gradient of 0 is among them.
"""

import math

import torch
from torch.optim import lr_scheduler

import formula

SIZE = 7
STEPS = 10
PARAMETER_SEED = 5000

CASES = [
    ("SGD(lr=0.1)", lambda p: torch.optim.SGD(p, lr=0.1)),
    ("SGD(lr=0.1, momentum=0.9)", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    (
        "SGD(lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01)",
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.3, weight_decay=0.01),
    ),
    (
        "SGD(lr=0.1, momentum=0.9, nesterov=true, weight_decay=0.01)",
        lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    ),
    ("Adam", lambda p: torch.optim.Adam(p)),
    (
        "Adam(lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)",
        lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    ),
    ("Adam(lr=0.02, betas=(0.9, 0.6), amsgrad=true)", lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.9, 0.6), amsgrad=True)),
    ("AdamW", lambda p: torch.optim.AdamW(p)),
    (
        "AdamW(lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1)",
        lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.1),
    ),
    (
        "AdamW(lr=0.02, betas=(0.9, 0.6), weight_decay=0.1, amsgrad=true)",
        lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.9, 0.6), weight_decay=0.1, amsgrad=True),
    ),
    ("RMSprop", lambda p: torch.optim.RMSprop(p)),
    (
        "RMSprop(lr=0.02, alpha=0.9, eps=1e-3, weight_decay=0.1)",
        lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9, eps=1e-3, weight_decay=0.1),
    ),
    ("RMSprop(lr=0.02, momentum=0.7)", lambda p: torch.optim.RMSprop(p, lr=0.02, momentum=0.7)),
    (
        "RMSprop(lr=0.02, centered=true, momentum=0.7)",
        lambda p: torch.optim.RMSprop(p, lr=0.02, centered=True, momentum=0.7),
    ),
]


def warm(warmup, after):
    """A linear rise over `warmup` steps, then `after` of the share of the other steps that is done."""

    def factor(done):
        return (done + 1) / warmup if done < warmup else after((done - warmup) / (STEPS - warmup))

    return lambda optimizer: lr_scheduler.LambdaLR(optimizer, factor)


def wave(least):
    return lambda share: least + (1 - least) * (1 + math.cos(math.pi * share)) / 2


# Settings of the training, and what they are in PyTorch: a schedule, the largest norm of the gradient.
SETTINGS = [
    ("schedule = cosine", lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS), None),
    ("schedule = cosine(warmup=3)", warm(3, wave(0)), None),
    ("schedule = cosine(warmup=4, least=0.1)", warm(4, wave(0.1)), None),
    ("schedule = linear_decay", lambda o: lr_scheduler.LinearLR(o, 1, 0, STEPS), None),
    ("schedule = linear_decay(warmup=2, least=0.25)", warm(2, lambda share: 1 - 0.75 * share), None),
    ("schedule = step_decay(every=4)", lambda o: lr_scheduler.StepLR(o, 4), None),
    ("schedule = step_decay(every=3, factor=0.5)", lambda o: lr_scheduler.StepLR(o, 3, 0.5), None),
    ("clip = 1.5", None, 1.5),
    ("clip = 0.2", None, 0.2),
    ("clip = 0.7, schedule = cosine(warmup=3)", warm(3, wave(0)), 0.7),
]
SCHEDULED = [
    ("SGD(lr=0.1, momentum=0.9, weight_decay=0.01)", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01)),
    ("Adam(lr=0.02)", lambda p: torch.optim.Adam(p, lr=0.02)),
]


def gradient(step):
    values = formula.uniform(PARAMETER_SEED + step, SIZE, -1, 1)
    values[step % SIZE] = 0
    return torch.tensor(values, dtype=torch.float64)


def rows():
    for net, make in CASES:
        yield row(net, make)
    for net, make in SCHEDULED:
        for settings, schedule, clip in SETTINGS:
            yield row(net, make, settings, schedule, clip)


def row(net, make, settings=None, schedule=None, clip=None):
    parameter = torch.nn.Parameter(torch.tensor(formula.uniform(PARAMETER_SEED, SIZE, -1, 1), dtype=torch.float64))
    optimizer = make([parameter])
    scheduler = schedule and schedule(optimizer)
    steps = []
    for step in range(1, STEPS + 1):
        parameter.grad = gradient(step)
        if clip:
            torch.nn.utils.clip_grad_norm_([parameter], clip)
        optimizer.step()
        if scheduler:
            scheduler.step()
        # To a ten-billionth: what is compared is far coarser.
        steps.append([round(value, 10) for value in parameter.tolist()])
    given = {"settings": settings} if settings else {}
    return {"net": net, **given, "seed": PARAMETER_SEED, "size": SIZE, "steps": steps}
