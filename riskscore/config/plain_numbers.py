"""Numbers as an address may write them: digits and a point; no 1_0, no 1e5, no nan, no inf."""

import re

_PLAIN = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


def plain_number(text: str) -> float | None:
    """The number that a text writes; None if it writes none."""
    return float(text) if _PLAIN.fullmatch(text) else None
