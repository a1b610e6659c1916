"""How much a project is like a line of a list: by name, place and mineral, each explained.

The score is the sum of points of its parts, 0 to 100: a name counts for 70, a place for 20, a
mineral for 10; what a line does not say, or nobody understands, counts for nothing and the others
share its weight. A key, or a number that others know the project by, says it all: 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

WEIGHTS = {"name": 70.0, "place": 20.0, "mineral": 10.0}
NAME, PLACE, MINERAL, KEY = "name", "place", "mineral", "key"
#: From here on it is a match; from there on somebody should look at it.
MATCHES, POSSIBLE = 90.0, 65.0
#: The best must be better than the second by so many points, or both are shown.
AHEAD = 5.0
#: Beside a name that merely has all words of the other, one that is the other counts for more.
PARTIAL = 0.92


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score: what was given, what the project has, how alike (0..100), its points."""

    part: str
    given: str
    found: str
    alike: float
    points: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A line as it is compared: its folded name with and without words such as "mine", and codes
    (empty: not said)."""

    name: str
    bare: str
    place: str
    minerals: frozenset[str]
    words: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """A project as it is compared: likewise."""

    name: str
    bare: str
    place: str
    minerals: frozenset[str]
    words: str = ""


def parts(asked: Asked, site: Site) -> list[Part]:
    """The parts of a score; their points add up to it."""
    alike: dict[str, tuple[str, str, float]] = {
        NAME: (asked.words, site.words, names_alike(asked, site))
    }
    if asked.place:
        alike[PLACE] = (asked.place, site.place, 100.0 * (asked.place == site.place))
    if asked.minerals:
        shared = asked.minerals & site.minerals
        alike[MINERAL] = (_listed(asked.minerals), _listed(site.minerals), 100.0 * bool(shared))
    whole = sum(WEIGHTS[part] for part in alike)
    return [
        Part(part, given, found, round(how, 1), round(WEIGHTS[part] / whole * how, 2))
        for part, (given, found, how) in alike.items()
    ]


def names_alike(asked: Asked, site: Site) -> float:
    """0 to 100: of the whole names or of the words that tell sites apart, whichever says more.

    A name of which all words are in the other ("Escondida" in "Escondida Norte") counts less than
    the same name; a slip of a letter costs little.
    """
    best = fuzz.ratio(asked.name, site.name)
    if asked.bare and site.bare:
        best = max(
            best,
            fuzz.ratio(asked.bare, site.bare),
            fuzz.token_sort_ratio(asked.bare, site.bare),
            PARTIAL * fuzz.token_set_ratio(asked.bare, site.bare),
        )
    return float(best)


def verdict(scores: Sequence[float]) -> str:
    """What the scores of a line's candidates, best first, say: match, several, possible or none."""
    if not scores or scores[0] < POSSIBLE:
        return "none"
    if len(scores) > 1 and scores[1] >= POSSIBLE and scores[0] - scores[1] < AHEAD:
        return "several"
    return "match" if scores[0] >= MATCHES else "possible"


def _listed(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes))
