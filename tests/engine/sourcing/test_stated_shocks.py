"""Shocks as people write them: what is understood, and every fault named by its place."""

from datetime import date
from typing import Any

import pytest

from riskscore.engine.sourcing.stated_shocks import BadShocks, Kind, Known, parse

KNOWN = Known(
    {"CHL", "CHN", "USA", "EUU", "WLD"},
    {"lithium", "copper"},
    {"mine-1": ("CHL", ("copper", "lithium")), "mine-2": ("CHL", ())},
    {("mine-1", "copper"): 20.0},
    {("mine-1", "copper"): 5.0},
)
CUT = {"kind": "export_cut", "place": "CHN", "mineral": "lithium", "cut": 0.4}


def faults(*shocks: Any) -> dict[str, str]:
    with pytest.raises(BadShocks) as refused:
        parse(list(shocks), KNOWN)
    return refused.value.faults


def test_a_cut_is_read_with_its_days_and_buyers() -> None:
    (found,) = parse(
        [{**CUT, "stage": "ore", "buyers": ["USA", "EUU", "USA"], "since": "2026-01-31"}], KNOWN
    )
    assert (found.kind, found.place, found.cut, found.stage) == (
        Kind.EXPORT_CUT, "CHN", 0.4, "ore",
    )  # fmt: skip
    assert found.buyers == ("EUU", "USA")
    assert found.since == date(2026, 1, 31)
    assert found.is_on(date(2026, 1, 31))
    assert not found.is_on(date(2026, 1, 30))
    assert found.concerns("lithium")
    assert not found.concerns("copper")


def test_a_project_stands_for_its_place_its_main_mineral_and_what_it_is_said_to_give() -> None:
    lost, new = parse(
        [{"kind": "project_lost", "project": "mine-1"},
         {"kind": "new_capacity", "project": "mine-1"}],
        KNOWN,
    )  # fmt: skip
    assert (lost.place, lost.mineral, lost.tonnes) == ("CHL", "copper", 20.0)
    assert new.tonnes == 5.0
    (other,) = parse(
        [{"kind": "project_lost", "project": "mine-1", "mineral": "lithium", "tonnes": 7}], KNOWN
    )
    assert (other.mineral, other.tonnes) == ("lithium", 7)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"cut": 1.2}, "cut"),
        ({"cut": True}, "cut"),
        ({"cut": float("nan")}, "cut"),
        ({"cut": "0.4"}, "cut"),
        ({"place": "XXX"}, "place"),
        ({"place": "WLD"}, "place"),
        ({"place": ["CHN"]}, "place"),
        ({"mineral": "unobtainium"}, "mineral"),
        ({"stage": "smelted"}, "stage"),
        ({"kind": "earthquake"}, "kind"),
        ({"kind": []}, "kind"),
        ({"since": "2026-02-30"}, "since"),
        ({"since": "20260131"}, "since"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "until"),
        ({"buyers": []}, "buyers"),
        ({"buyers": ["USA", 7]}, "buyers"),
        ({"tonnes": 5}, "tonnes"),
        ({"about": "\0"}, "about"),
        ({"about": "x" * 401}, "about"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_place(change: dict[str, Any], field: str) -> None:
    assert list(faults(CUT, {**CUT, **change})) == [f"/shocks/1/{field}"]


def test_all_faults_are_named_at_once() -> None:
    assert set(faults({**CUT, "cut": 2, "place": "XXX"}, {"kind": "output_cut"}, 7)) == {
        "/shocks/0/cut", "/shocks/0/place", "/shocks/1/place", "/shocks/1/mineral",
        "/shocks/1/cut", "/shocks/2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("shock", "field"),
    [
        ({"place": "CHL", "mineral": "lithium"}, "tonnes"),
        ({"place": "CHL", "mineral": "lithium", "tonnes": 5, "more": 1}, "tonnes"),
        ({"place": "CHL", "mineral": "lithium", "tonnes": -1}, "tonnes"),
        ({"place": "CHL", "mineral": "all", "more": 1}, "mineral"),
        ({"mineral": "lithium", "more": 1}, "place"),
        ({"project": "mine-9", "tonnes": 5}, "project"),
        ({"project": "mine-2", "tonnes": 5}, "project"),
        ({"project": "mine-1", "mineral": "lithium"}, "tonnes"),
        ({"project": "mine-1", "more": 1}, "more"),
    ],
)
def test_new_capacity_says_where_and_how_much(shock: dict[str, Any], field: str) -> None:
    assert f"/shocks/0/{field}" in faults({"kind": "new_capacity", **shock})


def test_a_ceiling_belongs_to_conditions_on_scores() -> None:
    listed = {"kind": "social_condition", "condition": "forced_labour"}
    scored = {"kind": "social_condition", "condition": "labour_above"}
    assert list(faults({**listed, "ceiling": 50})) == ["/shocks/0/ceiling"]
    assert list(faults(scored)) == ["/shocks/0/ceiling"]
    found = parse([listed, {**scored, "ceiling": 50}], KNOWN)
    assert [one.mineral for one in found] == ["all", "all"]


@pytest.mark.parametrize("nothing", [[], None, {}, "x", [CUT] * 101])
def test_a_scenario_has_between_one_and_a_hundred_shocks(nothing: Any) -> None:
    with pytest.raises(BadShocks, match="1 to 100"):
        parse(nothing, KNOWN)
