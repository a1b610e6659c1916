"""The equity ledger on the bundle: who holds lithium, copper and graphite, and how surely."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from riskscore.models import Offtake, Ownership, Place, Project
from riskscore.releases.editions import next_edition
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing.holdings import equity

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 27)
#: kt of carbonate equivalent: t Li × 73.888 / 13.88 / 1000, by the atomic weights of IUPAC.
OLAROZ_2025, OLAROZ_2030, SQM = 25.0016, 42.5026, 210.0133


def ledger(buyer: str, mineral: str, allies: Sequence[str] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = equity.ledger(equity.Question(Buyer.of(buyer), mineral, allies), DAY)
    return found


def total(found: dict[str, Any], side: str) -> dict[str, Any]:
    return dict({row["side"]: row for row in found["held"]}[side])


def test_toyota_tsusho_holds_an_unverified_stake_in_olaroz(bundle: None) -> None:
    found = ledger("JPN", "lithium")
    (stake,) = [row for row in found["rows"] if row["side"] == "buyer"]
    assert (stake["name"], stake["project"]) == ("Toyota Tsusho Corporation", "icmm-13791")
    assert (stake["state"], stake["share"], stake["home"]) == ("unverified", None, "JPN")
    # Nobody states its share: nothing to all. Owner and home are worth a half each.
    assert (stake["share_low"], stake["share_high"], stake["worth"]) == (0, 1, 0.25)
    assert stake["stated_kt_high"] == pytest.approx(OLAROZ_2025, abs=1e-3)
    assert stake["counted_kt_high"] == pytest.approx(OLAROZ_2025 / 4, abs=1e-3)
    assert stake["planned_stated_kt_high"] == pytest.approx(OLAROZ_2030, abs=1e-3)
    assert (stake["capacity"]["year"], stake["planned"]["year"]) == (2025, 2030)
    assert found["unit"] == "kt LCE"
    assert found["needed"]["needed_kt"] == pytest.approx(55.2, abs=0.05)
    assert total(found, "buyer")["counted_of_need_high"] == pytest.approx(
        OLAROZ_2025 / 4 / 55.2497, abs=1e-4
    )


def test_a_corrected_share_of_a_quarter_counts_for_what_it_is_worth(bundle: None) -> None:
    old = Ownership.objects.get(
        company__key="toyota-tsusho", project__key="icmm-13791", superseded_by=None
    )
    Ownership.objects.create(
        project=old.project, company=old.company, share=0.25, state="corrected", url=old.url,
        release=old.release, supersedes=old, edition=next_edition("test"),
    )  # fmt: skip
    (stake,) = [row for row in ledger("JPN", "lithium")["rows"] if row["side"] == "buyer"]
    assert (stake["share_low"], stake["share_high"], stake["worth"]) == (0.25, 0.25, 0.5)
    assert stake["planned_stated_kt_low"] == pytest.approx(OLAROZ_2030 / 4, abs=1e-3)
    assert stake["planned_counted_kt_high"] == pytest.approx(OLAROZ_2030 / 8, abs=1e-3)


def test_ganfeng_at_cauchari_is_nobody_s_ally_unless_it_is_said(bundle: None) -> None:
    found = ledger("JPN", "lithium")
    rows = {(row["project"], row["name"]): row for row in found["rows"]}
    assert rows["icmm-15709", "Ganfeng Lithium"]["side"] == "other"
    assert rows["icmm-15709", "Ganfeng Lithium"]["home"] == "CHN"
    assert found["allies_by"] == "agreement"
    # An agreement about trade or minerals; a trade bloc (CHN) or a forum (ARG) is none.
    assert {"AUS", "USA", "CHL"} <= set(found["allies"])
    assert not {"CHN", "ARG", "JPN"} & set(found["allies"])
    asked = ledger("JPN", "lithium", ["CHN"])
    rows = {(row["project"], row["name"]): row for row in asked["rows"]}
    assert rows["icmm-15709", "Ganfeng Lithium"]["side"] == "ally"
    assert (asked["allies"], asked["allies_by"]) == (["CHN"], "request")


def test_copper_held_and_ore_bought_are_not_compared(bundle: None) -> None:
    found = ledger("JPN", "copper")
    assert found["needed"]["needed_kt"] is None
    assert "they cannot be compared" in found["needed"]["why"]
    assert found["needed"]["imports_kt"] == pytest.approx(4373, abs=1)
    assert total(found, "buyer")["stated_kt_low"] > 0
    assert total(found, "buyer")["stated_of_need_low"] is None


def test_where_one_site_gives_nobody_knows_how_much_there_is_no_most(bundle: None) -> None:
    """Four sites of Japan's allies have neither a stated capacity nor a range of their country."""
    allies = total(ledger("JPN", "lithium"), "allies")
    assert (allies["stated_kt_high"], allies["counted_kt_high"]) == (None, None)
    assert allies["stated_of_need_high"] is None
    assert allies["stated_kt_low"] > allies["counted_kt_low"] > 0
    assert allies["why"] == "of 4 of 23 sites nobody knows what they give"


