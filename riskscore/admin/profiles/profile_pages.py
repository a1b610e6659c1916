"""The profile of a place or mineral: scores, supply, projects, what is known, gaps, sources."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from riskscore.admin.map import small_map
from riskscore.admin.map.viewers import for_viewers
from riskscore.admin.profiles import (
    known_part,
    projects_part,
    score_part,
    subject,
    supply_part,
    trend_part,
)
from riskscore.admin.profiles.numbers_from import NumbersFrom, numbers_from
from riskscore.admin.profiles.project_links import map_of, projects_of
from riskscore.admin.profiles.sources_part import cited
from riskscore.admin.profiles.subject import Subject
from riskscore.admin.ui import wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.curation.cell_counts import Cell, together
from riskscore.engine.method import Method as Specification
from riskscore.models import Lens, Mineral, Place, PlaceMember, RegionMember
from riskscore.models.methods import scoring_method

#: So many minerals or places of a profile have a line of their own.
MOST_PARTS = 15


@for_viewers
def place(request: HttpRequest, code: str) -> HttpResponse:
    """A country, a group or a region."""
    return _page(request, subject.place(code))


@for_viewers
def mineral(request: HttpRequest, code: str) -> HttpResponse:
    """A mineral."""
    return _page(request, subject.mineral(code))


def _page(request: HttpRequest, about: Subject) -> HttpResponse:
    lens, names = shown_lens(), dict(Place.objects.values_list("code", "name"))
    method = scoring_method(lens.method_code) if lens else None
    specification = Specification.from_dict(method.spec) if method else None
    numbers = _numbers(about, specification)
    scores = score_part.scores(about, lens, specification)
    shown: dict[str, Any] = {
        "title": about.name,
        "subject": about,
        "lens": lens,
        "method": method,
        "scores": scores,
        "parts": _parts(about, scores.parts, names),
        "more_parts": max(len(scores.parts) - MOST_PARTS, 0),
        "riskiest": projects_part.riskiest(about, lens, scores.highest),
        "largest": projects_part.largest(about),
        "past": trend_part.past(about, lens),
        "may_edit": _may_edit(request, about),
        **_links(request, about, names),
        **_supply(about, numbers, names),
        **_known(about, lens, specification, numbers),
    }
    shown["trends"] = [
        *trend_part.output(about, numbers, names),
        *trend_part.stated(about, numbers),
    ]
    codes = [*numbers.read, *(one.release for one in shown["largest"] if one.release)]
    shown["cited"] = cited(request, codes, numbers.years)
    frame = {**admin.site.each_context(request), **shown}
    return TemplateResponse(request, "admin/profiles/profile.html", frame)


def _numbers(about: Subject, specification: Specification | None) -> NumbersFrom:
    keys = {*supply_part.KEYS, *trend_part.OF_PLACE}
    if specification is not None and about.kind in ("country", "mineral"):
        keys |= known_part.keys(about, specification)
    return numbers_from(about, keys)


def _parts(about: Subject, parts: Any, names: dict[str, str]) -> list[dict[str, str]]:
    """By place of a mineral, by mineral of a place: how many projects, and their scores."""
    if about.mineral:
        return [
            _part(cell, names.get(cell.place, cell.place), "place", cell.place, about.code)
            for cell in parts[:MOST_PARTS]
        ]
    titles = dict(Mineral.objects.values_list("code", "name"))
    joined: dict[str, list[Cell]] = {}
    for cell in parts:
        joined.setdefault(cell.mineral, []).append(cell)
    return [
        _part(cell, titles.get(code, code), "mineral", about.code, code)
        for code, cell in sorted(_together(joined).items(), key=lambda one: -one[1].number)
    ][:MOST_PARTS]


def _together(joined: dict[str, list[Cell]]) -> dict[str, Cell]:
    return {code: together(cells) for code, cells in joined.items()}


def _part(cell: Cell, name: str, kind: str, place_code: str, mineral_code: str) -> dict[str, str]:
    other = place_code if kind == "place" else mineral_code
    is_country = len(place_code) == 3
    return {
        "name": name,
        "link": reverse(f"admin:profile_{kind}", args=[other]),
        "number": f"{cell.number:,}",
        "projects": projects_of(place_code, mineral_code) if is_country
        else map_of(place_code, mineral_code),
        "mean": wording.points(cell.mean(0)),
        "worst": wording.points(cell.worst[0]),
    }  # fmt: skip


def _may_edit(request: HttpRequest, about: Subject) -> bool:
    table = {"mineral": "mineral", "region": "region"}.get(about.kind, "place")
    return bool(request.user.has_perm(f"riskscore.view_{table}"))


def _links(request: HttpRequest, about: Subject, names: dict[str, str]) -> dict[str, Any]:
    """Where else it is looked at: lists, maps, the buyer's pages, what it belongs to."""
    where = about.code if about.kind != "mineral" else ""
    is_listed = about.kind in ("country", "mineral")
    found: dict[str, Any] = {
        "list_link": projects_of(where, about.mineral) if is_listed else "",
        "map_link": map_of(where, about.mineral),
        "small_map": small_map.of_place(request, about.code, about.name) if where else None,
        "buyer_link": "",
        "matrix_link": "",
        "within": [],
    }
    if about.is_buyer:
        buyer = urlencode({"buyer": about.code})
        found["buyer_link"] = f"{reverse('admin:sourcing_dependence')}?{buyer}"
    if where:
        found["matrix_link"] = f"{reverse('admin:matrix')}?{urlencode({'region': about.code})}"
    if about.kind == "country":
        found["within"] = _within(about.code, names)
    if about.kind == "mineral":
        found["buyers"] = list(
            Place.objects.exclude(code__in=["WLD", "ROW"]).order_by("-kind", "name")
        )
    elif about.kind != "country":
        found["members"] = sorted(
            (names.get(code, code), reverse("admin:profile_place", args=[code]))
            for code in about.places or ()
        )
    return found


def _within(code: str, names: dict[str, str]) -> list[tuple[str, str]]:
    """The regions and groups that a country belongs to today."""
    groups = PlaceMember.objects.filter(member=code, until__isnull=True)
    regions = RegionMember.objects.filter(place=code).select_related("region")
    found = [(one.region.name, one.region_id) for one in regions]
    found += [(names.get(one.group_id, one.group_id), one.group_id) for one in groups]
    return [(name, reverse("admin:profile_place", args=[key])) for name, key in sorted(found)]


def _supply(about: Subject, numbers: NumbersFrom, names: dict[str, str]) -> dict[str, Any]:
    if about.mineral:
        return {"stages": supply_part.of_mineral(about, numbers, names)}
    return {"shares": supply_part.of_places(about, numbers)}


def _known(
    about: Subject, lens: Lens | None, specification: Specification | None, numbers: NumbersFrom
) -> dict[str, Any]:
    if lens is None or specification is None or about.kind not in ("country", "mineral"):
        return {"known": None}
    return {"known": known_part.known(about, lens, specification, numbers)}
