"""Data by formula: the same numbers here and in formula.ts, so that fixtures need not hold their inputs.

Everything derives from one integer hash of (seed, index); 24 bits of it make a fraction that float32 holds exactly.
Nothing here is statistically strong, nor meant to be: it only has to be identical in both languages.
"""

import math

import numpy as np

CLASSES = 10
SIDE = 28
PIXELS = SIDE * SIDE

LABEL_SEED = 101
PATTERN_SEED = 102
SHIFT_SEED = 104

# The network of models/fashion_cnn.net: parameters in its order, with PyTorch's shapes and the fan-in of their layer.
FASHION_CNN = [
    ("conv1.weight", (32, 1, 3, 3), 9),
    ("conv1.bias", (32,), 9),
    ("conv2.weight", (64, 32, 3, 3), 288),
    ("conv2.bias", (64,), 288),
    ("conv3.weight", (128, 64, 3, 3), 576),
    ("conv3.bias", (128,), 576),
    ("fc1.weight", (64, 1152), 1152),
    ("fc1.bias", (64,), 1152),
    ("fc2.weight", (10, 64), 64),
    ("fc2.bias", (10,), 64),
]


def mix(h):
    """The finalizer of MurmurHash3 (Appleby), on an array of uint64 that hold 32-bit values."""
    mask = np.uint64(0xFFFFFFFF)
    h = h ^ (h >> np.uint64(16))
    h = (h * np.uint64(0x85EBCA6B)) & mask
    h = h ^ (h >> np.uint64(13))
    h = (h * np.uint64(0xC2B2AE35)) & mask
    return h ^ (h >> np.uint64(16))


def hash32(seed, index):
    """A 32-bit hash of the seed and each index; `index` is an array of non-negative integers below 2^32."""
    key = mix(np.array([(seed + 0x9E3779B9) & 0xFFFFFFFF], dtype=np.uint64))
    return mix(np.asarray(index, dtype=np.uint64) ^ key)


def uniform(seed, count, low, high):
    """`count` float32 values in [low, high): low + (high - low) * (24 hash bits / 2^24), rounded once from float64."""
    fraction = (hash32(seed, np.arange(count)) >> np.uint64(8)).astype(np.float64) / 2**24
    return (low + (high - low) * fraction).astype(np.float32)


def labels(start, count):
    """Classes of the samples start .. start + count - 1."""
    return (hash32(LABEL_SEED, np.arange(start, start + count)) % np.uint64(CLASSES)).astype(np.int64)


def images(noise_seed, start, count):
    """u8 images [count, 1, 28, 28]: a class's 7 by 7 pattern of black and white blocks, shifted by up to 3 pixels, under noise.

    A class's share of white blocks grows with its number, so that twenty steps are enough to learn something.
    """
    sample = np.arange(start, start + count)
    label = labels(start, count)
    shift = hash32(SHIFT_SEED, sample)
    dy = (shift & np.uint64(3)).astype(np.int64)
    dx = ((shift >> np.uint64(2)) & np.uint64(3)).astype(np.int64)
    row = ((np.arange(SIDE)[None, :] + dy[:, None]) >> 2) % 7
    column = ((np.arange(SIDE)[None, :] + dx[:, None]) >> 2) % 7
    block = label[:, None, None] * 49 + row[:, :, None] * 7 + column[:, None, :]
    level = (hash32(PATTERN_SEED, block) & np.uint64(255)).astype(np.int64)
    pattern = np.where(level < 100 + 6 * label[:, None, None], 255, 0)
    noise = hash32(noise_seed, (sample[:, None] * PIXELS + np.arange(PIXELS)[None, :])) & np.uint64(255)
    noise = noise.astype(np.int64).reshape(count, SIDE, SIDE)
    return ((pattern + noise) >> 1).astype(np.uint8).reshape(count, 1, SIDE, SIDE)


def fashion_parameters(seed):
    """Name -> float32 array: uniform in +-1/sqrt(fan-in), the bounds of PyTorch's own initialisation."""
    result = {}
    for position, (name, shape, fan_in) in enumerate(FASHION_CNN):
        bound = 1 / math.sqrt(fan_in)
        count = int(np.prod(shape))
        result[name] = uniform(seed + position, count, -bound, bound).reshape(shape)
    return result
