"""The page of the map, and the answers that its script asks for."""

from typing import Any

import orjson
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from riskscore.admin.map import map_clusters, map_rows, map_shapes, small_map
from riskscore.admin.map.map_clusters import Cluster, band_of
from riskscore.admin.map.map_question import LABELS, MapForm
from riskscore.admin.map.viewers import for_viewers
from riskscore.admin.ui import wording
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.curation import map_grid
from riskscore.models import LandLayer, Place, Project, Region, Score
from riskscore.models.scores import NODES, Band

TITLE = "Map"
#: How long a browser keeps outlines, which change with a release.
OUTLINES_SECONDS = 3600


@for_viewers
def page(request: HttpRequest) -> HttpResponse:
    """Map and list of the projects that the address asks for."""
    form = MapForm(request.GET, label_suffix="")
    is_valid = form.is_valid()
    lens = shown_lens()
    after = request.GET.get("after", "")
    shown = {
        "title": TITLE,
        "form": form,
        "fields": [field for field in form if not field.is_hidden],
        "wrong": [text for texts in form.errors.values() for text in texts],
        "lens": lens,
        "listed": map_rows.rows(form.asked, lens, after) if is_valid else None,
        "is_boxed": bool(request.GET.get("box")),
        "site": small_map.project_at(request.GET.get("at", "")),
        "box": request.GET.get("box", ""),
        "filters": form.filters,
        "by": LABELS[form.asked.by] if is_valid else LABELS[NODES[0]],
        "by_composite": not is_valid or form.asked.by == NODES[0],
        "places": _known_places(),
        "legend": [(wording.band_class(band), band.label) for band in (*list(Band)[1:], Band(0))],
        "may_see_land": request.user.has_perm("riskscore.view_land"),
        "layer_kinds": _layer_kinds(),
    }
    frame = {**admin.site.each_context(request), **shown}
    status = 200 if is_valid else 400
    return TemplateResponse(request, "admin/map/page.html", frame, status=status)


def _known_places() -> list[str]:
    regions = Region.objects.order_by("name").values_list("name", flat=True)
    return [*regions, *Place.objects.order_by("name").values_list("name", flat=True)]


def _layer_kinds() -> list[tuple[str, str]]:
    return [(kind.value, kind.label.capitalize()) for kind in LandLayer.Kind]


@for_viewers
def clusters(request: HttpRequest) -> HttpResponse:
    """The projects in a box, clustered by the zoom."""
    form = MapForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    lens = shown_lens()
    found = map_clusters.clusters(form.asked, lens)
    begins, names = map_grid.starts(lens), map_clusters.names(found.cells)
    return _json(
        {
            "total": found.total,
            "bands": found.bands,
            "step": form.asked.step,
            "counted_at": found.counted_at and f"{found.counted_at:%H:%M} UTC",
            "cells": [_cell(cell, begins, names.get(cell.project, "")) for cell in found.cells],
        }
    )


def _cell(cell: Cluster, begins: tuple[float, ...], name: str) -> dict[str, Any]:
    alone = cell.number == 1
    return {
        "number": cell.number,
        "bands": cell.bands,
        "mean": None if cell.mean is None else round(cell.mean, 1),
        "worst": None if cell.worst is None else round(cell.worst, 1),
        "look": wording.band_class(band_of(cell.mean, begins)),
        "worst_look": wording.band_class(band_of(cell.worst, begins)),
        "at": [round(cell.latitude, 5), round(cell.longitude, 5)],
        "box": cell.box,
        "name": name,
        "about": reverse("admin:map_project", args=[cell.project]) if alone else "",
    }


@for_viewers
def outlines(request: HttpRequest) -> HttpResponse:
    """The countries in a box."""
    form = MapForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    answer = _json(map_shapes.countries(form.asked.box, form.asked.zoom))
    answer.headers["Cache-Control"] = f"private, max-age={OUTLINES_SECONDS}"
    return answer


@for_viewers
def lands(request: HttpRequest) -> HttpResponse:
    """Lands, areas and communities in a box, of the kinds asked for."""
    if not request.user.has_perm("riskscore.view_land"):
        raise PermissionDenied
    form = MapForm(request.GET)
    if not form.is_valid():
        return _wrong(form)
    kinds = [kind for kind in request.GET.getlist("layer") if kind in LandLayer.Kind.values]
    return _json(map_shapes.lands(form.asked.box, form.asked.zoom, kinds))


@for_viewers
def project(_request: HttpRequest, number: int) -> HttpResponse:
    """One project: where it is, its scores, its outline, its page."""
    row = get_object_or_404(Project.objects.select_related("place"), pk=number)
    lens = shown_lens()
    score = Score.objects.filter(project=row, lens=lens).first()
    begins = map_grid.starts(lens)
    values = [(node, getattr(score, node) if score else None) for node in NODES]
    return _json(
        {
            "name": row.name,
            "where": row.place.name,
            "kind": row.kind,
            "status": row.status or "status unknown",
            "at": [row.latitude, row.longitude],
            "link": reverse("admin:riskscore_project_change", args=[row.pk]),
            "scores": [
                {
                    "label": LABELS[node],
                    "points": wording.points(value),
                    "band": band_of(value, begins).label,
                    "look": wording.band_class(band_of(value, begins)),
                }
                for node, value in values
            ],
            **map_shapes.footprint(row),
        }
    )


def _wrong(form: MapForm) -> HttpResponse:
    said = " ".join(str(text) for texts in form.errors.values() for text in texts)
    return _json({"detail": said}, status=400)


def _json(answer: Any, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(answer), content_type="application/json", status=status)
