"""Cells of a table of sites as people write them: read as they are meant, or refused by name."""

from collections.abc import Callable

import pytest

from riskscore.sources.bad_file import BadFile
from riskscore.sources.tables.site_cells.degrees import degree
from riskscore.sources.tables.site_cells.kinds_and_stages import kind, stage
from riskscore.sources.tables.site_cells.party_shares import Share, shares


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(BadFile) as refused:
        read()
    return str(refused.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-24.27", -24.27), ("- 24.27", -24.27), ("\N{MINUS SIGN}24.27", -24.27), ("+24.27", 24.27),
        # 24 + 16/60 + 15/3600
        ("24°16'15\"S", -24.270833), ("24° 16′ 15″ S", -24.270833), ("24 16 15 S", -24.270833),
        ("24:16:15S", -24.270833), ("24º16’15.0”S", -24.270833), ("24d16m15sS", -24.270833),
        ("S 24 16 15", -24.270833), ("24°16′S", -24.266667), ("-24°16'", -24.266667),
        ("24°16.25'S", -24.270833), ("24.27 S", -24.27), ("24.27S", -24.27), ("24.27°", 24.27),
        ("N24.27", 24.27), ("-24,27", -24.27), ("-24,2708", -24.2708), ("2.4e1", 24.0),
        ("0°30'S", -0.5), ("-0°30'", -0.5),
    ],
)  # fmt: skip
def test_degrees_are_read_in_the_usual_ways(text: str, value: float) -> None:
    assert degree(text, "latitude", 2) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7345678", "UTM"), ("345678.5", "UTM"), ("95", "outside ±90 degrees"),
        ("-24.27 S", "a sign and S as well"), ("69.07 W", "a longitude in this column"),
        ("24 16", "degrees and minutes, or one number"), ("24,270", "decimals or thousands"),
        ("24°75'S", "60 minutes"), ("24.5°16'S", "not degrees"), ("24 O", "east in German"),
        ("nan", "not degrees"), ("north", "not degrees"), ("24.27 X", "not degrees"),
        ("19K 345678", "not degrees"), ("1,234,567", "not degrees"),
        ("24 270 S", "not degrees"), ("24:16", "degrees and minutes, or one number"),
    ],
)  # fmt: skip
def test_what_may_be_no_degrees_or_two_things_is_refused(text: str, reason: str) -> None:
    assert reason in refusal(lambda: degree(text, "latitude", 2))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Operating", "producing"), ("in production", "producing"), ("Active", "producing"),
        ("Producer", "producing"), ("en operación", "producing"), ("em produção", "producing"),
        ("Care & Maintenance", "suspended"), ("suspendida", "suspended"), ("on hold", "suspended"),
        ("Pre-feasibility", "feasibility"), ("PFS", "feasibility"), ("DFS", "feasibility"),
        ("Under construction", "construction"), ("em construção", "construction"),
        ("Exploration", "exploration"), ("exploración", "exploration"), ("Abandoned", "closed"),
        ("Past Producer", "closed"), ("cerrada", "closed"), ("evaluation", "evaluation"),
        ("Unknown", ""), ("", ""),
    ],
)  # fmt: skip
def test_usual_words_of_stage_are_read(text: str, word: str) -> None:
    assert stage(text, 2) == word


@pytest.mark.parametrize("text", ["planned", "development", "inactive", "cancelled", "Tier 1"])
def test_words_that_say_too_little_about_a_stage_are_refused(text: str) -> None:
    assert text in refusal(lambda: stage(text, 2))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Mine", "mine"), ("Open pit", "mine"), ("Open pit & underground", "mine"),
        ("mina a cielo abierto", "mine"), ("yacimiento", "deposit"), ("Fundición", "smelter"),
        ("refinaria", "refinery"), ("Concentrator", "plant"),
    ],
)  # fmt: skip
def test_usual_words_of_kind_are_read(text: str, word: str) -> None:
    assert kind(text, 2) == word


def test_two_kinds_in_one_row_are_refused_and_both_named() -> None:
    assert "a mine and a smelter" in refusal(lambda: kind("Mine & Smelter", 2))
    assert "a smelter and a refinery" in refusal(lambda: kind("Smelter/Refinery", 2))


JOINT = (Share("BHP", "", 0.575), Share("Rio Tinto", "", 0.3), Share("JECO", "", 0.125))


@pytest.mark.parametrize(
    "text",
    [
        "BHP 57.5%; Rio Tinto 30%; JECO 12.5%",
        "BHP (57.5%); Rio Tinto (30%); JECO (12.5%)",
        "BHP [57.5 %] | Rio Tinto [30 %] | JECO [12.5 %]",
        "BHP 57.5%, Rio Tinto 30%, JECO 12.5%",
        "BHP 57,5%; Rio Tinto 30%; JECO 12,5%",
        "BHP: 57.5; Rio Tinto: 30; JECO: 12.5",
        "BHP:0.575|Rio Tinto:0.3|JECO:0.125",
    ],
)
def test_owners_and_their_shares_are_read_as_people_write_them(text: str) -> None:
    assert shares(text, "owners", 2) == JOINT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A 60%; B 50%", "more than all"), ("A@CHL:33.4%|B:33.3%|C:33.4%", "more than all"),
        ("A:0.5|B:50", "parts of 1, or percents"), ("A:51", "parts of 1, or percents"),
        ("Codelco; BHP", "no share"), ("A 0%", "not a share"), ("A 57,500%", "not a finite number"),
    ],
)  # fmt: skip
def test_shares_that_cannot_be_are_refused(text: str, reason: str) -> None:
    assert reason in refusal(lambda: shares(text, "owners", 2))
