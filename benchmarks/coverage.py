"""Whether the 90 % intervals of the default method hold what they should, over the whole bundle."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import yaml
from django.conf import settings

from benchmarks.database import bundled
from benchmarks.runner import Measured
from benchmarks.simulated import Coverage, dimensions, errors_alone, masked, within_their_own
from riskscore.engine import Fitted, Frame, Method
from riskscore.scoring.distributions import frame_of

SIMULATIONS, UNITS = 1_000, 300
#: Projects that a column must be known of to be hidden.
KNOWN = 400


def newest_method() -> dict[str, Any]:
    """The newest text of the default method; a version that draws unknown cells evenly between best
    and worst is measured as if it drew them from what is known."""
    files = (settings.FIXTURES / "methods").glob(f"{settings.DEFAULT_METHOD}-v*.yaml")
    specs = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    spec: dict[str, Any] = max(specs, key=lambda one: one["version"])
    return {"rules": 2, "uncertainty": {"unknown": "distribution"}, **spec}


def population() -> tuple[Fitted, Frame]:
    """The method, fitted where its text leaves something to learn, and all published projects."""
    method = Method.from_dict(newest_method())
    with bundled():
        frame = frame_of(method, "WLD", date(2026, 11, 1))
    return method.fit(frame), frame


def coverage() -> Measured:
    """Errors alone, each column hidden in turn, and scores within their own intervals."""
    fitted, frame = population()
    own = within_their_own(fitted, frame)
    tell(own, "the score in its own interval")
    some = np.sort(np.random.default_rng(0).choice(len(frame), UNITS, replace=False))
    alone = replace(fitted.method.uncertainty, weights=0.0, unknown="known")
    errors = errors_alone(fitted, frame.take(some), alone, SIMULATIONS)
    tell(errors, "errors alone")
    root = fitted.root.code
    hidden: dict[str, float] = {}
    for leaf in fitted.root.leaves():
        if leaf.optional or leaf.raises_only or not leaf.weight.ever or leaf.when_present:
            continue
        found = masked(fitted, frame, leaf.code)
        if root in found and found[root].units >= KNOWN:
            tell(found, f"{leaf.code} hidden")
            hidden[leaf.code] = found[root].inside
    least = min(hidden, key=hidden.__getitem__)
    return Measured(
        value=errors[root].inside,
        unit=f"of {dimensions(fitted.root)[0]} held with errors alone",
        against=f"0.90; least with a cell hidden {hidden[least]:.3f} ({least})",
        ratio=own[root].inside,
    )


def tell(found: dict[str, Coverage], what: str) -> None:
    """For people: one line a node."""
    for code, one in found.items():
        shares = f"{one.inside:.3f}, below {one.below:.3f}, above {one.above:.3f}"
        print(f"{what:32} {code:15} {shares} of {one.units:,}")


BENCHMARKS = {"engine.coverage": coverage}
