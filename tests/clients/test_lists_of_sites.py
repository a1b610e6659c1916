"""Many keys, names and changes at once, by the Python client."""

import json
from typing import Any

import pytest
import riskscore_client as rc
from riskscore_client import Riskscore

from tests.clients.conftest import of

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there


def test_scores_and_projects_are_looked_up_by_any_number_of_keys(riskscore: Riskscore) -> None:
    keys = [row["key"] for row in riskscore.scores(order="key", fields="key", page_size=1000)]
    assert len(keys) > 2_000
    found = riskscore.lookup([*keys, keys[0], "nowhere"])
    assert list(found.rows) == keys
    assert found.missing == {"nowhere": "unknown"}
    assert found.rows[keys[0]]["composite"] == riskscore.score(keys[0])["composite"]
    japan = riskscore.lookup(keys[:1], importer="JPN")
    assert japan.rows[keys[0]]["importer"] == "JPN"
    (project,) = riskscore.lookup("icmm-00026", what="projects").rows.values()
    assert project["place"] == "COL"
    assert riskscore.lookup([]).rows == {}


def test_a_fault_is_named_by_its_place_in_the_whole_list(riskscore: Riskscore) -> None:
    with pytest.raises(rc.Invalid) as refused:
        riskscore.lookup([*(f"k-{number}" for number in range(1_003)), "k" * 61])
    assert [fault["pointer"] for fault in refused.value.errors] == ["/keys/1003"]


def test_lines_are_matched_with_reasons_that_add_up(riskscore: Riskscore) -> None:
    known: rc.Line = {"name": "Grota do Cirilo", "place": "Brasil", "mineral": "Li", "ref": "7"}
    first, second, third = riskscore.match([known, "No Such Mine Anywhere", "icmm-00026"])
    (best, *_) = first["candidates"]
    assert (first["ref"], first["verdict"], best["key"]) == ("7", "match", "icmm-13488")
    assert {part["part"] for part in best["parts"]} == {"name", "place", "mineral"}
    assert sum(part["points"] for part in best["parts"]) == pytest.approx(best["score"])
    assert (second["verdict"], second["candidates"]) == ("none", [])
    assert third["candidates"][0]["key"] == "icmm-00026"


def test_a_long_list_is_asked_for_a_thousand_at_a_time_in_its_order(scripted: Any) -> None:
    def answer(*names: str) -> tuple[int, dict[str, str], str]:
        found = [{"ref": name, "verdict": "none", "candidates": []} for name in names]
        return 200, {}, json.dumps({"items": found})

    busy = (503, {"Retry-After": "0"}, "")
    scripted.script[:] = [answer("a"), busy, answer("b"), answer("c")]
    with of(scripted) as riskscore:
        found = riskscore.match(f"line {number}" for number in range(2_001))
    assert [one["ref"] for one in found] == ["a", "b", "c"]
    assert len(scripted.asked) == 4


def test_what_changed_is_told_once_and_where_to_go_on(riskscore: Riskscore) -> None:
    edition = riskscore.lookup("icmm-00026").edition
    assert edition is not None
    delta = riskscore.changes_since(edition, kinds="score", page_size=5)
    with pytest.raises(rc.RiskscoreError, match="Not all changes are read yet"):
        _ = delta.position
    list(delta)
    chosen = {"mineral": ["lithium"], "place": ["BOL"]}
    riskscore.rescore(filter=chosen, importer="WLD").wait(120)
    later = riskscore.changes_since(delta.position)
    assert [change["key"] for change in later if change["kind"] == "project"] == []
    assert list(riskscore.changes_since(later.position)) == []


def test_all_that_there_is_comes_by_pages_as_in_one_stream(riskscore: Riskscore) -> None:
    pages = riskscore.changes_since(0, kinds="project", page_size=1000)
    paged = [change["key"] for change in pages]
    stream = riskscore.changes_since(0, kinds="project")
    streamed = [change["key"] for change in stream.stream()]
    assert len(paged) > 4_000
    assert paged == streamed
    assert stream.position
    with pytest.raises(rc.Problem) as refused:
        list(riskscore.changes_since("no-position"))
    assert refused.value.code


@pytest.mark.parametrize("end", ["", '{"_end": true, "rows": 2, "position": "p"}\n'])
def test_a_stream_of_changes_without_its_end_gives_no_position(scripted: Any, end: str) -> None:
    scripted.script[:] = [(200, {}, '{"key": "a"}\n' + end)]
    with of(scripted) as riskscore:
        delta = riskscore.changes_since(1)
        with pytest.raises(rc.CutShort):
            list(delta.stream())
        with pytest.raises(rc.RiskscoreError, match="Not all"):
            _ = delta.position
