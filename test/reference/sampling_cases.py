"""The sampling that augments are made of, compared with PyTorch's grid_sample and interpolate: what torchvision calls for its
`rotate` and `resized_crop`, whose few lines are here. Importing this adds to the table of operator_cases.py.
"""

import math

import torch
import torch.nn.functional as F

from operator_cases import case, f32
from sequence_cases import SCOPE


def sample(image, x, y, mode):
    """grid_sample at coordinates in pixels, in which the centre of a pixel lies at its whole coordinates."""
    height, width = image.shape[-2:]
    grid = torch.stack(((2 * x + 1) / width - 1, (2 * y + 1) / height - 1), -1)
    return F.grid_sample(image, grid, mode=mode, padding_mode="zeros", align_corners=False)


def sample_points(image, x, y, mode):
    """At the points x[n, i], y[n, i] of each image: [N, C, points]."""
    return sample(image, x[:, None], y[:, None], mode)[:, :, 0]


def rotate(images, degrees, fill=0.0):
    """torchvision.transforms.functional.rotate for tensors: nearest, about the centre, not expanded."""
    height, width = images.shape[-2:]
    turned = []
    for image, angle in zip(images, degrees):
        # _get_inverse_affine_matrix(center=(0, 0), -angle, translate=(0, 0), scale=1, shear=(0, 0))
        turn = math.radians(-float(angle))
        a, b, c, d = math.cos(turn), -math.sin(turn), math.sin(turn), math.cos(turn)
        theta = torch.tensor([[[d, -b, 0.0], [-c, a, 0.0]]], dtype=torch.float64)
        # _gen_affine_grid
        base = torch.empty(1, height, width, 3, dtype=torch.float64)
        base[..., 0] = torch.linspace(-width * 0.5 + 0.5, width * 0.5 - 0.5, width)
        base[..., 1] = torch.linspace(-height * 0.5 + 0.5, height * 0.5 - 0.5, height)[:, None]
        base[..., 2] = 1
        scaled = theta.transpose(1, 2) / torch.tensor([0.5 * width, 0.5 * height], dtype=torch.float64)
        grid = (base.view(1, height * width, 3) @ scaled).view(1, height, width, 2)
        # _apply_grid_transform: what a picture of ones does not reach is filled
        both = torch.cat((image[None], torch.ones(1, 1, height, width, dtype=torch.float64)), 1)
        both = F.grid_sample(both, grid, mode="nearest", padding_mode="zeros", align_corners=False)
        turned.append(torch.where(both[:, -1:] < 0.5, torch.tensor(fill, dtype=torch.float64), both[:, :-1]))
    return torch.cat(turned)


def resized_crop(images, windows, size):
    """torchvision.transforms.functional.resized_crop for tensors, without antialiasing; windows: top, left, height, width."""
    cut = [image[None, :, t : t + h, l : l + w] for image, (t, l, h, w) in zip(images, windows)]
    return torch.cat([F.interpolate(crop, size=size, mode="bilinear", align_corners=False) for crop in cut])


SCOPE.update(sample_points=sample_points, rotate=rotate, resized_crop=resized_crop)

POINTS = [f32("image", ["N", 3, 4, 5]), f32("x", ["N", 9], -2.5, 6.5), f32("y", ["N", 9], -2.5, 5.5)]
case(
    "bilinear",
    "for n in N, c in 3, i in 9 { bilinear(image[n], c, y[n, i], x[n, i]) }",
    "sample_points(image, x, y, 'bilinear')",
    POINTS,
)
case(
    "nearest",
    "for n in N, c in 3, i in 9 { nearest(image[n], c, y[n, i], x[n, i]) }",
    "sample_points(image, x, y, 'nearest')",
    [POINTS[0], *({**spec, "gradient": False} for spec in POINTS[1:])],
)

for height, width, degrees in (
    (7, 7, (0, 10, -10, 33.7, 45, 90, -90, 180)),
    (6, 6, (0, 12, -77, 90, 180)),
    (8, 6, (90, -90, 180, 28.5)),
    (5, 8, (15, -123.4, 180, 61)),
):
    for degree in degrees:
        case(
            f"rotated by {degree} degrees, {height}x{width}",
            f"for n in N {{ rotated(image[n], {float(degree)}) }}",
            f"rotate(image, [{degree}] * 2)",
            [f32("image", ["N", 2, height, width])],
        )
case(
    "rotated by each sample's angle",
    "for n in N { rotated(image[n], degrees[n], fill=0.5) }",
    "rotate(image, degrees, 0.5)",
    [f32("image", ["N", 1, 9, 10]), f32("degrees", ["N"], -180, 180, gradient=False)],
    n=6,
)


def crop(size, top, left, height, width, out):
    case(
        f"resized_crop of {size[0]}x{size[1]}, {height}x{width} at {top}, {left} to {out[0]}x{out[1]}",
        f"for n in N {{ resized_crop(image[n], {top}.0, {left}.0, {height}.0, {width}.0, {out}) }}",
        f"resized_crop(image, [({top}, {left}, {height}, {width})] * 2, {out})",
        [f32("image", ["N", 2, *size])],
    )


crop((6, 7), 0, 0, 6, 7, (6, 7))
crop((6, 7), 1, 2, 3, 4, (6, 7))
crop((6, 7), 3, 0, 3, 7, (5, 4))
crop((9, 8), 2, 1, 7, 5, (3, 4))
crop((5, 5), 4, 3, 1, 2, (4, 3))
