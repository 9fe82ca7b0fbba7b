"""The small-data experiment in PyTorch: the network of models/fashion_cnn.net on the first 500 pictures of Fashion-MNIST, plain or
with torchvision's transforms, each picture changed for itself. Prints the test accuracy after the epochs asked for.

    python3 test/experiments/small_data.py DATA_FOLDER SEED plain|augmented [EPOCHS]

Peer of `small-data.ts`; needs torch and torchvision (1.13 and 0.14 were used).
"""

import gzip
import sys

import torch
from torch import nn
from torchvision import transforms
from torchvision.transforms import InterpolationMode


def images(path):
    with gzip.open(path) as file:
        data = torch.frombuffer(bytearray(file.read()[16:]), dtype=torch.uint8)
    return data.reshape(-1, 1, 28, 28).float() / 255


def labels(path):
    with gzip.open(path) as file:
        return torch.frombuffer(bytearray(file.read()[8:]), dtype=torch.uint8).long()


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 128, 3), nn.ReLU(),
        nn.Flatten(), nn.Linear(1152, 64), nn.ReLU(), nn.Linear(64, 10), nn.Softmax(dim=1),
    )


def main(folder, seed, kind, epochs):
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    x = images(f"{folder}/train-images-idx3-ubyte.gz")[:500]
    y = labels(f"{folder}/train-labels-idx1-ubyte.gz")[:500]
    x_test = images(f"{folder}/t10k-images-idx3-ubyte.gz")
    y_test = labels(f"{folder}/t10k-labels-idx1-ubyte.gz")
    augment = transforms.Compose([
        transforms.RandomHorizontalFlip(),
        transforms.RandomRotation(10),
        transforms.RandomResizedCrop(28, scale=(0.9, 1.0), interpolation=InterpolationMode.BILINEAR),
    ])
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    loss = nn.CrossEntropyLoss()
    for epoch in range(1, epochs + 1):
        total = learned = 0
        for batch in torch.randperm(500).split(64):
            pictures = x[batch]
            if kind == "augmented":
                pictures = torch.stack([augment(picture) for picture in pictures])
            optimizer.zero_grad()
            output = model(pictures)
            error = loss(output, y[batch])
            error.backward()
            total += error.item() * len(batch)
            learned += (output.argmax(1) == y[batch]).sum().item()
            optimizer.step()
        if epoch % 200 == 0 or epoch == epochs:
            with torch.no_grad():
                right = sum((model(p).argmax(1) == t).sum().item() for p, t in zip(x_test.split(1000), y_test.split(1000)))
            training = f"training loss {total / 500:.4f}, accuracy {learned / 500:.3f}"
            print(f"{kind} seed {seed} epoch {epoch}: test {right / 10000:.4f}, {training}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 1000)
