"""Saved mappings: how the files of somebody are read, under a name."""

import difflib
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError as ModelRefuses
from django.db import transaction

from riskscore.intake.requests import CannotTakeIn, ImportOptions
from riskscore.models import SavedMapping
from riskscore.sources.reading import Reading


def named(name: str) -> SavedMapping:
    """The saved mapping of a name. Raises CannotTakeIn."""
    found = SavedMapping.objects.filter(name=name).first()
    if found is None:
        names = list(SavedMapping.objects.values_list("name", flat=True))
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"There are: {', '.join(names) or 'none'}"
        raise CannotTakeIn(f"mapping: no saved mapping {name!r}; {hint}")
    return found


def reading_of(saved: SavedMapping) -> Reading:
    """How it reads a file."""
    return Reading(
        saved.mapping, saved.sheet, saved.header_row, saved.constants, saved.calculated,
        saved.hidden,
    )  # fmt: skip


def applied(options: ImportOptions, saved: SavedMapping) -> ImportOptions:
    """The options with what the saved mapping says; what is stated itself goes first.

    Raises CannotTakeIn if it is for files of another source or table.
    """
    for name, stated in (("source", options.source), ("layout", options.layout)):
        if stated and stated != getattr(saved, name):
            raise CannotTakeIn(
                f"mapping: {saved.name!r} is for the {name} {getattr(saved, name)}, not {stated}"
            )
    return replace(
        options,
        source=saved.source,
        layout="" if saved.layout == saved.source else saved.layout,
        mapping={**saved.mapping, **options.mapping},
        constants={**saved.constants, **options.constants},
        sheet=options.sheet or saved.sheet,
        header_row=options.header_row or saved.header_row,
        calculated=options.calculated or saved.calculated,
        hidden=options.hidden or saved.hidden,
    )


def save(
    name: str,
    source: str,
    layout: str,
    reading: Reading,
    *,
    replacing: bool = False,
    by: Any = None,
) -> SavedMapping:
    """Keep a reading under a name; one of the same name only if it is to be replaced.

    Raises CannotTakeIn.
    """
    with transaction.atomic():
        found = SavedMapping.objects.select_for_update().filter(name=name.strip()).first()
        if found and not replacing:
            raise CannotTakeIn(f"mapping: there is one called {found.name!r}; choose another name")
        row = found or SavedMapping(name=name.strip(), created_by=by)
        row.source, row.layout = source, layout
        row.mapping, row.constants = dict(reading.mapping), dict(reading.constants)
        row.sheet, row.header_row = reading.sheet, reading.header_row
        row.calculated, row.hidden = reading.calculated, reading.hidden
        try:
            row.full_clean()
        except ModelRefuses as error:
            raise CannotTakeIn(f"mapping: {' '.join(error.messages)}") from None
        row.save()
    return row
