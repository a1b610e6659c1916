"""What a map says that was loaded without its faulty features: which they are, and what follows."""

import re
from collections.abc import Iterable, Iterator

from riskscore.intake.file_rows import ParsedRow
from riskscore.models import Intake
from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Remark
from riskscore.sources.maps import LayerAbout

#: Features that are named, and letters of one remark.
MOST_NAMED, LETTERS = 100, 160
ABSENT = "what is left out counts as absent inside the mapped area: load it when it is mended"


def with_names(intake: Intake, about: LayerAbout, rows: Iterable[ParsedRow]) -> Iterator[ParsedRow]:
    """The rows, and after them remarks that name what is left out, if wrong rows may be."""
    bad: dict[int, str] = {}
    for part in rows:
        if isinstance(part, BadFile) and part.row is not None and len(bad) <= MOST_NAMED:
            bad.setdefault(part.row, _name(part))
        yield part
    if bad and intake.skip_bad:
        more = ["…"] if len(bad) > MOST_NAMED else []
        for words in _lines([*list(bad.values())[:MOST_NAMED], *more]):
            yield Remark(f"left out: {words}")
        if about.mapped_area.tells_absence:
            yield Remark(ABSENT)


def _name(fault: BadFile) -> str:
    """How a fault calls its feature: “Land 7”, else by its row."""
    found = re.search("“(.{1,60}?)”", fault.reason)
    return found[1] if found else f"row {fault.row}"


def _lines(names: Iterable[str]) -> Iterator[str]:
    line = ""
    for name in names:
        if line and len(line) + len(name) > LETTERS:
            yield line
            line = ""
        line = f"{line}, {name}" if line else name
    if line:
        yield line
