"""What stands on file beside what a challenge claims: value, year and source.

A challenge is about a statement on file, a figure of the score, or a kind of statement of which
there may be none. What is on file is shown as it is, never as if it were right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from riskscore.admin.ui import wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Challenge, Evidence, Score, Source
from riskscore.scoring.explanation import explain, specification
from riskscore.scoring.stored_score import StoredScore, not_nan

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class OnFile:
    """What it is about, its value in words, its year, and who says so; empty where there is none.

    ``link`` is a web address of the source.
    """

    about: str
    value: str
    year: str = ""
    source: str = ""
    link: str = ""

    def __str__(self) -> str:
        after = ", ".join(part for part in (self.year, self.source) if part)
        return f"{self.about}: {self.value}{f' ({after})' if after else ''}"


def on_file(challenges: Sequence[Challenge]) -> dict[int, OnFile]:
    """By number of the challenge, for a page of a list: three queries, however many there are."""
    figures = _figures([row for row in challenges if row.indicator])
    kinds = _newest([row for row in challenges if row.kind and not row.disputes_id])
    result = {}
    for row in challenges:
        if row.disputes is not None:
            result[row.pk] = _statement(row.disputes)
        elif row.indicator:
            result[row.pk] = figures[row.pk]
        elif row.kind:
            result[row.pk] = kinds[row.pk]
    return result


def _statement(row: Evidence) -> OnFile:
    value = row.level or ("" if row.severity is None else f"severity {row.severity:g}")
    return OnFile(
        row.get_kind_display(), value or row.status, str(row.happened_on.year), row.url, row.url
    )


def _newest(challenges: Sequence[Challenge]) -> dict[int, OnFile]:
    """The newest statement of the kind about the project that nothing has superseded."""
    held: dict[tuple[int, str], Evidence] = {}
    rows = Evidence.objects.filter(
        project__in={row.project_id for row in challenges},
        kind__in={row.kind for row in challenges},
        superseded_by__isnull=True,
    )
    for row in rows.order_by("happened_on", "pk"):
        held[row.project_id, row.kind] = row
    return {
        row.pk: _statement(found)
        if (found := held.get((row.project_id, row.kind)))
        else OnFile(row.get_kind_display(), "nothing of this kind is on file")
        for row in challenges
    }


def _figures(challenges: Sequence[Challenge]) -> dict[int, OnFile]:
    """The figures that the newest scores of the projects were made with."""
    scores = _scores({row.project_id for row in challenges})
    publishers = _publishers({row.indicator for row in challenges})
    return {row.pk: _figure(row, scores.get(row.project_id), publishers) for row in challenges}


def _scores(projects: Iterable[int]) -> dict[int, tuple[Score, StoredScore]]:
    lens = shown_lens()
    if not projects or lens is None:
        return {}
    rows = Score.objects.filter(lens=lens, project__in=projects)
    found = rows.select_related("method", "project", "lens")
    return {row.project_id: (row, StoredScore.from_instance(row)) for row in found}


def _publishers(indicators: Iterable[str]) -> dict[str, str]:
    """By indicator, who publishes it."""
    by_source = dict(Source.objects.values_list("code", "publisher"))
    return {
        key: ", ".join(dict.fromkeys(by_source.get(code, code) for code in INDICATORS[key].sources))
        for key in indicators
        if key in INDICATORS
    }


def _figure(
    challenge: Challenge, score: tuple[Score, StoredScore] | None, publishers: dict[str, str]
) -> OnFile:
    declared = INDICATORS.get(challenge.indicator)
    label = declared.label if declared else challenge.indicator
    if score is None:
        return OnFile(label, "the project has no score yet")
    row, stored = score
    leaves = specification(row.method_id, row.method.hash).leaves
    at = next((n for n, leaf in enumerate(leaves) if leaf.column == challenge.indicator), None)
    if at is None:
        return OnFile(label, "no figure of the score that is shown")
    value, about = not_nan(stored.inputs[at]), stored.about(at)
    if value is None:
        return OnFile(label, UNKNOWN)
    words = f"{wording.raw(declared, value)} {wording.unit(declared)}".strip()
    return OnFile(label, words, str(about.year or ""), publishers.get(challenge.indicator, ""))


def with_release(challenge: Challenge) -> OnFile | None:
    """The same for one challenge, a figure with the very release that it came from."""
    found = on_file([challenge]).get(challenge.pk)
    score = _scores({challenge.project_id}).get(challenge.project_id)
    if found is None or not challenge.indicator or challenge.disputes_id or score is None:
        return found
    explained = explain(specification(score[0].method_id, score[0].method.hash), score[1])
    rows = (row for part in explained.dimensions for row in part.indicators)
    row = next((row for row in rows if row.leaf.column == challenge.indicator), None)
    cited = next((source for source in row.sources if "release" in source), None) if row else None
    if cited is None:
        return found
    source = f"{cited.get('publisher', found.source)}, release {cited['release']}"
    return OnFile(found.about, found.value, found.year, source, cited.get("url", ""))
