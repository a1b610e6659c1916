"""Rows for tests: plain functions, every field with a believable default."""

from itertools import count
from typing import Any

from django.utils import timezone

from riskscore.models import Job, Lens, Method, Mineral, Place, Project, ProjectMineral
from riskscore.releases.editions import next_edition

_number = count(1)


def make_place(code: str = "CHL", **changes: Any) -> Place:
    place, _ = Place.objects.get_or_create(
        code=code, defaults={"name": f"Place {code}", "kind": Place.Kind.COUNTRY, **changes}
    )
    return place


def make_mineral(code: str = "copper", **changes: Any) -> Mineral:
    mineral, _ = Mineral.objects.get_or_create(
        code=code, defaults={"name": code.title(), **changes}
    )
    return mineral


def make_project(mineral: str = "copper", place: str = "CHL", **changes: Any) -> Project:
    number = next(_number)
    fields = {
        "key": f"test-{number:05d}",
        "name": f"Project {number}",
        "latitude": -22.3,
        "longitude": -68.9,
        "kind": Project.Kind.MINE,
    }
    project = Project.objects.create(place=make_place(place), **{**fields, **changes})
    if mineral:
        ProjectMineral.objects.create(
            project=project, mineral=make_mineral(mineral), role=ProjectMineral.Role.PRIMARY
        )
    return project


def make_method(code: str = "tiny", version: int = 1) -> Method:
    """A method row for tests that never score with it."""
    return Method.objects.create(
        code=code,
        version=version,
        spec={"code": code, "version": version},
        hash=f"{code}-{version}".ljust(64, "0"),
        state=Method.State.PUBLISHED,
        edition=next_edition("method"),
    )


def make_job(**changes: Any) -> Job:
    """A queued job over everything."""
    method = changes.pop("method", None) or Method.objects.first() or make_method()
    lens, _ = Lens.objects.get_or_create(method_code=method.code, importer=make_place("WLD"))
    fields = {
        "lens": lens,
        "method": method,
        "edition": method.edition,
        "as_of": timezone.now().date(),
        "scope": {"all": True},
    }
    return Job.objects.create(**{**fields, **changes})