def test_where_nobody_is_on_record_it_is_not_said_that_nothing_is_held(bundle: None) -> None:
    found = ledger("JPN", "graphite")
    assert found["record"]["sites"] > 0
    assert found["record"]["with_owner_or_offtake"] == 0
    assert total(found, "both")["stated_kt_high"] is None
    assert "not to say that there is none" in total(found, "both")["why"]


def test_off_take_counts_beside_a_stake_of_the_same_site_and_never_twice(bundle: None) -> None:
    for key, share in (("icmm-15667", 0.3), ("icmm-13791", 0.6)):
        Offtake.objects.create(
            project=Project.objects.get(key=key), buyer="A buyer", share=share,
            place=Place.objects.get(code="JPN"),
        )  # fmt: skip
    found = ledger("JPN", "lithium")
    rows = {row["project"]: row for row in found["rows"] if row["kind"] == "offtake"}
    assert rows["icmm-15667"]["counted_kt_low"] == pytest.approx(0.3 * SQM, abs=1e-3)
    whole = total(found, "buyer")
    # Olaroz: off-take of 60 % at least, and no more than all with the stake of unknown size.
    low, high = 0.3 * SQM + 0.6 * OLAROZ_2025, 0.3 * SQM + OLAROZ_2025
    assert (whole["stated_kt_low"], whole["stated_kt_high"]) == pytest.approx((low, high), abs=1e-3)


def test_an_ended_contract_holds_nothing_and_one_of_another_product_nothing_of_this(
    bundle: None,
) -> None:
    sold = {
        "project": Project.objects.get(key="icmm-15667"), "buyer": "A buyer", "share": 0.3,
        "place": Place.objects.get(code="JPN"),
    }  # fmt: skip
    Offtake.objects.create(**sold, until=date(2025, 1, 1))
    Offtake.objects.create(**sold, mineral_id="potash")
    assert not [row for row in ledger("JPN", "lithium")["rows"] if row["kind"] == "offtake"]


def test_totals_lie_in_order_and_both_hold_at_least_what_each_does(bundle: None) -> None:
    for mineral in ("lithium", "copper", "nickel", "cobalt"):
        found = ledger("USA", mineral)
        for row in found["held"]:
            if row["stated_kt_low"] is not None:
                assert row["counted_kt_low"] <= row["stated_kt_low"]
            if row["why"] is None:
                assert row["counted_kt_low"] <= row["counted_kt_high"] <= row["stated_kt_high"]
                assert row["stated_kt_low"] <= row["stated_kt_high"]
        both, allies = total(found, "both"), total(found, "allies")
        assert both["stated_kt_low"] + 1e-9 >= allies["stated_kt_low"]
        assert allies["stated_kt_high"] is not None or both["stated_kt_high"] is None


def test_a_group_is_its_members(bundle: None) -> None:
    found = ledger("EUU", "copper")
    assert "DEU" in found["members"]
    assert not set(found["members"]) & set(found["allies"])
