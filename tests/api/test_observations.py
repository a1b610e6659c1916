"""The figures behind the scores: what holds, and only what may be passed on."""

import pytest

from riskscore.models import Observation
from tests.api.conftest import Api, problem
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db


def test_figures_are_listed_with_their_release_by_indicator_place_and_year(
    bundle: None, api: Api
) -> None:
    page = api.json("/observations?indicator=wgi.law&place=CHL,ARG&year__gte=2022")
    found = {(row["place"], row["year"]): row for row in page["items"]}
    assert set(found) == {(place, year) for place in ("CHL", "ARG") for year in (2022, 2023)}
    here = found["CHL", 2023]
    stored = Observation.objects.get(indicator="wgi.law", place="CHL", year=2023)
    assert (here["value"], here["standard_error"]) == (stored.value, stored.standard_error)
    assert here["release"] == "wgi-1996-2023"


def test_the_whole_of_an_indicator_is_walked_page_by_page(bundle: None, api: Api) -> None:
    seen, path = 0, "/observations?indicator=ilo.c169&page_size=10"
    while path:
        page = api.json(path)
        seen += len(page["items"])
        path = (page["next"] or "").removeprefix("http://testserver/api/v1")
    assert seen == Observation.objects.filter(indicator="ilo.c169").count()


def test_an_export_comes_back_as_what_is_there_already(bundle: None, api: Api) -> None:
    export = api.get("/observations?indicator=wgi.law", Accept="text/csv")
    done = take_in(b"".join(export.streaming_content), "wgi", layout="observations")
    stored = Observation.objects.filter(indicator="wgi.law").count()
    assert (done.error, done.added, done.changed, done.unchanged) == ("", 0, 0, stored)


def test_an_indicator_must_be_named(api: Api) -> None:
    (fault,) = problem(api.get("/observations"), 400, "invalid")["errors"]
    assert fault["parameter"] == "indicator"
    problem(api.get("/observations?indicator=geo.law"), 400, "invalid")
