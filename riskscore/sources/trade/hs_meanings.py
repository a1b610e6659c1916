"""Which of our minerals a code of a revision is about, and whether it is all about them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from riskscore.sources.bad_file import BadFile
from riskscore.sources.left_out import Aside, LeftOut
from riskscore.sources.trade import hs_revisions
from riskscore.sources.trade.hs_revisions import Revision

About = tuple[str, str]
"""A mineral, and the stage of it that a code carries ("": the mineral's own)."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """``exact``: what a code is about and nothing else; ``wider``: what it holds among other goods.
    ``codes``: those of HS1992 that it stands for."""

    exact: tuple[About, ...]
    wider: tuple[About, ...]
    codes: tuple[str, ...]

    @property
    def note(self) -> str:
        """In words: what of it cannot be told apart."""
        return ", ".join(f"{name} {stage}".strip() for name, stage in self.wider)


@dataclass(frozen=True, slots=True)
class Meanings:
    """The codes of a file. ``unchecked``: codes of ours of which nobody has checked what stands for
    them in this revision; ``gone``: codes of ours that it does not have."""

    revision: Revision
    ours: Mapping[str, Meaning]
    unchecked: frozenset[str]
    gone: frozenset[str]

    def concerns(self, code: str) -> bool:
        """Whether a row about the code has to be looked at."""
        return code in self.ours or code in self.unchecked or code in self.gone

    def refused(self, code: str, line: int) -> Aside | None:
        """Why a row about a code is not used: what is gone is a fault, it says another revision."""
        if code in self.gone:
            return BadFile(
                f"{self.revision.title} has no such code, and HS1992 has",
                row=line, column="hs6", value=code,
                remedy=f"Check the revision. {hs_revisions.SAY}",
            )  # fmt: skip
        if code in self.unchecked:
            reason = f"a code of ours not checked against {self.revision.title}"
            return LeftOut(reason, line, code)
        return None

    @property
    def too_wide(self) -> str:
        """The reason to leave out a code that covers more than ours."""
        return f"a code of {self.revision.title} that covers more than those of ours"


def meanings(
    revision: Revision,
    minerals: Mapping[str, tuple[str, ...]],
    stages: Mapping[str, tuple[About, ...]],
) -> Meanings:
    """What each code of a revision says of our minerals, whose codes are those of HS1992."""
    about = {
        code: ((*((mineral, "") for mineral in minerals.get(code, ())), *stages.get(code, ())))
        for code in {*minerals, *stages}
    }
    if revision.name == hs_revisions.FIRST:
        ours = {code: Meaning(found, (), (code,)) for code, found in about.items()}
        return Meanings(revision, ours, frozenset(), frozenset())
    result = dict(_meanings(revision, about))
    said = {code for ours in (*revision.exact.values(), *revision.wider.values()) for code in ours}
    unchecked = {code for code in about if code not in said}
    gone = (revision.gone & about.keys()) - result.keys() - unchecked
    return Meanings(revision, result, frozenset(unchecked), frozenset(gone))


def _meanings(
    revision: Revision, about: Mapping[str, tuple[About, ...]]
) -> Iterator[tuple[str, Meaning]]:
    for code in {*revision.exact, *revision.wider}:
        parts = revision.exact.get(code, ())
        every = _each(about.get(part, ()) for part in (*parts, *revision.wider.get(code, ())))
        exact = tuple(one for one in every if parts and all(one in about.get(p, ()) for p in parts))
        if every:
            wider = tuple(one for one in every if one not in exact)
            yield code, Meaning(exact, wider, parts or revision.wider[code])


def _each(groups: Iterable[tuple[About, ...]]) -> tuple[About, ...]:
    return tuple(dict.fromkeys(one for group in groups for one in group))
