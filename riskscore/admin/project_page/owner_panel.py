"""The owners of one project, as its page and its history show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from riskscore.admin.ui import wording
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs import owner_values
from riskscore.models import Ownership, Project
from riskscore.releases import owner_statements
from riskscore.scoring.indicators import owner_bounds


@dataclass(frozen=True, slots=True)
class Shown:
    """One owner in words."""

    row: Ownership
    share: str
    place: str
    place_state: str
    state_owned: str
    worth: float
    source: str


def of_project(project: Project) -> list[Shown]:
    """The owners that count now, the greatest known share first."""
    rows = list(
        owner_statements.owners().filter(project=project).select_related("company", "release")
    )
    homes = owner_statements.homes(row.company_id for row in rows)
    rows.sort(key=lambda row: (-(row.share or 0), row.company.name))
    return [_shown(row, homes.get(row.company_id)) for row in rows]


def _shown(row: Ownership, home: owner_statements.Home | None) -> Shown:
    return Shown(
        row=row,
        share=_share(row),
        place=home.place.value if home and home.place else "",
        place_state=home.place.state if home and home.place else "",
        state_owned=_state_owned(home),
        worth=owner_values.worth(row.state, row.credibility),
        source=wording.link(row.url) if row.url else row.source,
    )


def _state_owned(home: owner_statements.Home | None) -> str:
    """That it is a state's, and who has looked at that; else nothing."""
    fact = home.state_owned if home else None
    return f"a state or a state's ({fact.state})" if fact and fact.value else ""


def bounds(project: Project, importer: str) -> list[tuple[str, str]]:
    """Label and range of each indicator of owners about which something is known."""
    found = owner_bounds.of_projects([project.pk], importer)[project.pk]
    return [
        (
            INDICATORS[key].label,
            f"{wording.raw(INDICATORS[key], one.low)} to {wording.raw(INDICATORS[key], one.high)}",
        )
        for key, one in found.items()
        if one is not None
    ]


def changes(project: Project) -> Iterator[tuple[Ownership, str]]:
    """Every version with what it changed, in words: before → after."""
    rows = Ownership.objects.filter(project=project).select_related("company", "entered_by")
    by_id = {row.pk: row for row in rows}
    for row in rows:
        old = by_id.get(row.supersedes_id or 0)
        words = f"{row.company}: {_words(row)}"
        if old is not None:
            words = f"{row.company}: {_words(old)} → {_words(row)}"
        yield row, f"{words}. {row.note}".strip()


def _words(row: Ownership) -> str:
    until = f", until {row.until}" if row.until else ""
    return f"{row.state}, {_share(row)}{until}"


def _share(row: Ownership) -> str:
    return "share unknown" if row.share is None else wording.share(row.share)
