"""Draws of what is unknown: which cells a draw leaves out, and what it puts in the others."""

from __future__ import annotations

import numpy as np

from riskscore.engine.arrays import Bools, Floats
from riskscore.engine.counter import Keys, key_of, uniforms
from riskscore.engine.scaling.distribution import Distribution
from riskscore.engine.spec.noise import Noise, Sample

WHOLE = np.nextafter(1.0, 0.0)


def left_out(noise: Noise, sample: Sample, path: str, share: float) -> Bools:
    """(draws,) the draws that leave the child at ``path`` out, where it is unknown.

    Each child on its own in a ``share`` of the draws, so that it is also drawn while its neighbours
    are left out as the score leaves them out; and all of them together in a share ``as_scored``, so
    that the score itself is among the draws.
    """
    numbers = sample.numbers["unknown"]
    together = np.floor((numbers + 1) * noise.as_scored) > np.floor(numbers * noise.as_scored)
    return np.asarray(together | (_evenly(noise, sample, path) < share))


def _evenly(noise: Noise, sample: Sample, name: str) -> Floats:
    """(draws,) numbers in (0, 1), evenly spread over the draws in an order of the name's own."""
    key = np.array([key_of(name)], dtype=np.uint64)
    u = uniforms(noise.seed, "left out", key, sample.numbers["unknown"])[:, 0]
    rank = np.empty(len(u))
    rank[np.argsort(u, kind="stable")] = np.arange(len(u))
    return np.asarray((rank + 0.5) / len(u))


def drawn(
    noise: Noise, sample: Sample, code: str, keys: Keys, known: tuple[Distribution, Floats]
) -> Floats:
    """(draws, n) values of n unknown cells from a distribution and what stands beside each; cells
    of one key share their numbers."""
    distribution, beside = known
    u = shared_uniforms(noise, sample, code, keys)
    wider = np.clip(0.5 + noise.stretch * (u - 0.5), 0.0, WHOLE)
    return distribution.draw(wider, beside)


def shared_uniforms(noise: Noise, sample: Sample, code: str, keys: Keys) -> Floats:
    """(draws, n) uniform numbers, the same for cells of one key."""
    distinct, at = np.unique(keys, return_inverse=True)
    u = uniforms(noise.seed, f"unknown:{code}", distinct, sample.numbers["unknown"])
    return u[:, at]
