"""ICMM Global Mining Dataset: sites with coordinates, a country label and commodities.

The file states no owner and no status. Coal sites (primary commodity) are left to the caller's
choice: :func:`is_coal`.
"""

from collections.abc import Iterator

from riskscore.sources.bad_file import BadFile
from riskscore.sources.readers.text import degrees
from riskscore.sources.readers.workbook import Cells, sheet_rows
from riskscore.sources.source_records import ProjectRecord, Source

SOURCE = Source(
    code="icmm",
    publisher="International Council on Mining and Metals",
    title="Global Mining Dataset",
    url="https://www.icmm.com/en-gb/research/data/2025/global-mining-dataset",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="ICMM Global Mining Dataset, {edition} release.",
)
COLUMNS = (
    "ICMMID",
    "Confidence Factor",
    "Mine Name",
    "Latitude",
    "Longitude",
    "Asset Type",
    "Country",
    "Primary Commodity",
    "Secondary Commodity",
    "Other Commodities",
)
# A site of several types counts as the first of these that it has.
KINDS = ("mine", "smelter", "refinery", "plant")
STEEL = "steel"


def parse(content: bytes) -> Iterator[ProjectRecord]:
    """Every site of the sheet ``External``, coal included."""
    for row, cells in sheet_rows(content, COLUMNS, title="External"):
        yield _site(row, cells)


def is_coal(site: ProjectRecord) -> bool:
    """The primary commodity is a coal."""
    return any(role == "primary" and "coal" in term for term, role in site.minerals)


def _site(row: int, cells: Cells) -> ProjectRecord:
    lat, lon = degrees(cells["Latitude"], cells["Longitude"], row)
    minerals = tuple(_minerals(cells))
    return ProjectRecord(
        source_id=_text(cells, "ICMMID", row),
        name=_text(cells, "Mine Name", row),
        place=_text(cells, "Country", row),
        lat=lat,
        lon=lon,
        kind=_kind(_text(cells, "Asset Type", row), row),
        minerals=minerals,
        confidence=_text(cells, "Confidence Factor", row).casefold(),
        steel=(STEEL, "primary") in minerals,
    )


def _text(cells: Cells, column: str, row: int) -> str:
    result = str(cells[column] or "").strip()
    if not result:
        raise BadFile("an empty cell", row=row, column=column, remedy="Fill it in.")
    return result


def _kind(assets: str, row: int) -> str:
    known = {part.strip().casefold() for part in assets.split(";")}
    known = {"plant" if part == "steel plant" else part for part in known}
    for kind in KINDS:
        if kind in known:
            return kind
    raise BadFile(
        "an unknown kind of site",
        row=row,
        column="Asset Type",
        value=assets,
        remedy=f"Use one of {', '.join(KINDS)}.",
    )


def _minerals(cells: Cells) -> Iterator[tuple[str, str]]:
    """(term, role), each term once, in its strongest role."""
    seen: set[str] = set()
    for column, role in (
        ("Primary Commodity", "primary"),
        ("Secondary Commodity", "secondary"),
        ("Other Commodities", "other"),
    ):
        for part in str(cells[column] or "").split(";"):
            term = part.strip()
            if term and term not in seen:
                seen.add(term)
                yield term, role
