"""What torchvision does to pictures with given parameters, and the windows that it draws: fixtures for test/augments.

The pictures are drawn garments, which test/fixtures/garments.json holds (test/augments/garments.test.ts writes it). Needs
torchvision 0.14: `apt-get install python3-torchvision`.
"""

import base64
import json
from pathlib import Path

import numpy as np
import torch
import torchvision
from torchvision.transforms import RandomErasing, RandomResizedCrop
from torchvision.transforms import functional as F

TORCHVISION = "0.14"
GARMENTS = Path(__file__).parent.parent / "fixtures" / "garments.json"
GREY, SHOE, COLOUR = range(3)

ANGLES = (0.0, 5.0, -7.3, 10.0, 33.7, 45.0, -61.0, 90.0, -90.0, 123.4, 180.0)


def cases():
    """The picture; the expression in the language, over `image`; and torchvision's."""
    for picture in (GREY, COLOUR):
        for flip in ("hflip", "vflip"):
            yield picture, f"{flip}(image, 1 > 0)", f"F.{flip}(image)"
            yield picture, f"{flip}(image, 0 > 1)", "image"
        for angle in ANGLES if picture == GREY else ANGLES[3:10:2]:
            yield picture, f"rotated(image, {angle})", f"F.rotate(image, {angle})"
        for factor in (0.0, 0.4, 1.0, 1.7) if picture == GREY else (0.4, 1.7):
            yield picture, f"adjust_brightness(image, {factor})", f"F.adjust_brightness(image, {factor})"
            yield picture, f"adjust_contrast(image, {factor})", f"F.adjust_contrast(image, {factor})"
        windows = ((0, 0, 5, 9), (20, 13, 8, 11), (11, 7, 10, 3), (6, 6, 0, 4))
        for top, left, height, width in windows if picture == GREY else windows[:2]:
            window = f"{top}, {left}, {height}, {width}"
            floats = ", ".join(f"{float(v)}" for v in (top, left, height, width))
            # torchvision's erase takes whatever is written there; a window without rows is none.
            torch_value = "0.25" if picture == GREY else "0.75"
            yield picture, f"erase(image, {floats}, {torch_value})", f"F.erase(image, {window}, {torch_value})"
    yield SHOE, "rotated(image, 20.0, fill=0.5)", "F.rotate(image, 20, fill=[0.5])"
    yield SHOE, "rotated(image, -3.1, fill=1.0)", "F.rotate(image, -3.1, fill=[1.0])"

    for picture, windows in (
        (GREY, [(0, 0, 28, 28, 28, 28), (3, 5, 20, 17, 28, 28), (2, 0, 25, 28, 28, 28), (10, 11, 1, 1, 28, 28)]),
        (SHOE, [(0, 0, 28, 28, 14, 14), (1, 1, 27, 26, 5, 9), (14, 3, 9, 21, 20, 30), (9, 9, 2, 3, 7, 5)]),
        (COLOUR, [(0, 0, 28, 24, 28, 24), (4, 2, 13, 19, 28, 24), (5, 0, 21, 24, 10, 12)]),
    ):
        for top, left, height, width, rows, columns in windows:
            floats = ", ".join(f"{float(v)}" for v in (top, left, height, width))
            yield (
                picture,
                f"resized_crop(image, {floats}, ({rows}, {columns}))",
                # `antialias` at its default for tensors, which is False.
                f"F.resized_crop(image, {top}, {left}, {height}, {width}, [{rows}, {columns}])",
            )
    for picture, size in ((SHOE, (28, 28)), (COLOUR, (28, 24))):
        for padding, top, left in ((2, 0, 0), (2, 4, 1), (4, 3, 7)):
            yield (
                picture,
                f"crop(image, {top - padding}, {left - padding}, {size})",
                f"F.crop(F.pad(image, [{padding}] * 4), {top}, {left}, {size[0]}, {size[1]})",
            )
    yield SHOE, "crop(image, 5, 3, (11, 20))", "F.crop(image, 5, 3, 11, 20)"


AUGMENTS = [
    (GREY, "Normalize(0.286, 0.353)", "F.normalize(image, [0.286], [0.353])"),
    (COLOUR, "Normalize(mean=0.5, std=0.25)", "F.normalize(image, [0.5] * 3, [0.25] * 3)"),
]


def pictures():
    for row in json.loads(GARMENTS.read_text())["pictures"]:
        data = np.frombuffer(bytes.fromhex(row["bytes"]), dtype=np.uint8).reshape(row["shape"])
        yield torch.tensor(data).to(torch.float32) / 255


def packed(tensor):
    """Values in 65,536 steps from the least to the largest: exact to 1e-5 of their range."""
    values = tensor.to(torch.float64).numpy()
    low, high = float(values.min()), float(values.max())
    steps = np.round((values - low) / ((high - low) or 1) * 65535).astype("<u2")
    return {"low": low, "high": high, "steps": base64.b64encode(steps.tobytes()).decode()}


def rows():
    assert torchvision.__version__.startswith(TORCHVISION), f"fixtures are torchvision {TORCHVISION}'s"
    all_pictures = list(pictures())
    for kind, listed in (("function", cases()), ("augment", AUGMENTS)):
        for picture, net, expression in listed:
            y = eval(expression, {"F": F, "image": all_pictures[picture].clone()})
            yield {"kind": kind, "picture": picture, "net": net, "torch": expression, "shape": list(y.shape), **packed(y)}


# ---- windows ------------------------------------------------------------------------------------------------------------

DRAWS = 100_000

WINDOWS = [
    ("random_crop_window", (28, 28), (0.08, 1.0), (0.75, 1.3333333)),
    ("random_crop_window", (28, 28), (0.9, 1.0), (0.75, 1.3333333)),
    ("random_crop_window", (20, 32), (0.2, 0.8), (0.5, 2.0)),
    # Where ten tries often find nothing.
    ("random_crop_window", (28, 28), (0.95, 1.0), (1.0, 2.0)),
    ("random_crop_window", (24, 16), (0.9, 1.0), (0.8, 2.5)),
    ("random_erased_window", (28, 28), (0.02, 0.33), (0.3, 3.3)),
    ("random_erased_window", (20, 32), (0.5, 1.0), (0.3, 3.3)),
]


def window(function, image, scale, ratio):
    if function == "random_crop_window":
        return RandomResizedCrop.get_params(image, list(scale), list(ratio))
    top, left, height, width, _ = RandomErasing.get_params(image, scale, ratio, [0.0])
    # Nothing found: the whole picture, erased with itself.
    return (top, left, height, width) if height < image.shape[-2] else (0, 0, 0, 0)


def window_rows():
    """How often each top, left, height and width was drawn, and each height with each width (row-major)."""
    torch.manual_seed(20)
    for function, size, scale, ratio in WINDOWS:
        image = torch.zeros(1, *size)
        counts = {key: [0] * (size[axis] + 1) for key, axis in (("top", 0), ("left", 1), ("height", 0), ("width", 1))}
        sides = [0] * ((size[0] + 1) * (size[1] + 1))
        for _ in range(DRAWS):
            top, left, height, width = window(function, image, scale, ratio)
            for key, value in (("top", top), ("left", left), ("height", height), ("width", width)):
                counts[key][value] += 1
            sides[height * (size[1] + 1) + width] += 1
        yield {"net": function, "size": size, "scale": scale, "ratio": ratio, "draws": DRAWS, **counts, "sides": sides}
