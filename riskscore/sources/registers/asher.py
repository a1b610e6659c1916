"""Points of the Atlas of the World's Languages, as a proxy for land-connected peoples.

Languages of states and of their majorities say nothing about such peoples and are left out. The
atlas is blind in places (Australia 1 point, Chile 2, no Sámi, no Aymara), so distance to a point
is known only when it is small, and never says "safe".
"""

from collections.abc import Iterator

from riskscore.sources.readers.delimited import Record, csv_rows
from riskscore.sources.readers.text import degrees
from riskscore.sources.source_records import LocalityRecord, Source

SOURCE = Source(
    code="asher",
    publisher="Asher & Moseley 2007, through Glottography",
    title="Atlas of the World's Languages, contemporary languages",
    url="https://github.com/Glottography/asher2007world",
    licence="CC BY 4.0",
    redistributable=True,
    attribution="Asher & Moseley 2007, Atlas of the World's Languages; Glottography.",
)
COLUMNS = ("Name", "Latitude", "Longitude", "Glottocode", "Glottolog_Languoid_Level", "Family")
LANGUAGE = "language"
# "Bookkeeping" is Glottolog's family of entries that are no language.
FAMILIES_LEFT_OUT = frozenset({"Indo-European", "Bookkeeping"})
# Indo-European languages of tribal and Maroon peoples, which stay.
KEPT = ("Bhili", "Halbi", "Tharu", "Kalasha", "Saramaccan", "Aukan", "Kwinti")
SINITIC = frozenset({"Dungan", "Tangwang", "Wutunhua"})
NATIONAL = frozenset(
    {
        "Japanese",
        "Korean",
        "Thai",
        "Lao",
        "Vietnamese",
        "Central Khmer",
        "Burmese",
        "Georgian",
        "Turkish",
        "Kazakh",
        "Northern Uzbek",
        "Turkmen",
        "Kirghiz",
        "South Azerbaijani",
        "Tatar",
        "Gagauz",
        "Halh Mongolian",
        "Estonian",
        "Finnish",
        "Hungarian",
        "Modern Hebrew",
        "Maltese",
        "Amharic",
        "Somali",
        "Javanese",
        "Sundanese",
        "Madurese",
        "Tagalog",
        "Cebuano",
        "Hausa",
        "Yoruba",
        "Igbo",
        "Zulu",
        "Xhosa",
        "Southern Sotho",
        "Pedi",
        "Tswana",
        "Shona",
        "Kinyarwanda",
        "Rundi",
        "Tamil",
        "Telugu",
        "Kannada",
        "Malayalam",
        "Paraguayan Guaraní",
        "Basque",
        "Dzongkha",
    }
)


def parse(content: bytes) -> Iterator[LocalityRecord]:
    """The languages that may stand for land-connected peoples; families are not languages."""
    for row, cells in csv_rows(content, COLUMNS):
        if cells["Glottolog_Languoid_Level"] == LANGUAGE and _kept(cells):
            lat, lon = degrees(cells["Latitude"], cells["Longitude"], row)
            yield LocalityRecord(cells["Glottocode"], cells["Name"], cells["Family"], lat, lon)


def _kept(cells: Record) -> bool:
    name, family = cells["Name"], cells["Family"]
    if any(word in name for word in KEPT):
        return True
    sinitic = name in SINITIC or (family == "Sino-Tibetan" and name.endswith(" Chinese"))
    arabic = name.endswith(" Arabic")
    return not (family in FAMILIES_LEFT_OUT or sinitic or arabic or name in NATIONAL)
