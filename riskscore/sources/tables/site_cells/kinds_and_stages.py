"""What others call the kind and the stage of a site, as words of ours."""

import re

from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.sources.checks import text_checks
from riskscore.sources.checks.fault import refuse
from riskscore.sources.names import folded
from riskscore.sources.tables.cell_values import bad_cell
from riskscore.sources.tables.status_words import STATUS_WORDS, status_of

KINDS = ("mine", "deposit", "smelter", "refinery", "plant")
_KIND_WORDS = {
    folded(word): kind
    for kind, several in {
        "mine": (
            "mine", "mines", "open pit", "open pit mine", "open cut", "open cast", "underground",
            "underground mine", "surface", "surface mine", "mine site", "placer", "placer mine",
            "mina", "mina a cielo abierto", "mina subterránea", "mina subterrânea",
            "tajo abierto", "cielo abierto", "Bergwerk", "Tagebau", "colliery",
        ),
        "deposit": ("deposit", "depósito", "yacimiento", "jazida", "occurrence", "prospect",
                    "gisement", "Lagerstätte", "mineral deposit"),
        "smelter": ("smelter", "fundición", "fundição", "fonderie", "Schmelze", "smelting"),
        "refinery": ("refinery", "refinería", "refinaria", "raffinerie", "refining"),
        "plant": ("plant", "planta", "processing plant", "concentrator", "concentradora", "mill",
                  "processing facility", "usine", "Anlage", "beneficiation plant"),
    }.items()
    for word in several
}  # fmt: skip
#: A kind of two words is not apart by a blank.
_BETWEEN = re.compile(r"\s*(?:[&/+,;|]|\band\b|\by\b|\be\b)\s*")
_STAGE_OF_STATUS = {
    "exploration": "exploration", "feasibility": "feasibility", "construction": "construction",
    "operating": "producing", "suspended": "suspended", "closed": "closed",
}  # fmt: skip
UNKNOWN = ("unknown", "n/a", "not known", "desconocido", "desconhecido", "no info")


def kind(text: str, line: int) -> str:
    """The kind that a word stands for, "" from an empty cell."""
    if not text:
        return ""
    if found := _KIND_WORDS.get(folded(text)):
        return found
    parts = [_KIND_WORDS.get(folded(part)) for part in _BETWEEN.split(text.casefold())]
    several = list(dict.fromkeys(part for part in parts if part))
    if None not in parts and len(several) == 1:
        return several[0]
    if None not in parts:
        raise bad_cell(line, "kind", text, f"a {' and a '.join(several)} in one row",
                       "Write a row for each, with ids of their own.")  # fmt: skip
    refuse(text_checks.word(text, KINDS), line, "kind", text)
    return text


def stage(text: str, line: int) -> str:
    """The stage that a word stands for, "" from an empty cell and where it is unknown."""
    plain = folded(text)
    if not plain or plain in {folded(word) for word in UNKNOWN}:
        return ""
    if plain in STAGES:
        return plain
    status = status_of(text)
    if status in _STAGE_OF_STATUS:
        return _STAGE_OF_STATUS[status]
    if status in STATUS_WORDS:
        raise bad_cell(line, "stage", text, f"{status}: a status, and no stage of a site",
                       "Leave the stage empty and import it with --source statuses.")  # fmt: skip
    refuse(text_checks.word(text, STAGES), line, "stage", text)
    return text
