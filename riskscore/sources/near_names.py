"""Which known word somebody may have meant: one that differs in few letters, and no other.

Words that both names share say nothing: "Republic of Gambia" is no slip for "Republic of Zambia".
"""

from collections.abc import Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

MOST_LETTERS = 2
#: Of the letters in which two names differ at all.
MOST_SHARE = 0.2
MOST = 3
#: So many candidates by letters are looked at.
CANDIDATES = 12


def near(key: str, words: Mapping[str, str]) -> list[str]:
    """The known words that a folded word may be a slip for, nearest first, one for each meaning."""
    found = extract(
        key, list(words), scorer=OSA.distance, score_cutoff=MOST_LETTERS, limit=CANDIDATES
    )
    meant: dict[str, str] = {}
    for word, *_ in found:
        if is_slip(key, word):
            meant.setdefault(words[word], word)
    return list(meant.values())[:MOST]


def is_slip(key: str, word: str) -> bool:
    """Whether one folded name may be a slip for the other: the same first letter, and in the words
    that they do not share at most two letters and a fifth of them are other, more or exchanged."""
    ours, theirs = key.split(), word.split()
    own = " ".join(one for one in ours if one not in theirs)
    other = " ".join(one for one in theirs if one not in ours)
    if not own or not other:
        return False
    most = min(MOST_LETTERS, int(MOST_SHARE * max(len(own), len(other)) + 1e-9))
    return own[0] == other[0] and OSA.distance(own, other) <= most
