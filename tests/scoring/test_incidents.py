"""What incidents do to scores: Peru's register as loaded, and no statement that makes safer."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from riskscore.engine.inputs.event_course import course
from riskscore.engine.inputs.evidence_kinds import KINDS, REACH, Effect
from riskscore.engine.inputs.evidence_values import EVENT_KEYS, STATUS, project_indicators
from riskscore.models import Evidence, Project, Score
from riskscore.scoring.project_inputs import statements
from tests.engine.test_evidence_and_geometry import said

DAY = date(2026, 11, 1)


@pytest.mark.usefixtures("bundle")
def test_las_bambas_stands_in_the_worst_tenth_of_peru_where_incidents_can_decide() -> None:
    """As the greater of the dimension and its incidents: in methods 1 and 2 a mean hides them."""
    scores = Score.objects.filter(lens__importer="WLD", project__place="PER")
    rows = list(scores.exclude(indigenous=None).values_list("project_id", "indigenous"))
    ids = [project for project, _ in rows]
    known = statements.of_projects(ids, {project: at for at, project in enumerate(ids)})
    events = project_indicators(known, len(ids), DAY)["ind.events"]
    joined = np.fmax(np.array([value for _, value in rows], np.float64), events)
    bambas = ids.index(Project.objects.get(key="icmm-13619").pk)
    assert events[bambas] == pytest.approx(87.8, abs=0.5)
    assert (joined > joined[bambas]).sum() < len(ids) / 10


@pytest.mark.usefixtures("bundle")
def test_perus_register_gives_36_cases_to_16_projects_and_las_bambas_has_12() -> None:
    cases = Evidence.objects.filter(release__code="defensoria-2024-03")
    assert cases.count() == 36
    assert cases.values("project").distinct().count() == 16
    bambas = cases.filter(project__key="icmm-13619")
    assert bambas.count() == 12
    assert bambas.filter(severity=0.7).count() == 10
    # A homonym 160 km off, and two that bear only the name of their district.
    assert not cases.filter(project__key__in=["icmm-13358", "icmm-08300", "icmm-00681"]).exists()


several = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(sorted(KINDS)),
            "level": st.sampled_from(["consented", "consulted", "contested", "refused", "75"]),
            "on": st.integers(0, 6000).map(lambda days: str(DAY - timedelta(days=days))),
            "severity": st.floats(0, 1),
            "credibility": st.floats(0, 1),
            "status": st.sampled_from(sorted(STATUS)),
            "reach": st.sampled_from(sorted(REACH)),
            "own": st.booleans(),
        }
    ),
    max_size=6,
)
one = several.filter(lambda rows: len(rows) > 0).map(lambda rows: rows[0])


@given(several, one)
@settings(deadline=None)
def test_no_statement_lowers_an_incident_reading(before: list[dict[str, str]], new: dict) -> None:  # type: ignore[type-arg]
    without = project_indicators(said(*before), 1, DAY)
    loaded = project_indicators(said(*before, new), 1, DAY)
    for key in EVENT_KEYS:
        assert not loaded[key][0] < without[key][0] - 1e-9
        assert loaded[key][0] >= 0 or without[key][0] != without[key][0]


@given(several)
def test_relief_and_controls_move_nothing_but_controls(before: list[dict[str, str]]) -> None:
    for kind in KINDS.values():
        if kind.effect in (Effect.CONTROL, Effect.RELIEF):
            row = {"kind": kind.name, "level": "75", "on": "2026-10-01"}
            without = project_indicators(said(*before), 1, DAY)
            loaded = project_indicators(said(*before, row), 1, DAY)
            for key in EVENT_KEYS:
                assert str(loaded[key]) == str(without[key])


def test_the_course_of_an_incident_has_its_peak_on_its_day_and_falls_by_its_half_life() -> None:
    """A conflict of severity 1, verified, 80 on its day, half after three years; DAY is 1 year on:
    80 × 0.5^(1/3) = 63.5, and a year ago it stood at 80."""
    happened = {"kind": "conflict", "on": "2025-11-01"}
    result = course(said(happened), "ind.events", DAY)
    assert result.peak == pytest.approx(80.0)
    assert result.peak_on == date(2025, 11, 1)
    assert result.now == pytest.approx(63.5, abs=0.05)
    assert result.trend == pytest.approx(63.5 - 80, abs=0.05)
    assert course(said(), "ind.events", DAY).now is None
