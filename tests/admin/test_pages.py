"""Every page opens, quickly, with nothing inline, whatever a project is called."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from riskscore import api_keys
from riskscore.admin.site import PAGES
from riskscore.curation import project_edits
from riskscore.jobs import requests
from riskscore.models import (
    Alert,
    Artefact,
    AskedLast,
    Capacity,
    CapacityRange,
    CommunityDistance,
    CountryOutline,
    DefaultList,
    Evidence,
    ExternalId,
    IntakeFault,
    IntakePart,
    KeptFigures,
    MapCell,
    MapGrid,
    MatrixCell,
    Offtake,
    PortfolioLimit,
    Position,
    Project,
    ProjectMineral,
    ProjectStatus,
    RankBlock,
    RankChange,
    Ranking,
    RecordChange,
    RegionMember,
    Release,
    SavedList,
    TradeCode,
    Watch,
    WebhookAttempt,
)
from tests.admin.conftest import inline_of, url

MODELS = [model for pages in PAGES.values() for model in pages]
TABS = ("score", "why", "peers", "what-if", "owners", "evidence", "land", "history")
HOSTILE = "<script>alert(1)</script>"


def names() -> list[str]:
    return [model._meta.model_name or "" for model in MODELS]


@pytest.fixture
def everything(curator: User, project: Project) -> None:
    """Rows in the tables that the bundle leaves empty."""
    api_keys.issue(curator, "laptop", ["read"])
    requests.start({"all": True}, by=curator)
    project_edits.add_evidence(
        Evidence(project=project, kind="strike", happened_on="2026-01-01", url="https://a.example"),
        by=curator,
    )


def test_every_model_has_a_page_or_stands_on_that_of_its_project() -> None:
    ours = set(apps.get_app_config("riskscore").get_models())
    parts = {
        ProjectMineral,
        Offtake,
        ExternalId,
        IntakePart,
        IntakeFault,
        Artefact,
        SavedList,
        DefaultList,
    }
    parts |= {
        WebhookAttempt,
        ProjectStatus,
        Capacity,
        CapacityRange,
        RegionMember,
        TradeCode,
        RecordChange,
    }
    parts |= {CommunityDistance, Position, PortfolioLimit, CountryOutline, MapCell, MapGrid}
    parts |= {MatrixCell, KeptFigures, Watch, Alert, AskedLast, Ranking, RankBlock, RankChange}
    assert set(MODELS) | parts == ours
    assert all(admin.site.is_registered(model) for model in ours - parts)


@pytest.mark.parametrize("name", names())
def test_every_list_opens_and_can_be_searched(name: str, page: Client, everything: None) -> None:
    for query in ("", "?q=chile"):
        response = page.get(url(name) + query)
        assert response.status_code == 200, query
        inline = [each for each in inline_of(response.text) if not each.startswith("<style")]
        assert not inline


@pytest.mark.parametrize("name", names())
def test_every_row_opens(name: str, page: Client, everything: None) -> None:
    model = apps.get_model("riskscore", name)
    row = model._default_manager.order_by("pk").last()
    if row is not None:
        response = page.get(url(name, "change", row.pk))
        assert response.status_code == 200
        assert not inline_of(response.text)


@pytest.mark.parametrize("name", names())
def test_every_filter_of_every_list_can_be_used(name: str, page: Client, everything: None) -> None:
    response = page.get(url(name))
    for spec in response.context["cl"].filter_specs:
        for choice in list(spec.choices(response.context["cl"]))[1:4]:
            name_of = choice.get("name") or getattr(spec, "parameter_name", "")
            query = choice.get("query_string") or f"?{name_of}={choice['value'] or 1}"
            assert page.get(url(name) + query).status_code == 200, query


@pytest.mark.parametrize("name", names())
def test_nothing_can_be_deleted(name: str, page: Client, everything: None) -> None:
    row = apps.get_model("riskscore", name)._default_manager.order_by("pk").first()
    if row is not None:
        assert page.post(url(name, "delete", row.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in page.get(url(name)).text


def queries(page: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert page.get(address).status_code == 200
    return len(seen)


@pytest.mark.parametrize(
    ("name", "narrow", "wide"),
    [
        ("project", "?q=busch-001", "?kind__exact=deposit"),
        ("score", "?q=busch-001", ""),
        ("scorehistory", "?q=busch-001", ""),
        ("observation", "?q=zimbabwe&indicator=hdr.hdi", ""),
        ("release", "?q=wgi", ""),
        ("place", "?q=CHL", ""),
        ("placemember", "?q=France", ""),
        ("locality", "?q=Mapudungun", ""),
    ],
)
def test_a_list_costs_as_many_queries_for_one_row_as_for_a_page(
    name: str, narrow: str, wide: str, page: Client, lens: Any
) -> None:
    page.get(url(name))
    assert queries(page, url(name) + wide) <= queries(page, url(name) + narrow) + 1


def test_the_list_of_jobs_counts_the_progress_of_all_in_one_query(page: Client) -> None:
    page.get(url("job"))  # what waits in the menu is kept from here on
    page.get(url("job"))
    few = queries(page, url("job"))
    for _ in range(5):
        requests.start({"filter": {"place": ["CHL"]}})
    assert queries(page, url("job")) == few


def test_a_table_of_hundreds_of_thousands_is_not_counted_to_its_end(page: Client) -> None:
    with CaptureQueriesContext(connection) as seen:
        response = page.get(url("observation"))
    counts = [query["sql"] for query in seen if "COUNT(*) FROM (SELECT" in query["sql"]]
    assert counts
    assert all("LIMIT 10001" in sql for sql in counts)
    assert "more than 10000" in response.text


def test_a_project_may_be_called_anything(page: Client, project: Project) -> None:
    Project.objects.filter(pk=project.pk).update(name=HOSTILE, stage=HOSTILE)
    job = requests.start({"keys": [project.key]}, reason=HOSTILE)
    score = project.scores.earliest("pk")
    for address in (
        url("project") + "?q=script",
        url("project", "change", project.pk),
        *(url("project", tab, project.pk) for tab in TABS),
        url("score") + "?q=script",
        url("score", "change", score.pk),
        url("evidence", "add") + f"?project={project.pk}",
        url("job", "change", job.pk),
        url("job"),
        "/admin/",
    ):
        text = page.get(address).text
        assert HOSTILE not in text, address
        assert not [each for each in inline_of(text) if not each.startswith("<style")], address


def test_pages_forbid_foreign_and_inline_scripts(page: Client, bundle: None) -> None:
    anybody = Client()
    for asked, path in (
        (page, "/admin/"), (page, url("project")), (anybody, "/admin/login/"), (anybody, "/"),
        (anybody, "/scores/"),
    ):  # fmt: skip
        policy = asked.get(path).headers["Content-Security-Policy"]
        said = {name: set(rest) for name, *rest in map(str.split, policy.split(";"))}
        scripts = said.get("script-src", said["default-src"])
        assert scripts in ({"'self'"}, {"'none'"}), f"{path} may run {scripts}"
        assert said["frame-ancestors"] == {"'none'"}, path


def test_a_page_of_a_row_that_is_not_there_says_so(page: Client) -> None:
    for address in (
        url("project", "rescore", 999_999_999),
        url("job", "cancel", "00000000-0000-7000-8000-000000000000"),
        url("job", "cancel", "nonsense"),
    ):
        assert page.post(address).status_code == 404


def test_somebody_without_permissions_sees_no_numbers(as_staff: Callable[..., Client]) -> None:
    text = as_staff().get("/admin/").text
    assert "Where the projects stand" not in text
    assert "Rescore everything" not in text


def test_a_release_says_what_it_covers_and_of_whom_it_says_nothing(page: Client) -> None:
    release = Release.objects.get(code="wgi-1996-2023")
    shown = page.get(url("release", "change", release.pk)).text
    assert "It feeds scores now." in shown
    assert "<td>wgi.law</td>" in shown
    assert "1996–2023" in shown
    assert "Says nothing about" in shown
    assert "Antarctica" in shown
