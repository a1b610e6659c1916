"""Numbers as an address may write them: digits and a point; no 1_0, no nan, no inf."""

import math
import re

_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


def plain_number(text: str) -> float | None:
    """The number that a text writes; None if it writes none."""
    return float(text) if _PLAIN.fullmatch(text) else None


_JSON = re.compile(r"-?(0|[1-9][0-9]{0,400})(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?", re.ASCII)


def json_number(text: str) -> float | None:
    """The number that a text writes as JSON does, so with a power too; None if it writes none that
    is finite. Programs write small numbers so: 1e-07."""
    value = float(text) if _JSON.fullmatch(text) else math.inf
    return value if math.isfinite(value) else plain_number(text)
