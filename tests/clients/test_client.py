"""The Python client against the live server."""

import typing
from itertools import islice
from types import UnionType
from typing import Any

import pytest
import riskscore_client as rc
from riskscore_client import Riskscore, records

from tests.api.openapi_document import committed
from tests.clients.conftest import Live, of

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there

LATIN = ("ARG", "BOL", "BRA", "CHL", "MEX", "PER")


# --- Reading ------------------------------------------------------------------------------------


def test_the_ranking_comes_row_by_row_over_its_pages(riskscore: Riskscore) -> None:
    rows = list(riskscore.scores(mineral="lithium", page_size=20, fields="key,composite,rank"))
    assert len(rows) > 60
    assert len({row["key"] for row in rows}) == len(rows)
    ranks = [row["rank"] for row in rows if row["rank"] is not None]
    assert ranks == sorted(ranks)


def test_an_iterator_asks_for_no_page_that_nobody_wants(riskscore: Riskscore, live: Live) -> None:
    before = live.log.read_text().count("fields=key%2Cname")
    assert len(list(islice(riskscore.scores(page_size=10, fields="key,name"), 10))) == 10
    assert live.log.read_text().count("fields=key%2Cname") - before <= 1


def test_a_region_is_its_countries(riskscore: Riskscore) -> None:
    for name in ("latin-america", "Latin America", "419"):
        places = {row["place"] for row in riskscore.scores(mineral="lithium", region=name)}
        assert places
        assert places <= set(LATIN)
    both = {row["place"] for row in riskscore.scores(mineral="lithium", region="419", place="AUS")}
    assert both - set(LATIN) == {"AUS"}


def test_an_export_is_all_rows_of_one_snapshot(riskscore: Riskscore) -> None:
    paged = [row["key"] for row in riskscore.scores(mineral="copper", page_size=1000, order="key")]
    streamed = [row["key"] for row in riskscore.scores(mineral="copper", order="key").stream()]
    lines = "".join(riskscore.scores(mineral="copper", fields="key", order="key").csv())
    assert streamed == paged
    assert lines.split() == ["key", *paged]


def test_a_dataframe_has_a_column_for_each_field(riskscore: Riskscore) -> None:
    table = riskscore.scores(mineral="lithium", fields="key,composite,residual").dataframe()
    assert list(table.columns)[:3] == ["key", "composite", "residual.composite"]
    assert table.composite.between(0, 100).all()


def test_one_project_its_score_and_why(riskscore: Riskscore) -> None:
    assert riskscore.project("icmm-00026")["place"] == "COL"
    score = riskscore.score("icmm-00026")
    explanation = riskscore.explanation("icmm-00026")
    assert explanation["contributions_sum"] == pytest.approx(score["composite"], abs=1e-9)
    assert riskscore.score("icmm-00026", importer="JPN")["importer"] == "JPN"
    assert next(iter(riskscore.history("icmm-00026")))["composite"] == score["composite"]


def test_what_a_buyer_hangs_on_and_what_would_change_it(riskscore: Riskscore) -> None:
    (row,) = riskscore.sourcing.dependence("JPN", "lithium")
    assert row["largest"]["place"] == "CHN"
    assert row["largest"]["share01"] == pytest.approx(0.6256380333)
    short = riskscore.sourcing.shortlist("JPN", "lithium", "latin-america", top=3)
    assert [len(short["items"]), short["considered"]] == [3, 50]
    key = short["items"][0]["key"]
    assert riskscore.sourcing.project(key, "JPN", "lithium")["key"] == key
    assert next(iter(riskscore.sourcing.stages("JPN", mineral="lithium")))["mineral"] == "lithium"


def test_any_other_address_is_read_too(riskscore: Riskscore) -> None:
    assert riskscore.get("/minerals/lithium")["name"] == "Lithium"
    rows = riskscore.rows("/supply-risks", importer="JPN", mineral="lithium", year=2024)
    assert [row["year"] for row in rows] == [2024]
    assert {row["code"] for row in riskscore.minerals()} > {"lithium", "copper"}
    assert {row["code"] for row in riskscore.places(page_size=1000)} > set(LATIN)


@pytest.mark.parametrize("name", records.SCHEMAS)
def test_a_typed_answer_has_the_fields_and_types_of_the_document(name: str) -> None:
    schema = committed()["components"]["schemas"][name]["properties"]
    hints = typing.get_type_hints(records.SCHEMAS[name])
    assert set(hints) == set(schema)
    for field, hint in hints.items():
        assert json_types(hint) == document_types(schema[field]), field


def json_types(hint: Any) -> set[str]:
    if isinstance(hint, UnionType):
        return {kind for part in typing.get_args(hint) for kind in json_types(part)}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {names.get(hint, "array" if typing.get_origin(hint) is list else "object")}


def document_types(schema: dict[str, Any]) -> set[str]:
    if "$ref" in schema:
        schema = committed()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for parts in (schema.get("oneOf"), schema.get("anyOf"), schema.get("allOf")):
        if parts:
            return {kind for part in parts for kind in document_types(part)}
    stated = schema.get("type", "object")
    return {stated} if isinstance(stated, str) else set(stated)


# --- Work ---------------------------------------------------------------------------------------


def test_a_job_is_checked_started_once_and_waited_for(riskscore: Riskscore) -> None:
    chosen = {"mineral": ["lithium"], "place": ["CHL"]}
    counted = riskscore.check_rescore(filter=chosen)["projects"]
    jobs = [riskscore.rescore(filter=chosen, idempotency_key="client-1") for _ in range(2)]
    assert jobs[0].id == jobs[1].id
    seen: list[str] = []
    job = jobs[0].wait(120, watch=lambda record: seen.append(record["state"]))
    assert job.state == seen[-1] == "succeeded"
    assert (job.record["progress"] or {})["total"] == counted
    assert list(job.errors()) == []
    assert next(iter(riskscore.jobs(page_size=1)))["id"] == job.id


