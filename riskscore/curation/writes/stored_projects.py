"""Planned projects into their tables, in a few statements however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils import timezone

from riskscore.curation.writes.part_rows import PARTS, content, identity
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
    """Rows that say the same stay as they are, with what else is known of them; a row of which
    other things are said now is the same row still: who has it open is asked about these alone."""
    gone: list[int] = []
    fresh: list[Any] = []
    changed: list[Any] = []
    columns = PARTS[part][2]
    for plan in written:
        if part not in plan.parts:
            continue
        left, wanted = _unequal(part, held.get(plan.project.pk, {}).get(part, ()), plan.parts[part])
        for row in left:
            now = next((one for one in wanted if identity(part, one) == identity(part, row)), None)
            if now is None:
                gone.append(row.pk)
                continue
            wanted.remove(now)
            for name in columns:
                setattr(row, name, getattr(now, name))
            changed.append(row)
        for row in wanted:
            row.project = plan.project
            fresh.append(row)
    if gone:
        model.objects.filter(pk__in=gone).delete()
    if changed:
        model.objects.bulk_update(sorted(changed, key=lambda row: int(row.pk)), columns)
    model.objects.bulk_create(sorted(fresh, key=lambda row: repr(content(part, row))))


def _unequal(part: str, held: Sequence[Any], stated: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """The rows of before and those of now that are no row of the other side."""
    left, wanted = list[Any](), [*stated]
    for row in held:
        same = next((one for one in wanted if content(part, one) == content(part, row)), None)
        if same is None:
            left.append(row)
        else:
            wanted.remove(same)
    return left, wanted
