"""The step between upload and preview: which column is which, seen on the first rows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse

from riskscore.admin.sources.chosen_columns import Choice, choices, stated
from riskscore.errors import ValidationError
from riskscore.intake import file_rows, requests
from riskscore.intake.mappings import saved
from riskscore.models import Intake, SavedMapping
from riskscore.sources.reading import Reading
from riskscore.sources.tables import first_rows
from riskscore.sources.tables.columns import Columns

#: Parts of a text (of 1 MB each) that hold its first rows for sure.
PARTS = 12


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form says: how the file is to be read, and what is wrong with that."""

    reading: Reading
    wrong: list[str]


def page(request: HttpRequest, intake: Intake) -> HttpResponse:
    """The page of an uploaded file: a look, a name to save the mapping by, the start."""
    if not request.user.has_perm("riskscore.add_intake"):
        raise PermissionDenied
    if intake.state != Intake.State.UPLOADED:
        return HttpResponseRedirect(_url(intake))
    if request.method != "POST":
        reading = _of_request(request, file_rows.reading_of(intake))
        return _shown(request, intake, Asked(reading, []))
    asked = _asked(intake, request.POST)
    step = request.POST.get("step", "")
    if asked.wrong or step not in ("save", "start"):
        return _shown(request, intake, asked)
    try:
        if step == "save":
            return _save(request, intake, asked)
        requests.begin(intake, asked.reading)
    except ValidationError as error:
        return _shown(request, intake, replace(asked, wrong=[str(error)]))
    return HttpResponseRedirect(_url(intake))


def _of_request(request: HttpRequest, reading: Reading) -> Reading:
    """The reading, or that of the saved mapping which the address names."""
    name = request.GET.get("mapping", "")
    found = SavedMapping.objects.filter(name=name).first() if name else None
    return saved.reading_of(found) if found else reading


def _save(request: HttpRequest, intake: Intake, asked: Asked) -> HttpResponse:
    if not request.user.has_perm("riskscore.add_savedmapping"):
        raise PermissionDenied
    may_replace = request.user.has_perm("riskscore.change_savedmapping")
    row = saved.save(
        request.POST.get("name", ""), intake.source, intake.layout, asked.reading,
        replacing=may_replace and "replacing" in request.POST, by=request.user,
    )  # fmt: skip
    messages.success(request, f"Saved as “{row.name}”: choose it for the next file.")
    return _shown(request, intake, asked)


def _asked(intake: Intake, form: QueryDict) -> Asked:
    wrong = []
    row = form.get("header_row", "").strip()
    if row and not (row.isascii() and row.isdecimal() and len(row) < 7):
        wrong.append(f"Row of the column names: {row[:40]!r} is no number of a row.")
        row = ""
    reading = Reading(
        sheet=form.get("sheet", "")[:80], header_row=int(row or 0),
        calculated="calculated" in form, hidden="hidden" in form,
    )  # fmt: skip
    before = Reading(**{**_fields(reading), "mapping": intake.mapping, "constants": {}})
    seen = look(intake, before)
    told = stated(form, columns_of(intake, reading), seen.names)
    reading = replace(reading, mapping=told.mapping, constants=told.constants)
    return Asked(reading, wrong + told.wrong)


def _fields(reading: Reading) -> dict[str, Any]:
    return {name: getattr(reading, name) for name in Reading.__dataclass_fields__}


def columns_of(intake: Intake, reading: Reading) -> Columns:
    """The columns of the table that the file is read as."""
    found: Columns = file_rows.layout_of(intake).columns(reading)
    return found


def look(intake: Intake, reading: Reading) -> first_rows.FirstRows:
    """The first rows of the file, read so."""
    is_text = not intake.file.casefold().endswith((".xlsx", ".json", ".geojson"))
    with file_rows.opened(intake, PARTS if is_text else None) as file:
        return first_rows.of(file, intake.file, file_rows.layout_of(intake), reading)


def _shown(request: HttpRequest, intake: Intake, asked: Asked) -> HttpResponse:
    seen = look(intake, asked.reading)
    columns = columns_of(intake, asked.reading)
    rows: list[Choice] = choices(columns, seen.names)
    used = [row.ours for row in rows if row.is_used]
    context: Mapping[str, Any] = {
        **admin.site.each_context(request),
        "title": f"Columns of {intake.file}",
        "opts": Intake._meta,
        "intake": intake,
        "seen": seen,
        "fault": FLAGS.sub("", str(seen.fault or "")),
        "reading": asked.reading,
        "choices": rows,
        "used": used,
        "first": [(row, [row.cells.get(name, "") for name in used]) for row in seen.rows],
        "wrong": asked.wrong,
        "saved": SavedMapping.objects.filter(source=intake.source, layout=intake.layout),
        "name": request.POST.get("name", ""),
        "may_save": request.user.has_perm("riskscore.add_savedmapping"),
        "steps": steps("Columns"),
    }
    return TemplateResponse(request, "admin/intake_columns.html", dict(context))


#: How the command says what the fields of the page say.
FLAGS = re.compile(r" \(--[^)]*\)")
STEPS = ("Upload", "Columns", "Preview", "Confirm", "Report")


def steps(now: str) -> list[tuple[str, str]]:
    """The way of a file, and which step of it this is: done, now or later."""
    at = STEPS.index(now)
    return [
        (words, "done" if number < at else "now" if number == at else "later")
        for number, words in enumerate(STEPS)
    ]


def _url(intake: Intake) -> str:
    return reverse("admin:riskscore_intake_change", args=[intake.pk])
