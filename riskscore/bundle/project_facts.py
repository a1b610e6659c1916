"""Facts about projects from publishers' files: incidents, statuses and capacities."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from riskscore.bundle.facts_layout import Capacity, Incident, Status
from riskscore.bundle.fixture_rows import Project
from riskscore.sources.publishers.busch import RateRecord
from riskscore.sources.registers import defensoria

LITHIUM, UNIT = "lithium", "t Li"
STATUS_OF = {"producing": "operating", "construction": "construction", "evaluation": "feasibility"}
#: The compilers state no day: it holds for their edition.
STATUS_DAY, LAST_OUTPUT = date(2025, 1, 1), 2023
CREDIBILITY = 0.8
#: Of the deposits with a plan, nine in ten plan between these shares of what the rule allows.
SPREAD = (0.05, 0.95)


def incidents(
    release: str, cases: Iterable[defensoria.Case], projects: Iterable[Project]
) -> tuple[list[Incident], Counter[str]]:
    """The cases that name a project, and how many were left out, by reason."""
    sites = [
        defensoria.NamedSite(row.key, row.name, row.lat, row.lon)
        for row in projects
        if row.place == defensoria.PLACE and row.duplicate_of is None
    ]
    result, left_out = [], Counter[str]()
    for _, said in defensoria.statements(cases, sites):
        if isinstance(said, str):
            left_out[said] += 1
        else:
            result.append(
                Incident(
                    release, said.project, said.kind, said.happened_on, said.severity, said.reach,
                    said.credibility, said.status, said.url, said.reference, said.note,
                )
            )  # fmt: skip
    return result, left_out


def statuses(release: str, records: Iterable[RateRecord], twins: "Twins") -> Iterator[Status]:
    """The status of each deposit that has one, and of the site that it duplicates."""
    for record in records:
        if record.stage in STATUS_OF:
            for key, note in twins.of(record):
                yield Status(release, key, STATUS_OF[record.stage], STATUS_DAY, CREDIBILITY, note)


def capacities(release: str, records: Sequence[RateRecord], twins: "Twins") -> Iterator[Capacity]:
    """The stated rates of each deposit, or the range within which its unknown one lies."""
    low, high = np.quantile(
        [record.rates[-1][2] / record.highest for record in records if record.rates], SPREAD
    )
    for record in records:
        for key, note in twins.of(record):
            if record.rates:
                yield from _stated(release, key, record, note)
            elif record.highest > 0:
                yield _range(release, key, record, float(low), float(high))


def _stated(release: str, key: str, record: RateRecord, note: str) -> Iterator[Capacity]:
    for year, basis, amount in record.rates:
        yield Capacity(
            release, key, LITHIUM, year, round(amount, 1), None, None, UNIT, basis, note,
            CREDIBILITY,
        )  # fmt: skip


def _range(release: str, key: str, record: RateRecord, low: float, high: float) -> Capacity:
    reason = (
        f"no rate is stated: {low:.0%} to {high:.0%} of the {100 * record.share:.3g} % of its "
        "resources that the compilers' rule allows a year, as nine in ten of the deposits with a "
        "plan have it"
    )
    return Capacity(
        release, key, LITHIUM, LAST_OUTPUT + 2, None, round(low * record.highest, 1),
        round(high * record.highest, 1), UNIT, "estimated", reason, CREDIBILITY,
    )  # fmt: skip


class Twins:
    """From a deposit of a release to its project, and to the site that this one duplicates.

    A site that several deposits duplicate gets none of their facts: whose they are is not known.
    """

    def __init__(self, release: str, projects: Iterable[Project]) -> None:
        rows = [row for row in projects if row.release == release]
        count = Counter(row.duplicate_of for row in rows if row.duplicate_of)
        self._keys = {
            row.source_id: (
                row.key,
                row.duplicate_of if count[row.duplicate_of or ""] == 1 else None,
            )
            for row in rows
        }

    def of(self, record: RateRecord) -> Iterator[tuple[str, str]]:
        """(project, note) of each project that the record is about."""
        key, twin = self._keys[record.source_id]
        yield key, ""
        if twin is not None:
            yield twin, f"stated of {key}, the same site"
