"""PyTorch: reads the task that ../task.ts describes, measures as ../contend.ts does, writes the outcome.

On the CPU the variant `eager` is PyTorch as one writes it. `tuned` is what can be had by asking for it: channels last in
training; in inference the network traced, frozen and optimized.

On a GPU `cuda` is PyTorch as one writes it, the data set on the device; `cuda-graphs` replays a captured step;
`cuda-compiled` is `torch.compile(mode="reduce-overhead")` with the fused optimizer. All of them with PyTorch's defaults, by
which convolutions round their operands to TF32.

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


def on_gpu(task):
    return task["variant"].startswith("cuda")


def train(task, images, labels):
    start = now()
    variant = task["variant"]
    layout = torch.channels_last if variant == "tuned" else torch.contiguous_format
    model = build(task).to(memory_format=layout)
    if on_gpu(task):
        model, images, labels = model.cuda(), images.cuda(), labels.cuda()
    captured = variant == "cuda-graphs"
    fused = {"fused": True} if variant == "cuda-compiled" else {}
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, **({"capturable": True} if captured else fused))
    network = torch.compile(model, mode="reduce-overhead") if variant == "cuda-compiled" else model
    size = task["batch"]

    def work(image, label):
        output = network((image.float() / 255).to(memory_format=layout))
        loss = F.cross_entropy(output, label)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        return loss.detach()

    replay = Replay(work, images[:size], labels[:size]) if captured else work
    last = None
    done = 0

    def step():
        nonlocal last, done
        at = done % task["batches"] * size
        done += 1
        last = replay(images[at : at + size], labels[at : at + size])

    losses = []

    def settle():
        losses.append(last.item())

    span(step, settle, 1)
    first = now() - start
    once = [span(step, settle, 1), span(step, settle, 1)]
    measured = timed(step, lambda: last.item(), once, task["seconds"])
    return {"firstMs": first, "losses": losses, "prediction": [], "train": measured}


class Replay:
    """Calls a function that computes on the GPU: twice as it is, as capturing demands, then captured in a graph."""

    def __init__(self, call, *given):
        self.call, self.given, self.calls = call, [each.clone() for each in given], 0

    def __call__(self, *given):
        for own, each in zip(self.given, given):
            own.copy_(each)
        self.calls += 1
        if self.calls <= 2:
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                result = self.call(*self.given)
            torch.cuda.current_stream().wait_stream(side)
            return result
        if self.calls == 3:
            self.graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self.graph):
                self.result = self.call(*self.given)
        self.graph.replay()
        return self.result


def predictor(task, model, given):
    """A function that gives the model's output for pictures in the host's memory, there again."""
    variant = task["variant"]
    if variant == "tuned":
        return torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, given)))
    if variant == "eager":
        return model
    call = torch.compile(model, mode="reduce-overhead") if variant == "cuda-compiled" else model
    if variant == "cuda-graphs":
        call = Replay(model, given.cuda())
    return lambda pictures: call(pictures.cuda()).cpu()


def infer(task, images):
    scaled = images.float() / 255
    start = now()
    model = build(task).eval()
    if on_gpu(task):
        model = model.cuda()
    first, prediction, timings = 0, [], {}
    with torch.no_grad() if task["variant"] in ("tuned", "cuda-compiled") else torch.inference_mode():
        for n in task["inferBatches"]:
            given = scaled[:n]
            predict = predictor(task, model, given)
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
    place = torch.cuda.get_device_name() if on_gpu(task) else f"{torch.get_num_threads()} threads"
    outcome = {
        "description": f"PyTorch {torch.__version__}, {task['variant']}, {place}",
        "importMs": IMPORT_MS,
        **measured,
        "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    Path(task["outcome"]).write_text(json.dumps(outcome))


main()
