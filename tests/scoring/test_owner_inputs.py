"""Owners as columns: what was known at an edition, from a buyer's side; never safer than none."""

import copy
from datetime import date

import numpy as np
import pytest
import yaml
from django.conf import settings
from django.utils import timezone

from riskscore.curation import owner_edits
from riskscore.engine.inputs.gather import gather
from riskscore.engine.method import Method as Specification
from riskscore.models import Company, Domicile, Ownership, Project
from riskscore.releases import owner_statements
from riskscore.scoring import inputs
from riskscore.scoring.indicators import owner_bounds
from riskscore.scoring.project_inputs import owner_inputs
from riskscore.scoring.project_inputs.owner_inputs import Moment
from tests.bundled import AS_OF

pytestmark = pytest.mark.django_db


def column(key: str, project: Project, importer: str = "WLD", edition: int = 2**40) -> float:
    pinned = inputs.Pinned(edition, AS_OF, importer)
    known = inputs.known_at(pinned)
    found = inputs.projects([project.pk], known, pinned).units.inputs.get(key)
    return float("nan") if found is None else float(found[0])


@pytest.fixture
def olaroz(bundle: None) -> Project:
    inputs.known_at.cache_clear()
    return Project.objects.get(key="icmm-13791")


def test_three_unverified_owners_without_shares_are_worth_half_of_a_third_each(
    olaroz: Project,
) -> None:
    # 3 · (0.5 / 3)² = 0.0833
    assert column("own.concentration", olaroz) == pytest.approx(1 / 12)


def test_a_confirmed_share_of_a_state_is_that_share(olaroz: Project) -> None:
    state = olaroz.ownerships.get(company__key__startswith="jujuy")
    home = Domicile.objects.get(company=state.company)
    owner_edits.decide([home], "confirmed", by=None)
    said = Ownership(project=olaroz, company=state.company, share=0.085, url="https://a.example/")
    said.state = "corrected"
    owner_edits.record(said, by=None, replaces=state)
    assert column("own.state", olaroz) == pytest.approx(0.085)


def test_owners_outside_partners_exist_only_from_a_buyers_side(olaroz: Project) -> None:
    company = Company.objects.create(key="iran-mines", name="Iran Mines")
    home = Domicile(company=company, place_id="IRN", url="https://a.example/", state="confirmed")
    owner_edits.record(home, by=None)
    owner_edits.decide(list(olaroz.ownerships.all()), "rejected", by=None)
    said = Ownership(project=olaroz, company=company, share=0.6, url="https://a.example/")
    said.state = "confirmed"
    owner_edits.record(said, by=None)
    assert column("own.outside_partners", olaroz, "JPN") == pytest.approx(0.6)
    assert np.isnan(column("own.outside_partners", olaroz, "WLD"))


def test_what_was_known_at_an_edition_stays_known(olaroz: Project) -> None:
    before = Ownership.objects.order_by("-edition_id").values_list("edition_id", flat=True)[0]
    old = column("own.concentration", olaroz, edition=before)
    owner_edits.decide(list(olaroz.ownerships.all()), "rejected", by=None)
    assert np.isnan(column("own.concentration", olaroz))
    assert column("own.concentration", olaroz, edition=before) == old


def test_an_owner_of_another_time_does_not_count_today(olaroz: Project) -> None:
    old = olaroz.ownerships.get(company__key="toyota-tsusho")
    said = Ownership(
        project=olaroz, company=old.company, until=date(2020, 1, 1), url="https://a.example/"
    )
    owner_edits.record(said, by=None, replaces=old)
    at = Moment(2**40, AS_OF)
    held = owner_inputs.held([olaroz.pk], {olaroz.pk: 0}, at)
    assert len(held.holdings.share) == 2


def test_el_centenario_has_no_owner_and_its_columns_are_unknown(bundle: None) -> None:
    tin = Project.objects.get(key="icmm-01169")
    assert not owner_statements.owners().filter(project=tin).exists()
    assert np.isnan(column("own.concentration", tin))


def test_a_company_of_a_parent_is_at_home_where_the_parent_is(bundle: None) -> None:
    nyrstar = Company.objects.get(key="nyrstar")
    home = owner_statements.homes([nyrstar.pk])[nyrstar.pk]
    assert home.place is not None
    assert home.place.value == "SGP"


