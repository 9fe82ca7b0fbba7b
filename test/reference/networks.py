"""Writes test/fixtures/networks.json: what the parameters of known networks are called, and what two of them compute.

    /usr/bin/python3 test/reference/networks.py

The networks are torchvision's and PyTorch's own, written with `torch.nn` so that torchvision is not needed: the names and
shapes are those of torchvision's `state_dict`. Their `num_batches_tracked` is left out: the language has no such counter,
because its batch normalization always moves the running statistics by `momentum`. test/programs/*.net are the same networks.
Weights and inputs come from formula.py; the values are computed in float64 and in eval mode.
"""

import json
import math
from pathlib import Path

import torch
from torch import nn

import formula

FIXTURE = Path(__file__).parent.parent / "fixtures" / "networks.json"
SAMPLES = 2
# Of a result, at most this many numbers are kept, evenly spread.
KEPT = 64


class LeNet5(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, 10)


class Classifier(nn.Module):
    """Features, a pooling and a classifier, as in torchvision's AlexNet and VGG."""

    def __init__(self, features, classifier):
        super().__init__()
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(*classifier)


def alexnet():
    features = [nn.Conv2d(3, 64, 11, stride=4, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
    features += [nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
    for inputs, outputs in [(192, 384), (384, 256), (256, 256)]:
        features += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU()]
    features += [nn.MaxPool2d(3, 2)]
    classifier = [nn.Dropout(), nn.Linear(256 * 6 * 6, 4096), nn.ReLU()]
    classifier += [nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)]
    return Classifier(features, classifier)


def vgg16():
    features, channels = [], 3
    for width in [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"]:
        if width == "M":
            features += [nn.MaxPool2d(2, 2)]
        else:
            features += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
            channels = width
    classifier = [nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout()]
    classifier += [nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, 1000)]
    return Classifier(features, classifier)


class Block(nn.Module):
    """torchvision's BasicBlock (kernels 3, 3) and Bottleneck (kernels 1, 3, 1; the last four times as wide)."""

    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        convolutions = [(inputs, width, 3, stride), (width, width, 3, 1)]
        if bottleneck:
            convolutions = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        self.depth = len(convolutions)
        for i, (channels, kernels, size, step) in enumerate(convolutions, 1):
            conv = nn.Conv2d(channels, kernels, size, stride=step, padding=size // 2, bias=False)
            setattr(self, f"conv{i}", conv)
            setattr(self, f"bn{i}", nn.BatchNorm2d(kernels))
        self.downsample = None
        if stride != 1 or inputs != outputs:
            projection = nn.Conv2d(inputs, outputs, 1, stride=stride, bias=False)
            self.downsample = nn.Sequential(projection, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for i in range(1, self.depth + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.depth:
                y = torch.relu(y)
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, depths, bottleneck=False, classes=1000, channels=3):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        inputs = 64
        for i, depth in enumerate(depths, 1):
            width = 64 * 2 ** (i - 1)
            outputs = 4 * width if bottleneck else width
            stride = 1 if i == 1 else 2
            blocks = [Block(inputs, width, stride, bottleneck)]
            blocks += [Block(outputs, width, 1, bottleneck) for _ in range(depth - 1)]
            setattr(self, f"layer{i}", nn.Sequential(*blocks))
            inputs = outputs
        self.fc = nn.Linear(inputs, classes)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(x.mean((2, 3)))


def encoder_layer():
    return nn.TransformerEncoderLayer(512, 8, 2048, batch_first=True)


# The file in test/programs, and the network.
NETWORKS = {
    "lenet5": LeNet5,
    "alexnet": alexnet,
    "vgg16": vgg16,
    "resnet18": lambda: ResNet([2, 2, 2, 2]),
    "resnet34": lambda: ResNet([3, 4, 6, 3]),
    "resnet50": lambda: ResNet([3, 4, 6, 3], bottleneck=True),
    "encoder_layer": encoder_layer,
}

# What is computed: the file, the network, the shape of a sample, a seed. The ResNet-18 is one for small grey pictures.
VALUES = [
    ("resnet18", lambda: ResNet([2, 2, 2, 2], classes=10, channels=1), (1, 28, 28), 5000),
    ("encoder_layer", encoder_layer, (16, 512), 6000),
]


def tensors(model):
    return {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}


def parameters(model):
    return sum(p.numel() for p in model.parameters())


def bounds(name, shape):
    """Weights as He et al. (2015) start them, so that what flows through keeps its size; the rest about its usual values."""
    if len(shape) > 1:
        bound = math.sqrt(6 / math.prod(shape[1:]))
        return -bound, bound
    return (0.5, 1.5) if name.endswith((".weight", "running_var")) else (-0.5, 0.5)


def values(file, build, sample, seed):
    model = build().double().eval()
    total = parameters(model)
    for position, (name, tensor) in enumerate(tensors(model).items()):
        low, high = bounds(name, tensor.shape)
        start = formula.uniform(seed + position, tensor.numel(), low, high).reshape(tensor.shape)
        tensor.copy_(torch.tensor(start, dtype=torch.float64))
    count = SAMPLES * math.prod(sample)
    x = formula.uniform(seed + 999, count, -1, 1).reshape(SAMPLES, *sample)
    # Without gradients PyTorch 1.13 takes another way through the encoder's layer ("fast path"), to the same values.
    result = model(torch.tensor(x, dtype=torch.float64)).detach().reshape(-1)
    stride = max(1, result.numel() // KEPT)
    kept = [float(f"{v:.9g}") for v in result[::stride].tolist()]
    return {"file": file, "samples": SAMPLES, "sample": sample, "seed": seed, "parameters": total, "stride": stride, "values": kept}


def main():
    rows = []
    for file, build in NETWORKS.items():
        model = build()
        shapes = [[name, list(tensor.shape)] for name, tensor in tensors(model).items()]
        rows.append({"file": file, "parameters": parameters(model), "tensors": shapes})
        print(file, parameters(model), len(shapes))
    results = [values(*case) for case in VALUES]
    one_a_line = lambda items: ",\n".join(json.dumps(item, separators=(",", ":")) for item in items)
    about = json.dumps("Written by test/reference/networks.py; do not edit.")
    FIXTURE.write_text(f'{{\n"about": {about},\n"networks": [\n{one_a_line(rows)}\n],\n"values": [\n{one_a_line(results)}\n]\n}}\n')


if __name__ == "__main__":
    main()
