"""What part of a figure's label says which figure it is, and what part is its unit.

Most indicators have one figure for each place, mineral, importer, project and year: their label is
the unit, or customs codes, and says nothing of which. Where several statements are several figures
the *stage* tells them apart: the listed good, the stage of a trade parameter, the name of an
agreement, the kind of a restriction, the product that is counted.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from riskscore.engine.catalogue import get
from riskscore.engine.inputs.measures import UnitDoubt, measure

#: The label is the stage, and no unit.
BY_LABEL = frozenset({"dol.good", "ec.trade", "trade.agreement", "trade.restriction"})
#: The label is "unit; stage".
BY_PRODUCT = ("usgs.", "project.")
SEPARATOR = "; "
_CODES = re.compile(r"\d{6}([;|, +]+\d{6})*")


class Said(NamedTuple):
    """What a label says: the stage (folded; "" where there is one figure only), and the unit in
    the words of the file ("": none)."""

    stage: str
    unit: str


@lru_cache(maxsize=65536)
def said(indicator: str, label: str) -> Said:
    """The stage and the unit in a label of the indicator's."""
    if indicator in BY_LABEL:
        return Said(folded(label), "")
    if indicator.startswith(BY_PRODUCT):
        unit, separator, product = label.partition(SEPARATOR)
        if not separator and not _is_unit(unit):
            unit, _, product = _leading_unit(label)
        return Said(folded(product), unit.strip())
    if get(indicator).levels or get(indicator).unit == "0/1" or _CODES.fullmatch(label):
        return Said("", "")
    return Said("", label.strip())


def has_stages(indicator: str) -> bool:
    """Whether several figures of one place, mineral and year stand beside each other."""
    return indicator in BY_LABEL or indicator.startswith(BY_PRODUCT)


def label_of(indicator: str, unit: str, stage: str) -> str:
    """The label that says a unit and a stage, as :func:`said` reads them."""
    if indicator in BY_LABEL:
        return stage or unit
    return SEPARATOR.join(part for part in (unit, stage) if part) if stage else unit


def stage_of(indicator: str, label: str) -> str:
    """The stage in a label."""
    return said(indicator, label).stage


def folded(words: str) -> str:
    """Words as they are compared: spaces and capitals tell no figures apart."""
    return " ".join(words.split()).casefold()


def _is_unit(words: str) -> bool:
    try:
        return measure(words) is not None
    except UnitDoubt:
        return True


def _leading_unit(label: str) -> tuple[str, str, str]:
    """ "kt LCE": the unit, and of what. A label that begins with no unit says only of what; one
    without a space may be a unit that nobody knows."""
    words = label.split()
    for count in range(len(words) - 1, 0, -1):
        if _is_unit(" ".join(words[:count])):
            return " ".join(words[:count]), " ", " ".join(words[count:])
    return (label, "", "") if len(words) < 2 else ("", "", label)
