"""Random numbers as a pure function of their name: the same name gives the same number anywhere.

A draw is named by (seed, stream, key, number). The name is mixed by splitmix64's finaliser (Steele,
Lea & Flood 2014), vectorised, so any part of a table of draws can be made alone, in any batch and
on any machine, and comes out the same.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from riskscore.engine.arrays import Floats

Keys = npt.NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


@lru_cache(maxsize=4096)
def key_of(text: str) -> np.uint64:
    """A stable 64-bit key of a name (BLAKE2b)."""
    return np.uint64(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


def keys_of(names: npt.ArrayLike) -> Keys:
    """(n,) keys of names; each distinct name is hashed once."""
    distinct, at = np.unique(np.asarray(names).astype(str), return_inverse=True)
    return np.array([key_of(str(name)) for name in distinct], dtype=np.uint64)[at]


def mix(left: npt.ArrayLike, right: npt.ArrayLike) -> Keys:
    """One key out of two; broadcasts."""
    with np.errstate(over="ignore"):
        start = _finish(np.asarray(left, dtype=np.uint64) + GOLDEN)
        return _finish(start ^ (np.asarray(right, dtype=np.uint64) * GOLDEN))


def _finish(x: Keys) -> Keys:
    """splitmix64's finaliser, in place: every bit of the input reaches every bit of the output."""
    x = np.atleast_1d(x)
    shifted = np.empty_like(x)
    for shift, factor in ((30, FIRST), (27, SECOND), (31, None)):
        np.right_shift(x, np.uint64(shift), out=shifted)
        np.bitwise_xor(x, shifted, out=x)
        if factor is not None:
            np.multiply(x, factor, out=x)
    return x


def uniforms(seed: int, stream: str, keys: Keys, numbers: npt.ArrayLike) -> Floats:
    """(draws, n) numbers in (0, 1): one per draw number and key."""
    base = mix(key_of(stream), np.uint64(seed & 0xFFFFFFFFFFFFFFFF))
    rows = mix(base, np.asarray(numbers, dtype=np.uint64))
    bits = mix(rows[:, None], keys[None, :])
    np.right_shift(bits, np.uint64(12), out=bits)
    out = bits.astype(np.float64)
    out += 0.5
    out *= 2.0**-52
    return out


def normals(seed: int, stream: str, keys: Keys, numbers: npt.ArrayLike) -> Floats:
    """(draws, n) standard normal numbers, by the inverse of the normal distribution."""
    return np.asarray(ndtri(uniforms(seed, stream, keys, numbers)))
