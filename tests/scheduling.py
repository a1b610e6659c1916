"""What marks a test has, which tests share a process, and which start first.

`make test` runs the suite in several processes. Tests of one file stay together, since they share
fixtures; some folders stay together because their set-up is dear. The longest groups start first,
so that at the end no process works alone.
"""

import pytest
from xdist.scheduler import LoadFileScheduling

#: Folders whose tests share one dear set-up.
TOGETHER = ("tests/faults/", "tests/browser/", "tests/clients/")

#: Groups that take more than about ten seconds, the longest first. A name that is missing here
#: costs nothing but a later start.
LONGEST = (
    "tests/serving/",
    "tests/faults/",
    "tests/learning/test_figures",
    "tests/scoring/test_replay",
    "tests/intake/test_faults",
    "tests/browser/",
    "tests/clients/",
    "tests/test_journeys",
    "tests/learning/test_leakage",
    "tests/scoring/test_learned_contribution",
    "tests/bundle/test_bundle",
    "tests/config/test_settings",
    "tests/test_deploy",
    "tests/embedded/",
    "tests/training/",
    "tests/admin/",
    "tests/jobs/test_ledger_machine",
    "tests/scoring/",
    "tests/test_shape",
    "tests/api/test_jobs",
    "tests/jobs/",
    "tests/learning/",
)

#: Fixtures behind which a server stands.
SERVED = {"servers", "db", "transactional_db", "django_db_setup", "house", "live", "bundle_run"}
#: Folders whose tests start servers in processes of their own, for which no fixture stands.
SERVING = ("tests/embedded/", "tests/serving/")
#: Fixtures that take more than some seconds without any server.
SLOW = {"tested"}


def group_of(nodeid: str) -> str:
    """Return the file of a test, or its folder where the whole folder runs in one process."""
    folder = next((name for name in TOGETHER if nodeid.startswith(name)), None)
    return folder or nodeid.split("::", 1)[0]


def rank_of(nodeid: str) -> int:
    """Return the place of a test's group among those that start first; lower is earlier."""
    places = (place for place, name in enumerate(LONGEST) if nodeid.startswith(name))
    return next(places, len(LONGEST))


def mark(item: pytest.Item) -> None:
    """Give a test the marks that follow from where it lies and what it asks for."""
    asked = set(getattr(item, "fixturenames", ()))
    if asked & SERVED or item.get_closest_marker("django_db") or item.nodeid.startswith(SERVING):
        item.add_marker("servers")
    if item.nodeid.startswith("tests/browser/"):
        item.add_marker("browser")
    if item.nodeid.startswith(("tests/faults/", "tests/intake/test_faults")):
        item.add_marker("faults")
    if asked & SLOW:
        item.add_marker("slow")


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist is untyped for mypy
    """Hands out groups of tests in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
