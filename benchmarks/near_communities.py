"""Projects by their distance to a community: the cost of a page against that of a small table."""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.database import bundled, multiply
from benchmarks.rescoring import PROJECTS
from benchmarks.runner import Measured
from riskscore.api.framework.pagination import SIZE
from riskscore.api.project_parts import communities
from riskscore.api.projects import ORDERS, published
from riskscore.scoring.project_inputs import kept_communities

ROUNDS = 11


def pages() -> Measured:
    """The slowest of the pages below, at two sizes; and how long all projects take to measure."""
    with bundled():
        small = max(map(_seconds, PAGES))
        multiply(PROJECTS)
        start = perf_counter()
        kept_communities.keep_all()
        measured = perf_counter() - start
        large = {page.__name__: _seconds(page) for page in PAGES}
    each = ", ".join(f"{name} {1000 * seconds:.1f}" for name, seconds in large.items())
    return Measured(
        value=1000 * max(large.values()),
        unit=f"ms a page of {PROJECTS:,} projects ({each}); measured in {measured:.0f} s",
        against=f"the bundle's projects, {1000 * small:.1f} ms",
        ratio=small / max(large.values()),
    )


def within_25_km() -> None:
    """The first page of `community_km__lte=25`."""
    _page("key", 25.0)


def within_5_km() -> None:
    """The first page of `community_km__lte=5`, which few projects pass."""
    _page("key", 5.0)


def nearest_first() -> None:
    """The first page of `order=community_km`."""
    _page("community_km", None)


def unknown_last() -> None:
    """The page of that order after the last project with a distance."""
    _page("community_km", None, [None, ""])


PAGES: tuple[Callable[[], None], ...] = (
    within_25_km,
    within_5_km,
    nearest_first,
    unknown_last,
)


def _page(order: str, km: float | None, after: list[Any] | None = None) -> None:
    projects = published()
    if order == "community_km":
        projects = communities.with_nearest(projects)
    if km is not None:
        projects = projects.filter(kept_communities.within(km))
    columns = {*ORDERS[order].columns, "key", "name"}
    rows = ORDERS[order].rows(projects.values(*columns), after, SIZE + 1)
    communities.add_communities(rows)


def _seconds(page: Callable[[], None]) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        page()
        taken.append(perf_counter() - start)
    return median(taken)


BENCHMARKS = {"lists.communities": pages}
