"""The Fashion-MNIST CNN of models/fashion_cnn.net in PyTorch, with weights by formula. No training loop here."""

import torch
from torch import nn

import formula


class FashionCnn(nn.Module):
    """`logits=False`: the result is softmax's, and the loss applies softmax once more, as models/fashion_cnn.net says."""

    def __init__(self, logits, seed, dtype):
        super().__init__()
        self.logits = logits
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.conv3 = nn.Conv2d(64, 128, 3)
        self.fc1 = nn.Linear(1152, 64)
        self.fc2 = nn.Linear(64, 10)
        self.to(dtype)
        self.load_state_dict({name: torch.tensor(value) for name, value in formula.fashion_parameters(seed).items()})

    def forward(self, image):
        x = torch.max_pool2d(torch.relu(self.conv1(image)), 2)
        x = torch.max_pool2d(torch.relu(self.conv2(x)), 2)
        x = torch.relu(self.conv3(x)).flatten(1)
        x = self.fc2(torch.relu(self.fc1(x)))
        return x if self.logits else torch.softmax(x, 1)


def batch(noise_seed, index, size, dtype):
    """Images in 0..1 and labels of the samples index * size .. (index + 1) * size - 1."""
    images = torch.tensor(formula.images(noise_seed, index * size, size)).to(dtype) / 255
    return images, torch.tensor(formula.labels(index * size, size))
