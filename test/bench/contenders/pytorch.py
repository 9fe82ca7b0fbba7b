"""PyTorch on the CPU: reads the task that ../task.ts describes, measures as ../contend.ts does, writes the outcome.

The variant `eager` is PyTorch as one writes it. `tuned` is what can be had by asking for it: channels last in training; in
inference the network traced, frozen and optimized.

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
SLOW, BLOCK = 1500, 40


def now():
    return 1000 * time.perf_counter()


def span(act, settle, repeats):
    """What an action takes, in milliseconds: by the clock, and of the processor."""
    start, used = now(), time.process_time()
    for _ in range(repeats):
        act()
    settle()
    return (now() - start) / repeats, 1000 * (time.process_time() - used) / repeats


def timed(act, settle, once, seconds):
    each = statistics.median(ms for ms, _ in once)
    if each > SLOW:
        return timing(once)
    warm = now() + 500 * seconds
    while now() < warm:
        each = min(each, span(act, settle, 1)[0])
    repeats = max(1, round(BLOCK / each))
    spans = []
    end = now() + 1000 * seconds
    while now() < end or len(spans) < 2:
        spans.append(span(act, settle, repeats))
    return timing(spans)


def timing(spans):
    times = [ms for ms, _ in spans]
    processor = statistics.median(used for _, used in spans)
    return {"median": statistics.median(times), "least": min(times), "processor": processor, "blocks": len(spans)}


def build(task):
    """The network with the task's weights."""
    if task["network"] == "fashion_cnn":
        model = cnn.FashionCnn(False, 0, torch.float32)
    else:
        classes = next(p["shape"][0] for p in task["parameters"] if p["name"] == "fc.weight")
        model = networks.ResNet([2, 2, 2, 2], classes=classes, channels=task["sample"][0])
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
    layout = torch.channels_last if task["variant"] == "tuned" else torch.contiguous_format
    model = build(task).to(memory_format=layout)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
    size = task["batch"]
    last = None
    done = 0

    def step():
        nonlocal last, done
        at = done % task["batches"] * size
        done += 1
        output = model((images[at : at + size].float() / 255).to(memory_format=layout))
        last = F.cross_entropy(output, labels[at : at + size])
        optimizer.zero_grad(set_to_none=True)
        last.backward()
        optimizer.step()

    losses = []

    def settle():
        losses.append(last.item())

    span(step, settle, 1)
    first = now() - start
    once = [span(step, settle, 1), span(step, settle, 1)]
    measured = timed(step, lambda: last.item(), once, task["seconds"])
    return {"firstMs": first, "losses": losses, "prediction": [], "train": measured}


def compiled(model, given):
    return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, given)))


def infer(task, images):
    scaled = images.float() / 255
    start = now()
    model = build(task).eval()
    first, prediction, timings = 0, [], {}
    with torch.no_grad() if task["variant"] == "tuned" else torch.inference_mode():
        for n in task["inferBatches"]:
            given = scaled[:n]
            predict = compiled(model, given) if task["variant"] == "tuned" else model
            result = predict(given).numpy()
            if not timings:
                first = now() - start
                prediction = result[0].tolist()
            call, settle = lambda: predict(given), lambda: None
            timings[str(n)] = timed(call, settle, [span(call, settle, 1)], task["seconds"])
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
        "description": f"PyTorch {torch.__version__}, {task['variant']}, {torch.get_num_threads()} threads",
        "importMs": IMPORT_MS,
        **measured,
        "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    Path(task["outcome"]).write_text(json.dumps(outcome))


main()
