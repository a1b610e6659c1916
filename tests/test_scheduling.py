"""The lists by which the suite is spread over processes name what exists."""

import pytest

from tests.processes import ROOT
from tests.scheduling import LONGEST, SERVING, TOGETHER, group_of, rank_of


@pytest.mark.parametrize("start", sorted({*LONGEST, *SERVING, *TOGETHER}))
def test_every_group_that_is_named_has_tests(start: str) -> None:
    assert list(ROOT.glob(f"{start}*.py")) or list(ROOT.glob(f"{start}test_*.py"))


def test_a_file_stays_together_and_so_does_a_folder_with_a_dear_set_up() -> None:
    assert group_of("tests/jobs/test_ledger.py::test_one[a::b]") == "tests/jobs/test_ledger.py"
    assert group_of("tests/faults/test_chaos.py::test_one") == "tests/faults/"


def test_what_takes_longest_starts_first() -> None:
    starts = ["tests/engine/test_docs.py::x", "tests/serving/test_serving.py::x"]
    assert sorted(starts, key=rank_of) == starts[::-1]
