"""How PyTorch starts parameters: the distributions that its layers and torch.nn.init draw from, recorded as they draw."""

import torch

LAYERS = [
    ("Linear(5 -> 4)", [5], lambda: torch.nn.Linear(5, 4)),
    ("Conv2d(2 -> 4, kernel=3)", [2, 6, 6], lambda: torch.nn.Conv2d(2, 4, 3)),
    ("Conv2d(6 -> 9, kernel=(3, 2), groups=3)", [6, 6, 6], lambda: torch.nn.Conv2d(6, 9, (3, 2), groups=3)),
    ("BatchNorm2d(4)", [4, 3, 3], lambda: torch.nn.BatchNorm2d(4)),
    ("BatchNorm1d(4)", [4], lambda: torch.nn.BatchNorm1d(4)),
    ("LayerNorm(4)", [3, 4], lambda: torch.nn.LayerNorm(4)),
    ("MultiheadAttention(3)", [4, 6], lambda: torch.nn.MultiheadAttention(6, 3)),
    ("Embedding(6, 4)", [5], lambda: torch.nn.Embedding(6, 4)),
    ("GroupNorm(2, 4)", [4, 3, 3], lambda: torch.nn.GroupNorm(2, 4)),
    ("MultiheadAttention(2)", [3, 6], lambda: torch.nn.MultiheadAttention(6, 2)),
    ("MultiheadAttention(3, bias=false)", [3, 6], lambda: torch.nn.MultiheadAttention(6, 3, bias=False)),
    ("Embedding(9, 4)", "class(9)", lambda: torch.nn.Embedding(9, 4)),
]

SHAPES = [[4, 5], [4, 3, 3, 2]]
init = torch.nn.init
FUNCTIONS = [
    ("zeros()", init.zeros_),
    ("ones()", init.ones_),
    ("constant(0.25)", lambda t: init.constant_(t, 0.25)),
    ("uniform(-1, 2)", lambda t: init.uniform_(t, -1, 2)),
    ("normal(0.5, 0.02)", lambda t: init.normal_(t, 0.5, 0.02)),
    ("kaiming_uniform()", init.kaiming_uniform_),
    ("kaiming_uniform(a=0.3)", lambda t: init.kaiming_uniform_(t, a=0.3)),
    ("kaiming_normal()", init.kaiming_normal_),
    ("xavier_uniform()", init.xavier_uniform_),
    ("xavier_uniform(gain=1.5)", lambda t: init.xavier_uniform_(t, gain=1.5)),
    ("xavier_normal()", init.xavier_normal_),
]


class Recorder:
    """While it is open, what uniform_, normal_ and the like are called with, by the tensor's memory."""

    def __enter__(self):
        self.calls = {}
        self.kept = {name: getattr(torch.Tensor, name) for name in ("uniform_", "normal_", "fill_", "zero_")}

        def record(name, describe):
            def replacement(tensor, *arguments):
                self.calls[tensor.data_ptr()] = describe(*arguments)
                return self.kept[name](tensor, *arguments)

            setattr(torch.Tensor, name, replacement)

        record("uniform_", lambda low=0, high=1: {"kind": "uniform", "low": low, "high": high})
        record("normal_", lambda mean=0, std=1: {"kind": "normal", "mean": mean, "std": std})
        record("fill_", lambda value: {"kind": "constant", "value": value})
        record("zero_", lambda: {"kind": "constant", "value": 0})
        return self

    def __exit__(self, *_):
        for name, function in self.kept.items():
            setattr(torch.Tensor, name, function)

    def of(self, tensor):
        known = self.calls.get(tensor.data_ptr())
        if known is None:  # made by torch.zeros or torch.ones
            value = tensor.reshape(-1)[0].item()
            assert (tensor == value).all()
            known = {"kind": "constant", "value": value}
        return known


def rows():
    for net, shape, make in LAYERS:
        with Recorder() as recorder:
            layer = make()
        tensors = {k: v for k, v in layer.state_dict().items() if v.dtype.is_floating_point}
        yield {"layer": net, "input": shape, "init": {name: recorder.of(value) for name, value in tensors.items()}}
    for net, fill in FUNCTIONS:
        for shape in SHAPES:
            tensor = torch.empty(shape)
            with Recorder() as recorder:
                fill(tensor)
            yield {"function": net, "shape": shape, "init": recorder.of(tensor)}
    torch.manual_seed(1)
    for arguments in ({}, {"std": 0.02}, {"mean": 0.5, "std": 0.5, "a": 0.0, "b": 0.75}):
        sample = init.trunc_normal_(torch.empty(1_000_000, dtype=torch.float64), **arguments)
        yield {"truncated": arguments, "mean": round(sample.mean().item(), 4), "std": round(sample.std().item(), 4)}
