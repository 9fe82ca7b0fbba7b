"""A small network with batch normalization, trained for a few steps with weight decay: what its parameters and buffers become.

The same network is the text in batch-norm.test.ts. Data by formula.py; the last batch is a partial one. Weight decay and
momentum are large, so that a buffer that the optimizer touches is far off.
"""

import torch
import torch.nn.functional as F

import formula

SEED = 4000
BATCHES = [8, 8, 8, 8, 5]
IMAGE = (2, 6, 6)
CLASSES = 3
SGD = {"lr": 0.05, "momentum": 0.8, "weight_decay": 0.2}


class NormNet(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = torch.nn.Conv2d(2, 4, 3, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(4)
        self.fc1 = torch.nn.Linear(16, 6)
        self.bn2 = torch.nn.BatchNorm1d(6, momentum=0.3)
        self.fc2 = torch.nn.Linear(6, CLASSES)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(torch.sigmoid(self.bn1(self.conv(x))), 2).flatten(1)
        return self.fc2(torch.tanh(self.bn2(self.fc1(x))))


def tensors(model):
    """Parameters and buffers in the order of the state dictionary, without the counters of batches."""
    return {name: value for name, value in model.state_dict().items() if value.dtype.is_floating_point}


def data(step, n):
    shape = (n, *IMAGE)
    image = formula.uniform(SEED + 100 + step, n * 2 * 6 * 6, -1, 1).reshape(shape)
    label = formula.uniform(SEED + 200 + step, n, 0, CLASSES).astype("int64")
    return torch.tensor(image, dtype=torch.float64), torch.tensor(label)


def row(rounded):
    """Starts and ends of all parameters and buffers, the losses, and inference on the first batch at the end."""
    model = NormNet().double()
    for position, (name, value) in enumerate(tensors(model).items()):
        low, high = (0.5, 1.5) if name.endswith("running_var") else (-0.5, 0.5)
        start = formula.uniform(SEED + position, value.numel(), low, high).reshape(value.shape)
        value.copy_(torch.tensor(start, dtype=torch.float64))
    optimizer = torch.optim.SGD(model.parameters(), **SGD)
    losses = []
    for step, n in enumerate(BATCHES):
        image, label = data(step, n)
        loss = F.cross_entropy(model(image), label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    model.eval()
    output = model(data(0, BATCHES[0])[0])
    return {
        "name": "a network with batch normalization",
        "seed": SEED,
        "batches": BATCHES,
        **SGD,
        "losses": losses,
        "output": rounded(output),
        "tensors": [
            {"name": name, "shape": list(value.shape), "value": rounded(value)}
            for name, value in tensors(model).items()
        ],
    }
