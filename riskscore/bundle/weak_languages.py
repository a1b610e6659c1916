"""Points of Glottolog's languages that the atlas of languages lacks: a weak sign of a people.

Glottolog marks no language as extinct here. Those that the atlas has stand in it already; the rest
are living languages that it missed (most of Australia, the Andes, Sápmi) and extinct ones, and
nobody has told them apart. Left out is what the atlas leaves out, by the same names.
"""

from collections.abc import Container, Iterator

from riskscore.sources.readers.delimited import Record, csv_rows
from riskscore.sources.readers.text import degrees
from riskscore.sources.registers.asher import KEPT, NATIONAL, SINITIC
from riskscore.sources.source_records import LocalityRecord

COLUMNS = ("Name", "Latitude", "Longitude", "Glottocode", "Level", "Family_ID")
LANGUAGE = "language"
#: Indo-European, sign, pidgin, unclassified, unattested, bookkeeping, artificial, speech registers.
FAMILIES_LEFT_OUT = frozenset(
    {
        "indo1319", "sign1238", "pidg1258", "uncl1493", "unat1236", "book1242", "arti1236",
        "spee1234",
    }
)  # fmt: skip


def weak_points(content: bytes, confirmed: Container[str]) -> Iterator[LocalityRecord]:
    """The languages that may stand for a people and whose codes are not ``confirmed``."""
    for row, cells in csv_rows(content, COLUMNS):
        if cells["Level"] == LANGUAGE and _kept(cells) and cells["Glottocode"] not in confirmed:
            lat, lon = degrees(cells["Latitude"], cells["Longitude"], row)
            name, family = cells["Name"], cells["Family_ID"]
            yield LocalityRecord(cells["Glottocode"], name, family, lat, lon)


def _kept(cells: Record) -> bool:
    name, family = cells["Name"], cells["Family_ID"]
    if any(word in name for word in KEPT):
        return True
    of_a_state = name in NATIONAL or name in SINITIC or name.endswith((" Arabic", " Chinese"))
    return not (family in FAMILIES_LEFT_OUT or of_a_state)
