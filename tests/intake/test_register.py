"""Licences: what may not be passed on is marked, and left out of what is."""

import pytest

from riskscore import register
from riskscore.models import Release
from tests.intake.files import LAW, take_in
from tests.make import make_place

pytestmark = pytest.mark.django_db


def test_what_may_not_be_passed_on_is_marked_and_never_exported(db: None) -> None:
    for code, name in (("CHL", "Chile"), ("BOL", "Bolivia"), ("WLD", "World")):
        make_place(code, name=name)
    take_in("country,year,rating\nChile,2024,3\n", "ituc")
    take_in(LAW + "wgi.law,Bolivia,2023,1,\n", "wgi", layout="observations")
    closed, free = Release.objects.order_by("id")
    assert (closed.redistributable, free.redistributable) == (False, True)
    assert register.exportable() == [free]
    rows = [dict(zip(register.EXPORTED, row, strict=True)) for row in register.rows_for_export()]
    assert [(row["indicator"], row["place"]) for row in rows] == [("wgi.law", "BOL")]


def test_an_export_comes_back_as_what_is_there_already(db: None) -> None:
    make_place("BOL", name="Bolivia")
    take_in(LAW + "wgi.law,Bolivia,2023,1.25,0.5\n", "wgi", layout="observations")
    names, (row,) = register.EXPORTED, list(register.rows_for_export())
    cells = ["" if cell is None else str(cell) for cell in row]
    text = ",".join(names) + "\n" + ",".join(cells) + "\n"
    assert take_in(text, "wgi", layout="observations").unchanged == 1


def test_a_correction_is_exported_in_place_of_what_it_corrects(db: None) -> None:
    make_place("BOL", name="Bolivia")
    for value in ("1", "2"):
        take_in(LAW + f"wgi.law,Bolivia,2023,{value},\n", "wgi", layout="observations")
    at = register.EXPORTED.index("value")
    assert [row[at] for row in register.rows_for_export()] == [2.0]
