"""How unknown values are drawn, learnt from the bundle's projects for a method's own text."""

import io
from typing import Any

import numpy as np
import pytest
import yaml
from django.conf import settings
from django.core.management import CommandError, call_command

from benchmarks.simulated import masked, within_their_own
from riskscore.engine import Method
from riskscore.models import Project
from riskscore.scoring.distributions import frame_of
from tests.bundled import AS_OF

FILE = settings.FIXTURES / "methods" / "critical-minerals-v2.yaml"


def spec(**uncertainty: Any) -> dict[str, Any]:
    text = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {**text, "rules": 2, "uncertainty": {"unknown": "distribution", **uncertainty}}


@pytest.mark.usefixtures("bundle")
def test_a_text_with_its_distributions_draws_as_it_should_without_a_reference() -> None:
    printed = io.StringIO()
    call_command("distributions", str(FILE), "--as-of", AS_OF.isoformat(), stdout=printed)
    section = yaml.safe_load(printed.getvalue())["distributions"]
    method = Method.from_dict(spec(distributions=section))
    assert {"lab.listed", "con.refining", "con.import_risk", "indigenous"} <= section.keys()
    # A table's levels stay levels.
    listed = section["lab.listed"]
    assert set(np.concatenate([listed["overall"], *listed["by_class"]])) <= {10, 40, 80, 100}
    frame, fitted = frame_of(method, "WLD", AS_OF), method.fit()
    own = within_their_own(fitted, frame)["composite"]
    assert own.inside >= 0.995
    assert own.units > 4_000
    for column in ("geo.stability", "con.refining", "lab.listed", "lab.voice", "ind.language"):
        assert masked(fitted, frame, column)["composite"].inside >= 0.88, column


@pytest.mark.usefixtures("bundle")
def test_without_published_projects_there_is_nothing_to_learn_from() -> None:
    Project.objects.update(state=Project.State.DRAFT)
    with pytest.raises(CommandError, match="no edition or no published project"):
        call_command("distributions", str(FILE))