def test_a_paused_job_is_not_waited_for_longer_than_is_said(riskscore: Riskscore) -> None:
    job = riskscore.rescore(importer="KOR", reason="to be stopped").pause()
    with pytest.raises(rc.NotInTime, match=r"after 0\.1 s\. It goes on\."):
        job.wait(0.1)
    with pytest.raises(rc.JobFailed, match="cancelled"):
        job.cancel().wait(120)


def test_a_portfolio_is_changed_only_as_it_was_read(riskscore: Riskscore) -> None:
    positions = [{"project": "icmm-13791", "kt_per_year": 43}]
    riskscore.sourcing.begin_portfolio("of-client", positions=positions)
    read, etag = riskscore.sourcing.portfolio_and_etag("of-client")
    assert [held["project"] for held in read["positions"]] == ["icmm-13791"]
    riskscore.sourcing.change_portfolio("of-client", if_match=etag, about="first")
    with pytest.raises(rc.PreconditionFailed):
        riskscore.sourcing.change_portfolio("of-client", if_match=etag, about="second")
    assert riskscore.sourcing.exposure("of-client")["places"]
    with pytest.raises(rc.Conflict):
        riskscore.sourcing.begin_portfolio("of-client", positions=positions)


# --- Errors -------------------------------------------------------------------------------------


def test_a_refusal_is_typed_and_says_what_to_do(riskscore: Riskscore, live: Live) -> None:
    with pytest.raises(rc.Invalid) as refused:
        riskscore.scores(mineral="litium").first()
    error = refused.value
    assert (error.status, error.code, error.errors[0]["parameter"]) == (400, "invalid", "mineral")
    assert "did you mean 'lithium'?" in str(error)
    assert f"{live.url}/api/v1/errors/invalid" in str(error)
    assert error.request_id in str(error)
    assert "\n" not in str(error)
    with pytest.raises(rc.NotFound):
        riskscore.project("nowhere")
    with pytest.raises(rc.NotFound, match="No region 'Atlantis'"):
        riskscore.scores(region="Atlantis")
    with Riskscore(live.url, "rs_00000000_wrong") as stranger, pytest.raises(rc.NotAuthenticated):
        stranger.project("icmm-00026")


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with (
        Riskscore("http://127.0.0.1:1", "rs_x", patience=0.2) as nowhere,
        pytest.raises(rc.Unreachable, match="Is RISKSCORE_URL right"),
    ):
        nowhere.project("icmm-00026")


@pytest.mark.parametrize("url", ["http://risk.example", "ftp://risk.example", "risk.example"])
def test_the_key_is_sent_to_no_other_machine_unencrypted(url: str) -> None:
    with pytest.raises(rc.RiskscoreError):
        Riskscore(url, "rs_x")


# --- A server that is busy, cuts off, or points elsewhere ---------------------------------------


def test_a_busy_server_is_asked_again_after_what_it_says(scripted: Any) -> None:
    later = [(429, {"Retry-After": "0"}, "{}"), (503, {"Retry-After": "0.2"}, "{}")]
    moment = (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, "{}")
    scripted.script[:] = [*later, moment, (200, {}, '{"key": "a"}')]
    with of(scripted) as riskscore:
        assert riskscore.project("a") == {"key": "a"}
    assert len(scripted.asked) == 4


def test_patience_ends_before_a_pause_that_is_too_long(scripted: Any) -> None:
    body = '{"code": "throttled", "title": "Too many requests", "detail": "wait"}'
    scripted.script[:] = [(429, {"Retry-After": "3600"}, body)]
    with of(scripted) as riskscore, pytest.raises(rc.TooMany) as refused:
        riskscore.project("a")
    assert refused.value.code == "throttled"


def test_a_start_is_repeated_with_the_same_idempotency_key(scripted: Any) -> None:
    scripted.script[:] = [(0, {}, ""), (503, {"Retry-After": "0"}, ""), (202, {}, '{"id": "1"}')]
    with of(scripted) as riskscore:
        riskscore.rescore()
    keys = [key for *_, key in scripted.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_what_may_not_happen_twice_is_not_sent_twice(scripted: Any) -> None:
    scripted.script[:] = [(0, {}, "")]
    with of(scripted) as riskscore, pytest.raises(rc.Unreachable):
        riskscore.connection.send("POST", "/webhooks", json={})
    scripted.script[:] = [(503, {"Retry-After": "0"}, "<html>")]
    with of(scripted) as riskscore, pytest.raises(rc.ServerFault, match="HTTP 503"):
        riskscore.connection.send("POST", "/webhooks", json={})


@pytest.mark.parametrize("end", ["", '{"_end": true, "rows": 2}\n'])
def test_an_export_without_its_end_is_an_error_not_a_short_table(scripted: Any, end: str) -> None:
    scripted.script[:] = [(200, {}, '{"key": "a"}\n' + end)]
    with of(scripted) as riskscore, pytest.raises(rc.CutShort, match="after 1 rows"):
        list(riskscore.scores().stream())


def test_a_link_to_another_server_does_not_get_the_key(scripted: Any) -> None:
    first = '{"items": [1], "next": "http://127.0.0.1:9/api/v1/scores?cursor=c"}'
    scripted.script[:] = [(200, {}, first), (200, {}, '{"items": [2], "next": null}')]
    with of(scripted) as riskscore:
        found: list[object] = list(riskscore.scores())
        assert found == [1, 2]
    assert [path for _, path, _ in scripted.asked][1] == "/api/v1/scores?cursor=c"
