"""What people decide about owners and their homes: a new version each time, and what it rescores.

Admin and API call these functions; nothing listens to saves.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import transaction

from riskscore.curation import project_edits
from riskscore.errors import ConflictError
from riskscore.models import Domicile, Job, Ownership, Project
from riskscore.releases import owner_statements
from riskscore.releases.editions import next_edition

Said = TypeVar("Said", Ownership, Domicile)
#: What a version takes over from the one before, beside the columns that somebody changes.
OF_OWNERSHIP = (
    "project_id", "company_id", "share", "since", "until", "basis", "doubt", "stated_on", "url",
    "release_id", "credibility",
)  # fmt: skip
OF_DOMICILE = (
    "company_id", "place_id", "parent_id", "state_owned", "stated_on", "url", "release_id",
    "credibility",
)  # fmt: skip
#: A person who confirms a statement has looked: it is believed in full.
CHECKED = {Ownership.State.CONFIRMED: 1.0, Ownership.State.CORRECTED: 1.0}


class Superseded(ConflictError):
    """Somebody else was quicker: the statement has a newer version."""

    code = "superseded"
    remedy = "Open the newest version and decide about that one."


def record(said: Said, *, by: Any, replaces: Said | None = None) -> Said:
    """Record a statement, or a new version of one, and rescore. Raises Superseded."""
    record_and_rescore(said, by=by, replaces=replaces)
    return said


def record_and_rescore(said: Said, *, by: Any, replaces: Said | None = None) -> list[Job]:
    """The same; returns the jobs that score its projects anew."""
    with transaction.atomic():
        if replaces is not None:
            _hold([replaces])
        said.pk = None
        said._state.adding = True
        said.supersedes, said.entered_by = replaces, by
        said.edition = next_edition(f"owner: {said.company}"[:200])
        said.save(force_insert=True)
        return _rescore([said], by=by)


def decide(statements: Sequence[Said], state: str, *, by: Any, note: str = "") -> list[Said]:
    """Confirm or reject statements, all under one edition; those that are so already stay.

    Raises Superseded, with nothing decided, if one of them has a newer version.
    """
    return decide_and_rescore(statements, state, by=by, note=note)[0]


def decide_and_rescore(
    statements: Sequence[Said], state: str, *, by: Any, note: str = ""
) -> tuple[list[Said], list[Job]]:
    """The same, with the jobs that score their projects anew."""
    turned = [one for one in statements if one.state != state]
    if not turned:
        return [], []
    with transaction.atomic():
        _hold(turned)
        edition = next_edition(f"{len(turned)} statements about owners {state}")
        fresh = [_version(one, state, note) for one in turned]
        for one in fresh:
            one.entered_by, one.edition = by, edition
        made: list[Said] = type(turned[0]).objects.bulk_create(fresh)
        return made, _rescore(made, by=by)


def _version(old: Said, state: str, note: str) -> Said:
    names = OF_OWNERSHIP if isinstance(old, Ownership) else OF_DOMICILE
    kept = {name: getattr(old, name) for name in names}
    if state in CHECKED:
        kept["credibility"] = CHECKED[Ownership.State(state)]
    return type(old)(**kept, state=state, note=note[:400], supersedes=old)


def _hold(statements: Sequence[Said]) -> None:
    """Lock statements until the end of the transaction, if they are the newest versions."""
    model = type(statements[0])
    ids = [one.pk for one in statements]
    list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    newer = model.objects.filter(supersedes__in=ids).select_related("company").first()
    if newer is not None:
        raise Superseded(
            f"{newer.company} has a newer version: {newer.state}, {newer.entered_at:%F}"
        )


def _rescore(statements: Iterable[Said], *, by: Any) -> list[Job]:
    return project_edits.projects_changed(touched(list(statements)), by=by, reason="owners")


def touched(statements: list[Said]) -> list[Project]:
    """The projects that these are about: an owner's, or all of a company and those below it."""
    if not statements:
        return []
    if isinstance(statements[0], Ownership):
        ids = {one.project_id for one in statements if isinstance(one, Ownership)}
        return list(Project.objects.filter(pk__in=ids).order_by("id"))
    companies = owner_statements.subsidiaries(one.company_id for one in statements)
    owned = Ownership.objects.filter(company__in=companies).values("project")
    return list(Project.objects.filter(pk__in=owned).order_by("id"))
