"""Optimizers with their arguments in the language and in PyTorch: the parameters after each of ten steps.

Parameters and gradients come from formula.py; a gradient of 0 is among them.
"""

import torch

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


def gradient(step):
    values = formula.uniform(PARAMETER_SEED + step, SIZE, -1, 1)
    values[step % SIZE] = 0
    return torch.tensor(values, dtype=torch.float64)


def rows():
    for net, make in CASES:
        parameter = torch.nn.Parameter(torch.tensor(formula.uniform(PARAMETER_SEED, SIZE, -1, 1), dtype=torch.float64))
        optimizer = make([parameter])
        steps = []
        for step in range(1, STEPS + 1):
            parameter.grad = gradient(step)
            optimizer.step()
            # To a ten-billionth: what is compared is far coarser.
            steps.append([round(value, 10) for value in parameter.tolist()])
        yield {"net": net, "seed": PARAMETER_SEED, "size": SIZE, "steps": steps}