def test_a_new_agreement_makes_stale_what_owners_from_that_place_own_elsewhere(
    olaroz: Project,
) -> None:
    assert olaroz.place_id != "JPN"
    assert olaroz.pk in owner_inputs.owned_from(["JPN"])
    assert owner_inputs.owned_from([]) == []


LEAF = {"weight": 0, "scaling": {"kind": "goalposts", "from": 0, "to": 1}}
SHOWN = {
    "concentration": ["own.concentration", "own.state"],
    "geopolitical": ["own.outside_partners"],
}


@pytest.mark.parametrize("importer", ["WLD", "JPN"])
def test_shown_with_weight_0_owners_move_no_score_by_a_bit(bundle: None, importer: str) -> None:
    inputs.known_at.cache_clear()
    spec = yaml.safe_load((settings.FIXTURES / "methods/critical-minerals-v2.yaml").read_text())
    shown = copy.deepcopy(spec)
    for node in shown["root"]["children"]:
        for indicator in SHOWN.get(node["code"], ()):
            leaf = {"indicator": indicator, **copy.deepcopy(LEAF), "when_present": True}
            node["children"].append({**leaf, "reason": "Shown.", "source": "Owners"})
    pinned = inputs.Pinned(2**40, AS_OF, importer)
    known = inputs.known_at(pinned)
    ids = list(Project.objects.order_by("id").values_list("id", flat=True)[:1500])
    units = inputs.projects(ids, known, pinned).units
    plain, with_owners = (
        method.fit(frame).score(frame)
        for method in (Specification.from_dict(spec), Specification.from_dict(shown))
        for frame in [gather(known.tables, units, method, known.axes)]
    )
    for field in ("scores", "coverage", "low", "high", "context", "residual"):
        before, after = getattr(plain, field), getattr(with_owners, field)
        assert all(np.array_equal(before[node], after[node], equal_nan=True) for node in before)


def test_bounds_begin_at_what_scores_read_and_end_where_the_unknown_all_goes_one_way(
    olaroz: Project,
) -> None:
    found = owner_bounds.of_projects([olaroz.pk])[olaroz.pk]
    concentration = found["own.concentration"]
    assert concentration is not None
    assert concentration.low == column("own.concentration", olaroz)
    # No share is stated, so one owner may hold all of it.
    assert concentration.high == 1.0
    assert found["own.outside_partners"] is None


def test_a_confirmed_share_narrows_the_bounds(olaroz: Project) -> None:
    # 66.5 % confirmed: the rest may all be one holder's more, or nobody's.
    owner_edits.decide(list(olaroz.ownerships.all()), "rejected", by=None)
    company = Company.objects.create(key="iran-mines", name="Iran Mines")
    home = Domicile(
        company=company, place_id="IRN", url="https://a.example/", state="confirmed",
        state_owned=False,
    )  # fmt: skip
    owner_edits.record(home, by=None)
    said = Ownership(project=olaroz, company=company, share=0.665, url="https://a.example/")
    said.state = "confirmed"
    owner_edits.record(said, by=None)
    found = owner_bounds.of_projects([olaroz.pk], "JPN")[olaroz.pk]
    assert found["own.concentration"] == pytest.approx((0.665**2, 1.0))
    assert found["own.state"] == pytest.approx((0.0, 0.335))
    assert found["own.outside_partners"] == pytest.approx((0.665, 1.0))
    assert column("own.outside_partners", olaroz, "JPN") == pytest.approx(0.665)


def test_lower_bounds_are_what_scores_read_for_every_project(bundle: None) -> None:
    ids = list(Project.objects.order_by("id").values_list("id", flat=True)[:1500])
    pinned = inputs.Pinned(2**40, timezone.localdate(), "JPN")
    read = inputs.projects(ids, inputs.known_at(pinned), pinned).units.inputs
    found = owner_bounds.of_projects(ids, "JPN")
    for key in owner_bounds.KEYS:
        low = [np.nan if (one := found[project][key]) is None else one.low for project in ids]
        assert np.array_equal(low, read[key], equal_nan=True), key
