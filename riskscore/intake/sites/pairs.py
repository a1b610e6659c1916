"""Projects on record that may be one site, and of which nobody has said so yet."""

from collections.abc import Iterator
from typing import NamedTuple

from riskscore.intake.sites import alike_sites
from riskscore.intake.sites.alike_sites import Same
from riskscore.models import Project

BATCH = 500


class Pair(NamedTuple):
    """A project and the one that it may be."""

    key: str
    name: str
    other: Same


def undecided() -> Iterator[Pair]:
    """Every pair once, by the key of the first; those of which one is archived or stands for the
    other already are left out."""
    rows = Project.objects.exclude(state=Project.State.ARCHIVED).order_by("key")
    after = ""
    while batch := list(rows.filter(key__gt=after).values_list("id", "key", "name")[:BATCH]):
        after = batch[-1][1]
        about = {number: (key, name) for number, key, name in batch}
        for number, other in alike_sites.of_projects(list(about)):
            key, name = about[number]
            if key < other.key and not _is_decided(number, other):
                yield Pair(key, name, other)


def likely(project: Project) -> Same | None:
    """The project that this one most likely is, where nobody has said so yet."""
    found = alike_sites.of_projects([project.pk])
    return next((same for number, same in found if not _is_decided(number, same)), None)


def _is_decided(number: int, other: Same) -> bool:
    rows = Project.objects.filter(pk__in=[number, other.project]).values_list("id", "duplicate_of")
    stated = dict(rows)
    return stated[number] == other.project or stated.get(other.project or 0) == number
