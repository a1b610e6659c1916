"""Words for editions: which is the older one, and which cannot both be true."""

import pytest

from riskscore.sources import edition_words
from riskscore.sources.edition_words import Order
from riskscore.sources.publishers import hdr, ucdp


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("version 25.1, 1989–2024", Order("version", (25, 1))),
        ("25.0.3", Order("version", (25, 0, 3))),
        ("v26.1", Order("version", (26, 1))),
        ("2023/24, series 1990–2022", Order("year", (2023,))),
        ("2022 (goods); 2021–22 (findings)", Order("year", (2022,))),
        ("September 2025", Order("year", (2025, 9))),
        ("2026-02", Order("year", (2026, 2))),
        ("HS92, V202501", Order("year", (2025, 1))),
        ("Mineral Commodity Summaries 2026; reserves of 2025 too", Order("year", (2026,))),
        ("estimates 1996–2023", None),
        ("HS92, imports 2020–2024", None),
        ("figures of 1996–2023 (wgi 2025.xlsx, 2026-11-27)", None),
        ("as published", None),
        ("", None),
    ],
)
def test_an_edition_is_ordered_by_its_version_else_by_its_year(
    words: str, order: Order | None
) -> None:
    assert edition_words.order(words) == order


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ("25.0.3", "version 25.1, 1989–2024", -1),
        ("25.10", "25.9", 1),
        ("26.1", "25.1", 1),
        ("2025", "2023/24", 1),
        ("January 2026", "March 2026", -1),
        ("2026", "March 2026", 0),
        ("version 25.1", "25.1, fetched in May", 0),
        ("2025", "25.1", None),
        ("the newest", "2025", None),
    ],
)
def test_of_two_editions_the_older_one_is_told_where_words_tell_it(
    one: str, other: str, result: int | None
) -> None:
    assert edition_words.compared(one, other) == result
    assert edition_words.contradict(one, other) is (result in (-1, 1))


@pytest.mark.parametrize(
    ("edition", "citation"),
    [
        ("version 26.1", "UCDP Country-Year Dataset on Organized Violence, version 26.1."),
        ("26.1", "UCDP Country-Year Dataset on Organized Violence, version 26.1."),
        ("Version 25.0.3", "UCDP Country-Year Dataset on Organized Violence, version 25.0.3."),
    ],
)  # fmt: skip
def test_a_release_is_cited_with_its_own_edition(edition: str, citation: str) -> None:
    assert ucdp.SOURCE.cited(edition) == citation
    assert hdr.SOURCE.cited("2025") == "UNDP, Human Development Report 2025."
