"""Planned projects into their tables, in a few statements however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from riskscore.curation.writes.part_rows import PARTS, content
from riskscore.curation.writes.planned_projects import Planned
from riskscore.models import Project

Held = Mapping[int, Mapping[str, Sequence[Any]]]


def held_by(projects: Iterable[Project]) -> dict[int, dict[str, list[Any]]]:
    """The rows of the parts of some projects, by number of the project and part."""
    numbers = [project.pk for project in projects]
    result: dict[int, dict[str, list[Any]]] = {
        number: {part: [] for part in PARTS} for number in numbers
    }
    for part, (_, model, _) in PARTS.items():
        for row in model.objects.filter(project__in=numbers).order_by("id"):
            result[row.project_id][part].append(row)
    return result


def store(plans: Sequence[Planned], held: Held) -> list[Project]:
    """Write what differs. Returns the projects that were written, as they are now."""
    written = [plan for plan in plans if plan.differs]
    # In the order of keys, here and below: two who store the same wait for each other, and no more.
    new = [plan.project for plan in written if plan.is_new]
    Project.objects.bulk_create(sorted(new, key=lambda one: one.key))
    _change([plan for plan in written if plan.changed and plan.project.pk in held])
    for part, (_, model, _) in PARTS.items():
        _store_part(part, model, written, held)
    numbers = [plan.project.pk for plan in written]
    fresh = Project.objects.select_related("place").in_bulk(numbers)
    return [fresh[number] for number in numbers]


def _change(plans: Sequence[Planned]) -> None:
    names = sorted({name for plan in plans for name in plan.changed})
    if not names:
        return
    for plan in plans:
        plan.project.updated_at = timezone.now()
    Project.objects.bulk_update([plan.project for plan in plans], [*names, "updated_at"])


def _store_part(part: str, model: Any, written: Sequence[Planned], held: Held) -> None:
    """Rows that say the same stay as they are, with what else is known of them."""
    gone: list[int] = []
    fresh: list[Any] = []
    for plan in written:
        if part not in plan.parts:
            continue
        wanted = [(content(part, row), row) for row in plan.parts[part]]
        for row in held.get(plan.project.pk, {}).get(part, ()):
            same = next((one for one in wanted if one[0] == content(part, row)), None)
            if same:
                wanted.remove(same)
            else:
                gone.append(row.pk)
        for _, row in wanted:
            row.project = plan.project
            fresh.append(row)
    if gone:
        model.objects.filter(pk__in=gone).delete()
    model.objects.bulk_create(sorted(fresh, key=lambda row: repr(content(part, row))))
