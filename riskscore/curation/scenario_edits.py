"""Scenarios as people write them: checked, stored as a new version, never changed."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from riskscore.engine.sourcing import stated_shocks
from riskscore.engine.sourcing.product import product
from riskscore.engine.sourcing.stated_shocks import BadShocks, Known, Stated
from riskscore.errors import ConflictError
from riskscore.models import Capacity, Mineral, Place, Project, ProjectMineral, Scenario

SCENARIO_LOCK = 11
CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,59}")
#: Fields that a version consists of, with the most characters of each.
TEXTS = {"title": 120, "about": 2000, "source": 400}


class ScenarioTaken(ConflictError):
    """Somebody else's scenario has this code, or another version came first."""

    code = "scenario_taken"
    remedy = "Give your scenario a code of its own, or look at its newest version first."


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote; ``version`` None is the next one."""

    code: str
    title: str
    shocks: Any
    about: str = ""
    source: str = ""
    version: int | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What makes two versions the same."""
        return {"title": self.title, "about": self.about, "source": self.source,
                "shocks": self.shocks}  # fmt: skip


def newest(code: str) -> Scenario | None:
    """The version of a scenario that holds; None where nobody has stored one."""
    rows = Scenario.objects.filter(code=code).select_related("created_by")
    return rows.order_by("-version").first()


def content(stored: Scenario) -> dict[str, Any]:
    """What a stored version says."""
    return {name: getattr(stored, name) for name in (*TEXTS, "shocks")}


def checked(shocks: Any, at: str = "/shocks") -> tuple[Stated, ...]:
    """Stated shocks against the codes there are now. Raises BadShocks."""
    return stated_shocks.parse(shocks, known_codes(shocks), at)


def known_codes(shocks: Any) -> Known:
    """The places and minerals there are, and of the projects named their place and minerals."""
    named = stated_shocks.projects_in(shocks)
    projects = Project.objects.filter(key__in=named, state=Project.State.PUBLISHED)
    yields = ProjectMineral.objects.filter(project__key__in=named)
    minerals: dict[str, list[tuple[bool, str]]] = {}
    for key, role, mineral in yields.values_list("project__key", "role", "mineral_id"):
        minerals.setdefault(key, []).append((role != ProjectMineral.Role.PRIMARY, mineral))
    return Known(
        set(Place.objects.values_list("code", flat=True)),
        set(Mineral.objects.values_list("code", flat=True)),
        {
            key: (place, tuple(code for _, code in sorted(minerals.get(key, ()))))
            for key, place in projects.values_list("key", "place_id")
        },
        *_capacities(named),
    )


def _capacities(
    named: Collection[str],
) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """What projects make now, and what their newest plans add, in tonnes as output is counted."""
    stated = Capacity.objects.filter(project__key__in=named, amount__isnull=False)
    makes: dict[tuple[str, str], float] = {}
    plans: dict[tuple[str, str], float] = {}
    for key, mineral, unit, amount, basis in stated.order_by("year", "id").values_list(
        "project__key", "mineral_id", "unit", "amount", "basis"
    ):
        own, counted = product(mineral, unit, ""), product(mineral, "t", "")
        if own is not None and counted is not None and amount is not None:
            column = plans if basis == Capacity.Basis.PLANNED else makes
            column[key, mineral] = amount * own.factor / counted.factor
    return makes, {at: max(tonnes - makes.get(at, 0.0), 0.0) for at, tonnes in plans.items()}


def store(written: Written, *, by: Any = None) -> tuple[Scenario, bool]:
    """The version with this content, and whether it is new. The same again changes nothing.

    Raises BadShocks for what cannot be meant, ScenarioTaken for the code of somebody else (those
    of the library are nobody's) and for a version that is not the next.
    """
    if faults := _faults(written):
        raise BadShocks(faults)
    checked(written.shocks)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SCENARIO_LOCK, written.code]
            )
        versions = Scenario.objects.filter(code=written.code).order_by("-version")
        latest = versions.first()
        named = (
            latest if written.version is None else versions.filter(version=written.version).first()
        )
        if named is not None and _is_same(written, named):
            return named, False
        _refuse_taken(written, latest, by)
        version = 1 if latest is None else latest.version + 1
        row = Scenario.objects.create(
            code=written.code, version=version, created_by=by, **written.content
        )
        return row, True


def _faults(written: Written) -> dict[str, str]:
    faults = {}
    if not CODE.fullmatch(written.code):
        faults["/code"] = "2 to 60 small letters, digits, _ and -, such as dr-congo-cobalt"
    if not written.title.strip():
        faults["/title"] = "say in a few words what happens"
    for name, most in TEXTS.items():
        text = getattr(written, name)
        if len(text) > most or "\0" in text:
            faults[f"/{name}"] = f"at most {most} characters, without NUL"
    return faults


def _is_same(written: Written, stored: Scenario) -> bool:
    return all(getattr(stored, name) == value for name, value in written.content.items())


def _refuse_taken(written: Written, newest: Scenario | None, by: Any) -> None:
    following = 1 if newest is None else newest.version + 1
    if written.version not in (None, following):
        raise ScenarioTaken(
            f"version {written.version} cannot be written: the next of {written.code} is "
            f"{following}, and what is stored never changes",
            place="/version",
        )
    if newest is not None and newest.created_by_id != (by.pk if by else None):
        whose = "somebody else's" if newest.created_by_id else "the library's"
        raise ScenarioTaken(f"{written.code} is {whose} scenario", place="/code")


def as_written(text: Any) -> Written:
    """From a file of the bundle. Raises BadShocks for fields that no scenario has."""
    if not isinstance(text, Mapping):
        raise BadShocks({"/": "give a mapping with code, title and shocks"})
    wrong = {f"/{name}": "no such field" for name in sorted(set(text) - {"code", "version", *TEXTS,
             "shocks"})}  # fmt: skip
    missing = {f"/{name}": "is needed" for name in ("code", "title", "shocks") if name not in text}
    for name in ("code", *TEXTS):
        if name in text and not isinstance(text[name], str):
            wrong[f"/{name}"] = "give a text"
    if wrong or missing:
        raise BadShocks({**wrong, **missing})
    return Written(**text)
