"""From statements and coordinates to project-level indicators."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from riskscore.engine.catalogue import CONSENT_LEVELS
from riskscore.engine.inputs.evidence_kinds import KINDS, Effect, Kind
from riskscore.engine.inputs.evidence_values import Statements, project_indicators
from riskscore.engine.inputs.geometry import Localities, haversine_km

DAY = date(2025, 1, 1)


def said(*rows: dict[str, Any]) -> Statements:
    base = {
        "unit": 0,
        "kind": "",
        "level": "",
        "on": "2025-01-01",
        "expires": None,
        "severity": 1.0,
        "credibility": 1.0,
        "status": "verified",
        "own": False,
        "reach": "",
    }
    full = [{**base, **row} for row in rows]
    return Statements(
        unit=np.array([r["unit"] for r in full], np.int64),
        kind=np.array([r["kind"] for r in full], object),
        level=np.array([r["level"] for r in full], object),
        happened_on=np.array([r["on"] for r in full], "datetime64[D]"),
        expires_on=np.array([r["expires"] for r in full], "datetime64[D]"),
        severity=np.array([r["severity"] for r in full], np.float64),
        credibility=np.array([r["credibility"] for r in full], np.float64),
        status=np.array([r["status"] for r in full], object),
        self_disclosed=np.array([r["own"] for r in full], bool),
        reach=np.array([r["reach"] for r in full], object),
    )


def found(key: str, *rows: dict[str, Any], size: int = 1) -> Any:
    return project_indicators(said(*rows), size, DAY)[key]


def test_no_evidence_is_unknown() -> None:
    for values in project_indicators(said(), 2, DAY).values():
        assert np.isnan(values).all()


def test_harm_joins_fades_and_ends_as_unknown() -> None:
    fresh = {"kind": "fatality"}
    assert found("lab.evidence", fresh)[0] == pytest.approx(80.0)
    assert found("lab.evidence", fresh, fresh)[0] == pytest.approx(96.0)
    assert found("lab.evidence", {**fresh, "on": "2022-01-01"})[0] == pytest.approx(40, abs=0.1)
    assert np.isnan(found("lab.evidence", {**fresh, "on": "2015-12-01"})[0])
    assert np.isnan(found("lab.evidence", {**fresh, "on": "2025-01-02"})[0])
    assert np.isnan(found("lab.evidence", {**fresh, "status": "retracted"})[0])
    assert found("lab.evidence", {**fresh, "status": "reported"})[0] == pytest.approx(56.0)


def test_relief_lowers_harm_but_is_no_harm_itself() -> None:
    harm, relief = {"kind": "child_labour"}, {"kind": "remedy"}
    assert found("lab.evidence", harm, relief)[0] == pytest.approx(70.0)
    assert np.isnan(found("lab.evidence", relief)[0])


def test_the_newest_word_on_consent_counts_and_a_disputed_consent_is_contested() -> None:
    old = {"kind": "consent", "level": "consented", "on": "2020-01-01"}
    new = {"kind": "consent", "level": "refused", "on": "2024-01-01"}
    assert CONSENT_LEVELS[int(found("ind.consent", new, old)[0])] == "refused"
    assert np.isnan(found("ctl.consent", new, old)[0])
    disputed = {**old, "status": "disputed"}
    assert CONSENT_LEVELS[int(found("ind.consent", disputed)[0])] == "contested"
    assert found("ctl.consent", {**old, "on": "2024-01-01"})[0] == 1.0


def test_controls_expire_and_ones_own_word_counts_half() -> None:
    badge = {"kind": "certification", "level": "75"}
    assert found("ctl.certification", badge)[0] == 0.75
    assert found("ctl.certification", {**badge, "own": True})[0] == 0.375
    assert np.isnan(found("ctl.certification", {**badge, "expires": "2024-12-31"})[0])
    assert np.isnan(found("ctl.certification", {**badge, "level": "gold star"})[0])
    stale = {"kind": "grievance_mechanism", "on": "2021-01-01"}
    assert np.isnan(found("ctl.grievance", stale)[0])
    assert found("ctl.grievance", {**stale, "expires": "2026-01-01"})[0] == 1.0


def test_a_projects_own_word_on_consent_is_worth_less_than_anybody_elses() -> None:
    own = {"kind": "consent", "level": "consented", "on": "2024-06-01", "own": True}
    others = {"kind": "consent", "level": "refused", "on": "2024-01-01"}
    assert CONSENT_LEVELS[int(found("ind.consent", own)[0])] == "consulted"
    assert np.isnan(found("ctl.consent", own)[0])
    assert CONSENT_LEVELS[int(found("ind.consent", others, own)[0])] == "refused"
    admitted = {**own, "level": "refused"}
    agreed = {**others, "level": "consented"}
    assert CONSENT_LEVELS[int(found("ind.consent", agreed, admitted)[0])] == "refused"


def test_a_harm_that_the_project_admits_counts_in_full_and_its_relief_half() -> None:
    harm, relief = {"kind": "child_labour", "own": True}, {"kind": "remedy", "own": True}
    assert found("lab.evidence", harm)[0] == pytest.approx(100.0)
    assert found("lab.evidence", harm, relief)[0] == pytest.approx(85.0)


def test_a_disputed_statement_counts_by_its_credibility_and_a_retracted_one_not_at_all() -> None:
    full = found("lab.evidence", {"kind": "fatality", "status": "disputed"})[0]
    half = found("lab.evidence", {"kind": "fatality", "status": "disputed", "credibility": 0.5})[0]
    assert full == pytest.approx(28.0)
    assert half == pytest.approx(full / 2)
    assert np.isnan(found("lab.evidence", {"kind": "fatality", "status": "retracted"})[0])


HARMS = [kind for kind in KINDS.values() if kind.effect == Effect.HARM]
CONTROLS = [kind for kind in KINDS.values() if kind.effect == Effect.CONTROL]


def ago(years: float) -> str:
    return str(np.datetime64(DAY, "D") - np.timedelta64(round(years * 365.25), "D"))


@pytest.mark.parametrize("kind", HARMS, ids=lambda kind: kind.name)
def test_each_harm_halves_by_its_half_life_and_is_forgotten_after_its_life(kind: Kind) -> None:
    key = kind.indicators[0]
    fresh = found(key, {"kind": kind.name})[0]
    assert fresh == pytest.approx(100 * kind.strength)
    halved = found(key, {"kind": kind.name, "on": ago(kind.half_life)})[0]
    assert halved == pytest.approx(fresh / 2, rel=1e-3)
    assert found(key, {"kind": kind.name, "on": ago(kind.lasts - 0.01)})[0] > 0
    old = {"kind": kind.name, "on": ago(kind.lasts + 0.01)}
    assert np.isnan(found(key, old)[0])
    assert found(key, {**old, "expires": "2030-01-01"})[0] > 0


@pytest.mark.parametrize("kind", CONTROLS, ids=lambda kind: kind.name)
def test_each_control_holds_in_full_for_its_life(kind: Kind) -> None:
    said = {"kind": kind.name, "level": "100" if kind.name == "certification" else ""}
    key = kind.indicators[0]
    assert found(key, {**said, "on": ago(kind.lasts - 0.01)})[0] == 1.0
    assert np.isnan(found(key, {**said, "on": ago(kind.lasts + 0.01)})[0])


def test_relief_ends_with_its_life() -> None:
    harm, relief = {"kind": "strike"}, {"kind": "collective_agreement"}
    assert found("lab.evidence", harm, relief)[0] == pytest.approx(28.0)
    assert found("lab.evidence", harm, {**relief, "on": ago(6.1)})[0] == pytest.approx(40.0)


def test_evidence_reaches_its_own_project_only() -> None:
    values = found("ind.conflict", {"kind": "resettlement", "unit": 1}, size=3)
    assert values[1] == 100.0
    assert np.isnan(values[[0, 2]]).all()


def test_distances_cross_the_antimeridian() -> None:
    assert haversine_km(0.0, 179.5, 0.0, -179.5) == pytest.approx(111.195, abs=0.01)
    near = Localities([0.0], [-179.5]).nearest_km([0.0], [179.5])
    assert near[0] == pytest.approx(111.195, abs=0.01)


def test_beyond_reach_and_without_a_map_a_distance_is_unknown() -> None:
    points = Localities([10.0, 50.0], [10.0, 10.0])
    km = points.nearest_km([10.5, 30.0, np.nan], [10.0, 10.0, 0.0])
    assert km[0] == pytest.approx(55.6, abs=0.1)
    assert np.isnan(km[1:]).all()
    assert np.isnan(Localities([], []).nearest_km([1.0], [1.0])[0])
