"""The bytes of an imported file, and its rows, whether a publisher's own or in our layout."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from types import ModuleType
from typing import Any, BinaryIO, cast

from riskscore.models import Intake, IntakePart, Mineral, TradeCode
from riskscore.sources.bad_file import BadFile
from riskscore.sources.discovery import discover
from riskscore.sources.left_out import Aside, Remark
from riskscore.sources.publishers import baci, wmd
from riskscore.sources.readers.encodings import remark_on
from riskscore.sources.readers.text import whole
from riskscore.sources.readers.zip_guard import ZIP_MAGIC, check_container
from riskscore.sources.reading import Reading
from riskscore.sources.source_records import Parse
from riskscore.sources.tables import observations

#: The part that every Excel workbook has (ECMA-376, part 2).
WORKBOOK = "[Content_Types].xml"

#: A line of the file (None where the publisher's parser counts none) and what was read from it,
#: or what the reader says beside its rows.
ParsedRow = tuple[int | None, Any] | Aside


@contextmanager
def opened(intake: Intake, most: int | None = None) -> Iterator[BinaryIO]:
    """The file, from its parts in the database into a file that has no name and leaves no trace.

    ``most``: only so many parts, for a look at the beginning of it.
    """
    with tempfile.TemporaryFile() as file:
        parts = IntakePart.objects.filter(intake=intake).order_by("seq")
        for seq in range(parts.count())[:most]:
            file.write(parts.values_list("content", flat=True).get(seq=seq))
        file.seek(0)
        yield cast(BinaryIO, file)


def module_of(intake: Intake) -> ModuleType:
    """The source's module: it says whose figures these are."""
    return discover()[intake.source]


def layout_of(intake: Intake) -> ModuleType:
    """The module that reads the file: the source's own, or the generic table."""
    return module_of(intake) if intake.layout == intake.source else observations


def rows(intake: Intake, file: BinaryIO) -> Iterator[ParsedRow]:
    """Every row of the file, in order. Raises BadFile for what is wrong with the file itself."""
    layout = layout_of(intake)
    if remark := remark_on(file):
        yield Remark(remark)
    if layout is baci:
        yield from baci.rows(file, intake.file, reading_of(intake), *_trade_codes())
        return
    if hasattr(layout, "rows"):
        yield from layout.rows(file, intake.file, reading_of(intake))
        return
    parse = _parser(layout, intake.published_edition)
    records = chain.from_iterable(_parsed(parse, *part) for part in documents(file))
    for record in _settled(layout, records):
        yield record if isinstance(record, Aside) else (getattr(record, "row", None), record)


def reading_of(intake: Intake) -> Reading:
    """How the file is to be read, as a person stated it."""
    return Reading(
        intake.mapping, intake.sheet, intake.header_row, intake.constants, intake.calculated,
        intake.hidden,
    )  # fmt: skip


def documents(file: BinaryIO) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the file, or of those that a zip holds: some publishers state one thing
    in several files, and a release of theirs is all of them. A workbook is one file."""
    if file.read(len(ZIP_MAGIC)) == ZIP_MAGIC:
        check_container(file)
        with zipfile.ZipFile(file) as container:
            names = sorted(entry.filename for entry in container.infolist() if not entry.is_dir())
            if WORKBOOK not in names:
                yield from ((name, container.read(name)) for name in names)
                return
    file.seek(0)
    yield "", whole(file)


def _parser(layout: ModuleType, edition: str) -> Parse:
    """The publisher's reader: of the records and what is said beside them, where it says that.

    Where files do not say their year it is that of the stated edition.
    """
    parts: Callable[..., Iterator[Any]] = getattr(layout, "parts", None) or layout.parse
    year_of: Callable[[str], int | None] | None = getattr(layout, "year_of_edition", None)
    return partial(parts, year=year_of(edition)) if year_of else parts


def _parsed(parse: Parse, name: str, content: bytes) -> Iterator[Any]:
    if name and (remark := remark_on(io.BytesIO(content))):
        yield Remark(f"{name}: {remark}")
    try:
        yield from parse(content)
    except BadFile as error:
        raise error.within(name) from None


def is_strict(layout: ModuleType) -> bool:
    """Whether each word of a file must mean exactly one place or mineral of ours: in our own
    layouts. A publisher's own file names places that are left out and goods that are not ours."""
    return hasattr(layout, "rows") and not getattr(layout, "PUBLISHED", False)


def _trade_codes() -> tuple[dict[str, tuple[str, ...]], baci.Stages]:
    """By HS6 code of HS1992: the minerals whose own it is, and stages that it carries of others."""
    codes: dict[str, tuple[str, ...]] = {}
    for mineral in Mineral.objects.order_by("code"):
        for hs6 in mineral.hs6:
            codes[hs6] = (*codes.get(hs6, ()), mineral.code)
    others = TradeCode.objects.values_list("hs6", "mineral_id", "stage")
    return codes, baci.other_stages(others, codes)


def _settled(layout: ModuleType, records: Iterator[Any]) -> Iterator[Any]:
    """One record for what some publishers state in several rows or twice, as in the bundle."""
    return wmd.settled(records) if layout is wmd else records
