"""PyTorch, eager, on the CPU: reads the task that ../task.ts describes, measures as ../contend.ts does, writes the outcome.

OMP_WAIT_POLICY=PASSIVE and GOMP_SPINCOUNT=0 come from the driver: with OpenMP's default, threads that spin, two of them
are many times slower on a machine that does anything else.
"""

import json
import resource
import statistics
import sys
import time
from pathlib import Path

START = time.perf_counter()

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "reference"))
import cnn
import networks

IMPORT_MS = 1000 * (time.perf_counter() - START)
# The same as in ../contend.ts.
SLOW, WARM_UP, BLOCK = 1500, 500, 40


def now():
    return 1000 * time.perf_counter()


def timed(act, settle, once, seconds):
    """Median and least time of an action in milliseconds, by blocks."""
    if statistics.median(once) > SLOW:
        return timing(once)

    def run(repeats):
        start = now()
        for _ in range(repeats):
            act()
        settle()
        return (now() - start) / repeats

    each = statistics.median(once)
    warm = now() + WARM_UP
    while now() < warm:
        each = run(1)
    repeats = max(1, round(BLOCK / each))
    times = []
    end = now() + 1000 * seconds
    while now() < end or len(times) < 2:
        times.append(run(repeats))
    return timing(times)


def timing(times):
    return {"median": statistics.median(times), "least": min(times), "blocks": len(times)}


def build(task):
    """The network with the task's weights."""
    if task["network"] == "fashion_cnn":
        model = cnn.FashionCnn(False, 0, torch.float32)
    else:
        model = networks.ResNet([2, 2, 2, 2], classes=10, channels=task["sample"][0])
    flat = torch.frombuffer(bytearray((Path(task["folder"]) / "weights.f32").read_bytes()), dtype=torch.float32)
    state, at = {}, 0
    for parameter in task["parameters"]:
        count = torch.Size(parameter["shape"]).numel()
        state[parameter["name"]] = flat[at : at + count].reshape(parameter["shape"])
        at += count
    missing, unexpected = model.load_state_dict(state, strict=False)
    left = [name for name in missing if not name.endswith("num_batches_tracked")] + unexpected
    if left:
        raise ValueError(f"the weights do not fit the network: {left}")
    return model


def train(task, images, labels):
    start = now()
    model = build(task)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    size = task["batch"]
    last = None
    done = 0

    def step():
        nonlocal last, done
        at = done % task["batches"] * size
        done += 1
        output = model(images[at : at + size].float() / 255)
        last = F.cross_entropy(output, labels[at : at + size])
        optimizer.zero_grad(set_to_none=True)
        last.backward()
        optimizer.step()

    losses, ends = [], []
    for _ in range(3):
        step()
        losses.append(last.item())
        ends.append(now())
    once = [ends[1] - ends[0], ends[2] - ends[1]]
    measured = timed(step, lambda: last.item(), once, task["seconds"])
    return {"firstMs": ends[0] - start, "losses": losses, "prediction": [], "train": measured}


def infer(task, images):
    scaled = images.float() / 255
    start = now()
    model = build(task).eval()
    first, prediction, timings = 0, [], {}
    with torch.inference_mode():
        for n in task["inferBatches"]:
            given = scaled[:n]
            result = model(given).numpy()
            if not timings:
                first = now() - start
                prediction = result[0].tolist()
            before = now()
            model(given)
            timings[str(n)] = timed(lambda: model(given), lambda: None, [now() - before], task["seconds"])
    return {"firstMs": first, "losses": [], "prediction": prediction, "infer": timings}


def main():
    task = json.loads(Path(sys.argv[1]).read_text())
    torch.set_num_threads(task["threads"])
    folder = Path(task["folder"])
    images = torch.frombuffer(bytearray((folder / "images.u8").read_bytes()), dtype=torch.uint8)
    images = images.reshape(-1, *task["sample"])
    labels = torch.frombuffer(bytearray((folder / "labels.u8").read_bytes()), dtype=torch.uint8).long()
    measured = train(task, images, labels) if task["mode"] == "train" else infer(task, images)
    outcome = {
        "description": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads",
        "importMs": IMPORT_MS,
        **measured,
        "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    Path(task["outcome"]).write_text(json.dumps(outcome))


main()
