"""Which releases the numbers of a profile are from, looked up once for the page."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from riskscore.admin.profiles.subject import Subject
from riskscore.models import Observation
from riskscore.releases import effective, register


@dataclass
class NumbersFrom:
    """By key of an observation: codes of the releases in force that state it. ``read`` collects,
    by release, the years of the numbers that were shown."""

    releases: Mapping[str, Collection[str]]
    read: dict[str, set[int]] = field(default_factory=dict)

    def cite(self, keys: Iterable[str], years: Iterable[int | None] = ()) -> list[str]:
        """The releases of a number that is made of these observations, noted as read."""
        codes = list(dict.fromkeys(c for key in keys for c in self.releases.get(key, ())))
        for code in codes:
            self.read.setdefault(code, set()).update(year for year in years if year)
        return codes

    @property
    def years(self) -> dict[str, str]:
        """By release: the years read from it, as a span."""
        return {
            code: (f"{min(years)}" if min(years) == max(years) else f"{min(years)}–{max(years)}")
            for code, years in self.read.items()
            if years
        }


def numbers_from(subject: Subject, keys: Collection[str]) -> NumbersFrom:
    """The releases that state these observations.

    Corrections that add to a whole release count only where they say something of the place or
    mineral: what somebody corrected about another country is not the source here.
    """
    stating = [row for row in register.in_force(effective.LATEST, keys) if row.states]
    partial = {row.id: row.citation["release"] for row in stating if row.partial}
    about = _about(subject, keys, list(partial)) if partial else set()
    found: dict[str, list[str]] = {}
    for row in stating:
        for key in row.states:
            if not row.partial or (row.id, key) in about:
                found.setdefault(key, []).append(row.citation["release"])
    return NumbersFrom(found)


def _about(
    subject: Subject, keys: Collection[str], releases: Collection[int]
) -> set[tuple[int, str]]:
    one = Q(mineral=subject.mineral) if subject.mineral else Q(place__in=subject.places)
    rows = Observation.objects.filter(one, release__in=releases, indicator__in=keys)
    return set(rows.order_by().values_list("release_id", "indicator").distinct())
