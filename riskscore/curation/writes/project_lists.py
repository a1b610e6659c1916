"""Lists of projects that curators keep: begun, and changed as a whole or by what comes and goes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from riskscore.curation.writes import field_checks
from riskscore.curation.writes.write_faults import Fault, refuse
from riskscore.curation.writes.written import whole
from riskscore.errors import NotFoundError
from riskscore.models import Project, ProjectList

#: Projects of one list.
MOST = 100_000


class NoList(NotFoundError):
    """No list has this name."""

    code = "no_list"


def locked(name: str) -> ProjectList:
    """A list, which nobody else changes until the transaction ends. Raises NoList."""
    found = ProjectList.objects.select_for_update(no_key=True).filter(name=name).first()
    if found is None:
        raise NoList(f"no list {name!r}")
    return found


def begin(name: str, keys: Sequence[str], *, by: Any) -> ProjectList:
    """Begin a list. Raises Refused of a name that is taken or no slug, and of unknown keys."""
    with whole():
        made = ProjectList(name=name, created_by=by)
        faults = list(field_checks.faults_of(made, ("name",)))
        if ProjectList.objects.filter(name=name).exists():
            faults.append(Fault("/name", f"{name} is another list."))
        chosen = _projects(keys, "/projects", faults)
        refuse(faults)
        made.save(force_insert=True)
        made.projects.set(chosen.values())
    return made


def change(kept: ProjectList, fields: Mapping[str, Sequence[str]]) -> ProjectList:
    """Change a list that is :func:`locked`: ``projects`` replaces all, ``add`` and ``remove`` some.

    Raises Refused of unknown keys, and of a list without bounds.
    """
    with whole():
        faults: list[Fault] = []
        chosen = {
            name: _projects(fields[name], f"/{name}", faults).values()
            for name in ("projects", "add", "remove")
            if name in fields
        }
        refuse(faults)
        if "projects" in chosen:
            kept.projects.set(chosen["projects"])
        kept.projects.remove(*chosen.get("remove", ()))
        kept.projects.add(*chosen.get("add", ()))
        if kept.projects.count() > MOST:
            refuse([Fault("/add", f"A list has at most {MOST:,} projects.")])
    return kept


def _projects(keys: Iterable[str], at: str, faults: list[Fault]) -> dict[str, Project]:
    """Projects by key; a fault for each key that is none's."""
    asked = list(keys)
    found = {one.key: one for one in Project.objects.filter(key__in=asked).only("id", "key")}
    faults += [
        Fault(f"{at}/{number}", f"no project {key!r}")
        for number, key in enumerate(asked)
        if key not in found
    ]
    return found
