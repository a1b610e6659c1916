"""Changes, lookups, matches and exports over HTTP, with the bundle's projects."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from riskscore.curation.extracts import file_maker
from riskscore.curation.extracts.extract_tables import SCORES
from riskscore.models import Export, Project
from tests.api.conftest import Api, problem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bundle")]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.EXPORT_FOLDER = tmp_path / "exports"


def keys(number: int) -> list[str]:
    scored = Project.objects.filter(scores__isnull=False, place="CHL").order_by("id").distinct()
    return list(scored.values_list("key", flat=True)[:number])


# --- Lookups --------------------------------------------------------------------------------------
def test_a_thousand_keys_are_looked_up_in_their_order_at_once(
    api: Api, django_assert_max_num_queries: Any
) -> None:
    asked = [*reversed(keys(900)), "no-such-key", keys(1)[0]]
    with django_assert_max_num_queries(20):
        answer = api.post("/lookups", {"keys": asked}).json()
    assert [one["key"] for one in answer["items"]] == asked[:-2], "each once"
    assert answer["missing"] == [{"key": "no-such-key", "why": "unknown"}]
    assert list(answer["items"][0]["row"]) == [column.name for column in SCORES.columns]


def test_a_lookup_says_what_the_score_of_a_project_says(api: Api) -> None:
    (key,) = keys(1)
    row = api.post("/lookups", {"keys": [key]}).json()["items"][0]["row"]
    score = api.json(f"/projects/{key}/score")
    shared = set(row) & set(score)
    assert {name: row[name] for name in shared} == {name: score[name] for name in shared}
    assert {"composite", "band", "labour", "edition", "computed_at", "job"} <= shared


def test_a_project_without_a_score_is_said_to_have_none(api: Api) -> None:
    Project.objects.filter(key=keys(1)[0]).first().scores.all().delete()  # type: ignore[union-attr]
    key = Project.objects.filter(scores__isnull=True, state="published").values_list("key")[0][0]
    assert api.post("/lookups", {"keys": [key]}).json()["missing"] == [
        {"key": key, "why": "not_scored"}
    ]
    assert api.post("/lookups", {"what": "projects", "keys": [key]}).json()["missing"] == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/"), ({"keys": []}, "/keys"), ({"keys": ["x"] * 1001}, "/keys"),
        ({"keys": [1]}, "/keys/0"), ({"keys": ["a"], "what": "events"}, "/what"),
        ({"keys": ["a"], "is_staff": True}, "/is_staff"),
        ({"keys": ["a"], "importer": "QQQ"}, "/importer"),
        ({"keys": ["a"], "method": "none"}, "/method"), ({"keys": "a"}, "/keys"),
    ],
)  # fmt: skip
def test_a_lookup_that_cannot_be_meant_is_refused_by_its_pointer(
    api: Api, body: Any, pointer: str
) -> None:
    told = problem(api.post("/lookups", body), 400, "invalid")
    assert [fault["pointer"] for fault in told["errors"]] == [pointer]


# --- Matches --------------------------------------------------------------------------------------
def matches(api: Api, *lines: dict[str, str]) -> list[dict[str, Any]]:
    answer = api.post("/matches", {"lines": lines})
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def some_project() -> Project:
    return Project.objects.get(key="icmm-00026")


def test_a_name_as_it_is_written_is_a_match_and_its_parts_add_up(api: Api) -> None:
    project = some_project()
    mineral = project.minerals.get(role="primary").mineral
    (item,) = matches(
        api,
        {"name": project.name, "place": project.place.name, "mineral": mineral.name, "ref": "7"},
    )
    best = item["candidates"][0]
    assert (item["ref"], item["verdict"], best["key"], best["score"]) == (
        "7", "match", project.key, 100.0,
    )  # fmt: skip
    assert [(part["part"], part["points"]) for part in best["parts"]] == [
        ("name", 70.0), ("place", 20.0), ("mineral", 10.0),
    ]  # fmt: skip
    for each in item["candidates"]:
        assert each["score"] == pytest.approx(sum(part["points"] for part in each["parts"]))


def test_a_slip_another_case_accents_and_words_such_as_mine_cost_little(api: Api) -> None:
    project = some_project()
    name, place = project.name, project.place.name
    slipped = name[:5] + name[6:]
    for written in (name.upper(), f"{name} Mine", f"Mina {name}", slipped):
        (item,) = matches(api, {"name": written, "place": place})
        assert item["candidates"], written
        assert item["candidates"][0]["key"] == project.key, (written, item)
        assert item["candidates"][0]["score"] >= 85, written


def test_another_country_or_mineral_costs_its_share(api: Api) -> None:
    project = some_project()
    elsewhere = "Japan" if project.place_id != "JPN" else "Chile"
    (item,) = matches(api, {"name": project.name, "place": elsewhere})
    best = next(one for one in item["candidates"] if one["key"] == project.key)
    assert [part["alike"] for part in best["parts"]] == [100.0, 0.0]
    assert best["score"] == pytest.approx(100 * 70 / 90, abs=0.01)


def test_a_key_says_it_all_and_a_name_of_nothing_says_none(api: Api) -> None:
    project = some_project()
    by_key, nothing, empty = matches(
        api, {"name": project.key}, {"name": "Zzyzx Qwertyuiop"}, {"name": "--", "place": "Chile"}
    )
    assert (by_key["verdict"], by_key["candidates"][0]["score"]) == ("match", 100.0)
    assert by_key["candidates"][0]["parts"][0]["part"] == "key"
    assert (nothing["verdict"], nothing["candidates"]) == ("none", [])
    assert empty["verdict"] == "none"


def test_words_that_nobody_understands_are_told_and_do_not_count(api: Api) -> None:
    project = some_project()
    (item,) = matches(api, {"name": project.name, "place": "Atlantis", "mineral": "unobtainium"})
    assert len(item["notes"]) == 2
    assert item["candidates"][0]["score"] == 100.0


def test_lines_that_are_equal_are_answered_each_in_its_place(api: Api) -> None:
    project = some_project()
    line = {"name": project.name}
    first, other, again = matches(api, line, {"name": "Zzyzx Qwertyuiop"}, {**line, "ref": "3"})
    assert (other["verdict"], again["ref"], first["ref"]) == ("none", "3", None)
    assert again["candidates"] == first["candidates"] != []


def test_a_list_of_a_thousand_lines_is_matched_by_few_queries(
    api: Api, django_assert_max_num_queries: Any
) -> None:
    rows = Project.objects.order_by("id").values_list("name", "place__name")[:1000]
    with django_assert_max_num_queries(20):
        items = matches(api, *({"name": name, "place": place} for name, place in rows if name))
    right = sum(item["verdict"] in ("match", "several") for item in items)
    assert right > 0.97 * len(items)


# --- Changes --------------------------------------------------------------------------------------
def test_changes_since_the_beginning_are_everything_once_over_pages(api: Api) -> None:
    page = api.json("/changes?since=0&page_size=1000&kinds=score")
    found, first = [item["row"]["key"] for item in page["items"]], page["position"]
    while page["next"]:
        page = api.json(page["next"].partition("/api/v1")[2])
        assert page["position"] == first, "all pages end at one position"
        found += [item["row"]["key"] for item in page["items"]]
    assert len(found) == len(set(found))
    assert len(found) == Project.objects.filter(scores__lens__importer="WLD").distinct().count()


def test_a_delta_as_ndjson_ends_with_the_position_to_go_on_from(api: Api) -> None:
    answer = api.get("/changes?kinds=event", Accept="application/x-ndjson")
    *lines, end = [orjson.loads(line) for line in answer.getvalue().splitlines()]
    assert end["_end"] is True
    assert end["rows"] == len(lines)
    assert api.json(f"/changes?since={end['position']}&kinds=event")["items"] == []


def test_a_position_that_is_none_of_ours_is_gone_and_a_cursor_is_bound(api: Api) -> None:
    for since in ("x", "abc-1-1-", "999999999", "-1"):
        problem(api.get(f"/changes?since={since}"), 410, "unknown_position")
    page = api.json("/changes?page_size=1")
    cursor = page["next"].partition("cursor=")[2]
    problem(api.get(f"/changes?page_size=1&kinds=event&cursor={cursor}"), 400, "bad_cursor")
    problem(api.get("/changes?cursor=x"), 400, "bad_cursor")
    problem(api.get("/changes?sicne=1"), 400, "invalid")


# --- Exports --------------------------------------------------------------------------------------
def asked(api: Api, **more: Any) -> dict[str, Any]:
    answer = api.post("/exports", {"what": "scores", "format": "ndjson", **more})
    assert answer.status_code == 202, answer.content
    assert answer["Location"] == f"/api/v1/exports/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


def body(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def test_a_file_is_asked_for_made_and_fetched_by_key_and_by_link(api: Api, stranger: Api) -> None:
    export = asked(api, scope={"filter": {"place": ["CHL"]}})
    assert (export["state"], export["download"]) == ("queued", None)
    here = f"/exports/{export['id']}"
    problem(api.get(f"{here}/file"), 404, "no_such_export")
    file_maker.drain()
    made = api.json(here)
    assert made["state"] == "succeeded", made
    whole = body(api.get(f"{here}/file"))
    link = made["download"]["href"].partition("/api/v1")[2]
    assert body(Api().get(link)) == whole, "the link needs no key"
    *rows, end = [orjson.loads(line) for line in whole.splitlines()]
    assert {row["place"] for row in rows} == {"CHL"}
    assert (end["rows"], end["edition"], end["position"]) == (
        made["rows"], made["edition"], made["position"],
    )  # fmt: skip
    problem(stranger.get(here), 404, "no_such_export")
    problem(stranger.get(f"{here}/file"), 404, "no_such_export")
    problem(Api().get(f"{here}/file"), 401, "unauthenticated")
    problem(Api().get(f"{here}/file?link=x"), 403, "link_closed")
    assert api.send("DELETE", here).status_code == 204
    problem(Api().get(link), 404, "no_such_export")
    assert api.json(here)["download"] is None


def test_the_list_shows_only_ones_own(api: Api, stranger: Api) -> None:
    export = asked(api)
    assert [one["id"] for one in api.json("/exports")["items"]] == [export["id"]]
    assert stranger.json("/exports")["items"] == []


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"format": "pickle"}, 400, "invalid"), ({"what": "keys"}, 400, "invalid"),
        ({"scope": {"keys": ["nobody"]}}, 400, "invalid"), ({"scope": []}, 400, "invalid"),
        ({"owner": 1}, 400, "invalid"), ({"importer": "CHE"}, 404, "lens_not_scored"),
        ({"scope": {"filter": {"stale_since": {}}}}, 400, "invalid"),
    ],
)  # fmt: skip
def test_an_export_that_cannot_be_meant_is_refused(
    api: Api, more: Any, status: int, code: str
) -> None:
    body = {"what": "scores", "format": "csv", **more}
    problem(api.post("/exports", body), status, code)
    assert not Export.objects.exists()


def test_what_is_wrong_with_the_scope_of_an_export_is_named_by_its_pointer(api: Api) -> None:
    body = {"what": "projects", "format": "csv", "scope": {"filter": {"place": ["QQQ"]}}}
    told = problem(api.post("/exports", body), 400, "invalid")
    assert [each["pointer"] for each in told["errors"]] == ["/scope/filter/place"]


def test_where_the_server_gives_no_place_to_wait_both_answer_at_once(api: Api) -> None:
    export = asked(api)
    here = f"/exports/{export['id']}"
    assert api.json(f"{here}?wait=60")["state"] == "queued"
    first = body(api.get(f"{here}/events", Accept="text/event-stream"))
    assert first.startswith(b"retry: 3000\n\nevent: progress\nid: 0\n")
    file_maker.drain()
    last = body(api.get(f"{here}/events"))
    assert b"event: ended\n" in last
    number = last.partition(b"id: ")[2].partition(b"\n")[0].decode()
    assert api.get(f"{here}/events", Last_Event_ID=number).status_code == 204


def test_a_job_is_followed_by_its_owner_alone(api: Api, stranger: Api) -> None:
    job = api.post("/jobs", {"scope": {"keys": keys(1)}}).json()["id"]
    assert api.json(f"/jobs/{job}?wait=5")["state"] == "queued"
    assert b'"state":"queued"' in body(api.get(f"/jobs/{job}/events"))
    problem(stranger.get(f"/jobs/{job}/events"), 404, "not_found")
