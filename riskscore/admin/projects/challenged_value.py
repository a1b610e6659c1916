"""What stands on file beside what a challenge claims: value, year and source.

A challenge is about a statement on file, a figure of the score, or a kind of statement of which
there may be none. What is on file is shown as it is, never as if it were right.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Q

from riskscore.admin.ui import wording
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Challenge, Evidence, Observation
from riskscore.releases import effective

#: Observations of one figure that are looked at for a page of challenges.
MOST = 500


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
    """By number of the challenge, for a page of a list: a query for each figure that is named,
    and one for all kinds."""
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
    """The observations in force that the challenged figures are, the newest year of each."""
    held = {row.indicator for row in challenges}
    stated = {key: list(_observed(key, challenges)) for key in held}
    return {row.pk: _figure(row, stated[row.indicator]) for row in challenges}


def _observed(indicator: str, challenges: Sequence[Challenge]) -> Iterator[Observation]:
    """What is stated of an indicator about these projects, their places or their minerals."""
    projects = [row.project for row in challenges if row.indicator == indicator]
    about = Q(project__in=projects) | Q(
        Q(place=None) | Q(place__in={row.place_id for row in projects}),
        Q(mineral=None) | Q(mineral__projects__project__in=projects),
        project=None,
    )
    rows = effective.observations(indicator).filter(about).select_related("release__source")
    yield from rows.order_by("-year", "-pk").distinct()[:MOST]


def _figure(challenge: Challenge, stated: Sequence[Observation]) -> OnFile:
    declared = INDICATORS.get(challenge.indicator)
    label = declared.label if declared else challenge.indicator
    minerals = {part.mineral_id for part in challenge.project.minerals.all()}
    for row in stated:
        fits = row.project_id in (None, challenge.project_id) and row.place_id in (
            None,
            challenge.project.place_id,
        )
        if fits and (row.mineral_id is None or row.mineral_id in minerals):
            words = f"{wording.raw(declared, row.value)} {wording.unit(declared)}".strip()
            about = f"{label}, {wording.code(row.mineral_id)}" if row.mineral_id else label
            source = f"{row.release.source.publisher}, {row.release.code}"
            return OnFile(about, words, str(row.year), source, row.release.url)
    return OnFile(label, "unknown: nobody states it")
