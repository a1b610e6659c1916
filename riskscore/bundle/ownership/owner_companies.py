"""From the spellings of owners in a file to parties: one key and name each, with what is known."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from riskscore.bundle.ownership.owner_tables import CompanyRow
from riskscore.sources.names import PlaceName, folded
from riskscore.sources.ownership.company_words import (
    KnownCompany,
    by_plain_name,
    known_companies,
    plain,
    slug,
    state_of,
)

#: What the file calls states by, in place of a country's name.
ADJECTIVES = {
    "bolivian": "BOL", "burma": "MMR", "chinese": "CHN", "cuban": "CUB", "french": "FRA",
    "indonesian": "IDN", "italian": "ITA", "kazakhstan": "KAZ", "lao": "LAO", "malian": "MLI",
    "romanian": "ROU", "russian": "RUS", "thai": "THA", "turkish": "TUR",
    "turkmenistan": "TKM", "u s": "USA", "swedish": "SWE", "finnish": "FIN", "norwegian": "NOR",
    "polish": "POL", "vietnamese": "VNM", "zambian": "ZMB", "ghanaian": "GHA", "indian": "IND",
    "peruvian": "PER", "ukrainian": "UKR", "venezuelan": "VEN",
    "chilean": "CHL", "mexican": "MEX", "greek": "GRC", "serbian": "SRB",
    "german": "DEU", "spanish": "ESP", "iranian": "IRN", "congolese": "COD", "guinean": "GIN",
}  # fmt: skip


class Parties(NamedTuple):
    """Every party of the file, and the key of each spelling."""

    companies: list[CompanyRow]
    key_of: dict[str, str]


class _Identity(NamedTuple):
    """What makes spellings one party: a country's state, a row of the table, or plain words."""

    state: str
    known: KnownCompany | None
    words: str


def parties(spellings: Iterable[str], places: Iterable[PlaceName], release: str) -> Parties:
    """Group spellings (each as often as it occurs) into parties, with the parents of the known."""
    countries = {place.code: place.name for place in places if place.kind == "country"}
    by_word = {
        folded(word): place.code
        for place in places
        if place.kind == "country"
        for word in (place.name, *place.aliases)
    }
    table = by_plain_name(known_companies())
    groups: dict[_Identity, Counter[str]] = {}
    for spelling in spellings:
        identity = _identity(spelling, by_word, table)
        groups.setdefault(identity, Counter())[spelling] += 1
    _with_parents(groups, table)
    ordered = sorted(groups, key=lambda one: _name(one, groups[one], countries))
    keys = _keys({one: _name(one, groups[one], countries) for one in ordered})
    companies = [_row(one, groups[one], keys, countries, table, release) for one in ordered]
    key_of = {word: keys[one] for one in ordered for word in groups[one]}
    return Parties(companies, key_of)


def _identity(
    spelling: str, by_word: Mapping[str, str], table: Mapping[str, KnownCompany]
) -> _Identity:
    words = plain(spelling)
    if words in table:
        return _Identity("", table[words], "")
    state = state_of(spelling, by_word, {**ADJECTIVES, **by_word})
    return _Identity(state, None, "" if state else words)


def _with_parents(groups: dict[_Identity, Counter[str]], table: Mapping[str, KnownCompany]) -> None:
    """Add the parents, and theirs, of the parties that are there."""
    waiting = [one.known for one in groups if one.known]
    while waiting:
        parent = table.get(plain(waiting.pop().parent))
        if parent is not None and _Identity("", parent, "") not in groups:
            groups[_Identity("", parent, "")] = Counter()
            waiting.append(parent)


def _name(one: _Identity, spelt: Counter[str], countries: Mapping[str, str]) -> str:
    if one.known:
        return one.known.name
    if one.state:
        return f"Government of {countries[one.state]}"
    return min(spelt, key=lambda word: (-spelt[word], word))


def _keys(names: Mapping[_Identity, str]) -> dict[_Identity, str]:
    """A key for each party; those that would be the same get a number."""
    taken: Counter[str] = Counter()
    result = {}
    for one, name in names.items():
        base = slug(name)
        taken[base] += 1
        result[one] = base if taken[base] == 1 else f"{base}-{taken[base]}"
    return result


def _row(
    one: _Identity,
    spelt: Counter[str],
    keys: Mapping[_Identity, str],
    countries: Mapping[str, str],
    table: Mapping[str, KnownCompany],
    release: str,
) -> CompanyRow:
    name = _name(one, spelt, countries)
    aliases = {*spelt, *(one.known.aliases if one.known else ())} - {name}
    row = CompanyRow(keys[one], name, tuple(sorted(aliases)), None, None, None, "", None)
    if one.state:
        return row._replace(place=one.state, state_owned=True, release=release)
    if one.known is None:
        return row
    parent = table.get(plain(one.known.parent))
    return row._replace(
        place=one.known.place or None,
        parent=keys[_Identity("", parent, "")] if parent else None,
        state_owned=one.known.state_owned,
        url=one.known.source,
    )
