"""Looks for data on which twenty steps of training do not amplify rounding errors; prints a line per candidate.

    /usr/bin/python3 test/reference/find_seeds.py [--logits] [--first 1000] [--count 20]

Each candidate is trained in float32 up to 31 times, all but the first with errors of float32's size put into the layers'
results and into every gradient; the largest relative difference between two trainings' losses is what a correct implementation
with another order of summation may show. Seeds go into RUNS of make_fixtures.py by hand.
"""

import argparse
import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import torch
import torch.nn.functional as F

import cnn

STEPS = 20
TRAININGS = 30
TOO_MUCH = 3e-5


def losses(logits, parameter_seed, batches, perturbation):
    """Losses of one training; perturbation 0 is the true one, others are seeds of errors."""
    model = cnn.FashionCnn(logits, parameter_seed, torch.float32)
    generator = torch.Generator().manual_seed(perturbation)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    if perturbation:
        # Errors in the layers' results decide which position of a pooling window wins when two are all but equal.
        for layer in model.children():
            layer.register_forward_hook(
                lambda _layer, _inputs, y: y + 2e-7 * y.detach().square().mean().sqrt() * torch.randn(y.shape, generator=generator)
            )
    result = []
    for images, label in batches:
        loss = F.cross_entropy(model(images), label)
        optimizer.zero_grad()
        loss.backward()
        if perturbation:
            for p in model.parameters():
                error = 3e-7 * p.grad.abs().mean() * torch.randn(p.shape, generator=generator)
                p.grad += error * (p.grad != 0)
        optimizer.step()
        result.append(loss.item())
    return result


def spread(logits, parameter_seed, noise_seed):
    """(trainings done, largest relative difference from the unperturbed losses); stops early at a difference too large."""
    batches = [cnn.batch(noise_seed, step, 64, torch.float32) for step in range(STEPS)]
    true = losses(logits, parameter_seed, batches, 0)
    worst = 0.0
    for k in range(1, TRAININGS + 1):
        worst = max(worst, max(abs(a / b - 1) for a, b in zip(losses(logits, parameter_seed, batches, k), true)))
        if worst > TOO_MUCH:
            return k, worst
    return TRAININGS, worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--logits", action="store_true")
    parser.add_argument("--first", type=int, default=1000)
    parser.add_argument("--count", type=int, default=20)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for candidate in range(arguments.count):
        parameter_seed = arguments.first + 100 * candidate
        noise_seed = 205 + candidate % 4
        trainings, worst = spread(arguments.logits, parameter_seed, noise_seed)
        print(f"parameters {parameter_seed}, noise {noise_seed}: {worst:.1e} in {trainings} trainings", flush=True)


main()
