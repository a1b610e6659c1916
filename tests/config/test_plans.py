"""Plans of API keys are read from one variable, and refused by its name."""

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from riskscore.config import plans


def test_a_plan_has_two_rates() -> None:
    assert plans.read(["standard=100/s=1/min", "night-sync=5/h=2/h"]) == {
        "standard": {"requests": "100/s", "jobs": "1/min"},
        "night-sync": {"requests": "5/h", "jobs": "2/h"},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["heavy=1/s=1/s"],
        ["standard"],
        ["standard=1/s"],
        ["standard=1/s=1/s=1/s"],
        ["standard=0/s=1/s"],
        ["standard=-1/s=1/s"],
        ["standard=1/day=1/s"],
        ["standard=1.5/s=1/s"],
        ["Standard=1/s=1/s"],
        ["standard=99999999/s=1/s"],
    ],
)
def test_what_is_no_plan_is_refused_by_the_variable_s_name(wrong: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="RISKSCORE_RATE_PLANS"):
        plans.read(wrong)


def test_a_notebook_that_reads_every_project_one_by_one_never_waits() -> None:
    """At least 50 a second, as long as it likes: 6000 a minute are 100 a second."""
    number, _, unit = settings.RATE_PLANS["standard"]["requests"].partition("/")
    assert (int(number), unit) == (6000, "min")
