"""The stages of a mineral over HTTP."""

import pytest

from tests.api.conftest import Api, problem

pytestmark = pytest.mark.usefixtures("bundle")
ADDRESS = "/sourcing/stages"


def test_a_chain_says_its_weakest_stage_what_is_refined_where_and_what_is_missing(api: Api) -> None:
    (row,) = api.json(f"{ADDRESS}/?buyer=JPN&mineral=copper&place=PER")["items"]
    weakest = row["weakest"]
    assert (weakest["stage"], weakest["scope"], weakest["place"]) == ("refining", "world", "CHN")
    assert row["weakest_share01"] == pytest.approx(0.44, abs=0.005)
    assert row["refined_in"] == {
        "place": "CHN", "of_world01": pytest.approx(0.44, abs=0.005), "of_imports01": None
    }  # fmt: skip
    assert [stage["stage"] for stage in row["stages"]] == ["mining", "refining"]
    assert any("HS 740311" in words for words in row["missing"])
    assert row["releases"] == ["baci-2020-2024", "iea-2024", "wmd-2018-2024"]
    assert row["project"]["diversifying"] is True
    assert row["project"]["way"] == "open"


def test_several_buyers_are_one_and_without_a_mineral_there_are_all(api: Api) -> None:
    page = api.json(f"{ADDRESS}?buyer=JPN,USA&page_size=100&order=-weakest_share01")["items"]
    assert len(page) == 65
    known = [row["weakest_share01"] for row in page if row["weakest_share01"] is not None]
    assert known == sorted(known, reverse=True)
    assert {row["buyer"] for row in page} == {"JPN+USA"}
    assert all(row["project"] is None for row in page)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "buyer"),
        ("?buyer=WLD", "buyer"),
        ("?buyer=JPN&mineral=unobtainium", "mineral"),
        ("?buyer=JPN&place=EUU", "place"),
        ("?buyer=JPN&kind=moon", "kind"),
        ("?buyer=JPN&kind=mine", "place"),
    ],
)
def test_what_is_unknown_is_a_named_400(api: Api, query: str, names: str) -> None:
    (fault,) = problem(api.get(ADDRESS + query), 400, "invalid")["errors"]
    assert fault["parameter"] == names


def test_a_buyer_costs_the_same_queries_for_one_mineral_as_for_all(
    api: Api, django_assert_max_num_queries: object
) -> None:
    api.json(f"{ADDRESS}?buyer=JPN&mineral=copper")
    with django_assert_max_num_queries(30):  # type: ignore[operator]
        api.json(f"{ADDRESS}?buyer=JPN&page_size=100")
