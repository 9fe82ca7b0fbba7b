"""Times PyTorch's training of the Fashion-MNIST CNN, for comparison; prints one JSON line per number of threads.

    OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0 /usr/bin/python3 test/reference/bench_torch.py [--threads 1 2] [--steps 100]

A step is what the generated trainer does in one: pick a shuffled batch of u8 images, convert, forward, cross-entropy over
softmax, accuracy, backward, Adam. The figure is the median step's. OpenBLAS must be Debian's libopenblas0-pthread, and it
uses every core whatever the number of threads: the matrix products of a "1 thread" run are not single-threaded unless
OPENBLAS_NUM_THREADS=1 is set as well.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import torch
import torch.nn.functional as F

import cnn
import formula

BATCH = 64
WARM_UP = 10


def measure(threads, steps, images, label):
    torch.set_num_threads(threads)
    torch.manual_seed(42)
    model = cnn.FashionCnn(False, 1000, torch.float32)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    order = torch.randperm(len(label))
    seconds = []
    for step in range(WARM_UP + steps):
        start = time.perf_counter()
        picked = order[torch.arange(step * BATCH, (step + 1) * BATCH) % len(order)]
        output = model(images[picked].float() / 255)
        loss = F.cross_entropy(output, label[picked])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        (output.argmax(1) == label[picked]).float().mean().item()
        loss.item()
        seconds.append(time.perf_counter() - start)
    return seconds[WARM_UP:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()
    images = torch.tensor(formula.images(206, 0, 4096))
    label = torch.tensor(formula.labels(0, 4096))
    for threads in arguments.threads:
        seconds = measure(threads, arguments.steps, images, label)
        median = statistics.median(seconds)
        result = {
            "framework": f"PyTorch {torch.__version__}",
            "threads": threads,
            "batch": BATCH,
            "steps": arguments.steps,
            "ms_per_step": round(1000 * median, 2),
            "images_per_second": round(BATCH / median),
            "images_per_second_mean": round(BATCH * len(seconds) / sum(seconds)),
        }
        print(json.dumps(result), flush=True)


main()
