"""How things went: output shares and indicators over the years, and scores as they were."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection
from django.utils.safestring import SafeString

from riskscore.admin.profiles.numbers_from import NumbersFrom
from riskscore.admin.profiles.subject import Subject
from riskscore.admin.ui import charts, wording
from riskscore.engine.arrays import Floats
from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Lens, Mineral, Project
from riskscore.releases import effective
from riskscore.sourcing.briefings import words
from riskscore.sourcing.chain import world_shares
from riskscore.sourcing.chain.stage_tables import PRODUCTION
from riskscore.sourcing.drawings import plots
from riskscore.sourcing.drawings.svg import svg

#: What publishers state about a country year by year.
OF_PLACE = ("wgi.stability", "wgi.law", "wgi.corruption", "hdr.hdi", "ucdp.state")
#: So many minerals of a place, or producers of a mineral, have a line.
MOST_LINES = 5
#: The history of more projects than this is not read for a page.
MOST_PROJECTS = 2000
MOST_DAYS = 24


@dataclass(frozen=True, slots=True)
class Trend:
    """A line over the years; ``newest`` is its last value in words, ``since`` its first year."""

    label: str
    line: SafeString
    newest: str
    releases: Sequence[str]


def _trend(
    label: str, values: Sequence[tuple[int, float | None]], most: float, newest: str,
    releases: Sequence[str],
) -> Trend:  # fmt: skip
    about = f"{label}, {values[0][0]} to {values[-1][0]}; newest: {newest}"
    return Trend(label, svg(plots.years(values, most, about)), newest, releases)


def output(subject: Subject, cited: NumbersFrom, names: dict[str, str]) -> list[Trend]:
    """Of a place its share of the world's output of its largest minerals; of a mineral its HHI and
    the shares of its largest producers. Nothing where only a year is on record."""
    found = world_shares.by_year()
    if len(found.years) < 2:
        return []
    releases = cited.cite([PRODUCTION], found.years)
    lines: list[tuple[str, Floats, Callable[[float | None], str]]] = []
    if subject.mineral:
        at = found.axes.mineral(subject.mineral)
        rows = {names.get(p, p): found.share01[:, at, i] for i, p in enumerate(found.axes.places)}
        lines.append(("HHI of world output", found.hhi01[:, at], words.index))
    else:
        here = np.array([place in (subject.places or ()) for place in found.axes.places])
        titles = dict(Mineral.objects.values_list("code", "name"))
        total = found.share01[:, :, here].sum(axis=2)
        rows = {titles[m]: total[:, i] for i, m in enumerate(found.axes.minerals)}
    last = {name: float(np.nan_to_num(share[-1])) for name, share in rows.items()}
    order = sorted((name for name in rows if last[name] > 0), key=lambda name: -last[name])
    lines += [(f"Share of world output: {n}", rows[n], words.percent) for n in order[:MOST_LINES]]
    return [
        _trend(
            label,
            [
                (year, None if np.isnan(v) else float(v))
                for year, v in zip(found.years, share, strict=True)
            ],
            1.0,
            say(None if np.isnan(share[-1]) else float(share[-1])),
            releases,
        )
        for label, share, say in lines
        if not np.isnan(share).all()
    ]


_STATED = f"""
SELECT indicator, year, avg(value) FROM {effective.OBSERVATIONS} o
WHERE place_id = %(place)s AND indicator = ANY(%(keys)s) AND mineral_id IS NULL
    AND importer_id IS NULL AND project_id IS NULL
GROUP BY indicator, year ORDER BY indicator, year
"""  # noqa: S608 - our own names


def stated(subject: Subject, cited: NumbersFrom) -> list[Trend]:
    """What publishers state about a country year by year."""
    if subject.kind != "country":
        return []
    asked = {"place": subject.code, "keys": list(OF_PLACE), **effective.in_force().parameters}
    by_key: dict[str, list[tuple[int, float]]] = {}
    for key, year, value in effective.fetch(_STATED, asked):
        by_key.setdefault(key, []).append((year, value))
    return [_stated(key, by_key[key], cited) for key in OF_PLACE if len(by_key.get(key, ())) > 1]


def _stated(key: str, values: list[tuple[int, float]], cited: NumbersFrom) -> Trend:
    """Lines begin at 0; what can be below 0 is drawn from its least value."""
    indicator = INDICATORS[key]
    least = min(0.0, *(value for _, value in values))
    drawn = [(year, value - least) for year, value in values]
    most = max(value for _, value in drawn) or 1.0
    newest = wording.raw(indicator, values[-1][1])
    releases = cited.cite([key], [year for year, _ in values])
    return _trend(f"{indicator.label}, {wording.unit(indicator)}", drawn, most, newest, releases)


# --- Scores ---------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Past:
    """The mean composite on the days on which scores changed, or why there are none."""

    days: Sequence[tuple[date, str, int]]
    chart: SafeString | None
    why: str


_HISTORY = """
SELECT h.project_id, h.computed_at::date, h.composite FROM riskscore_scorehistory h
WHERE h.lens_id = %s AND h.project_id = ANY(%s) ORDER BY h.computed_at, h.id
"""


def past(subject: Subject, lens: Lens | None) -> Past:
    """How the mean composite of today's ranked projects changed, from the history of scores."""
    rows = Project.objects.filter(state=Project.State.PUBLISHED)
    rows = rows.exclude(flags__overlap=list(Project.UNRANKED)).order_by()
    if subject.mineral:
        rows = rows.filter(minerals__mineral=subject.mineral)
    else:
        rows = rows.filter(place__in=subject.places or ())
    ids = list(rows.values_list("pk", flat=True)[: MOST_PROJECTS + 1])
    if lens is None or not ids:
        return Past([], None, "No project is scored yet.")
    if len(ids) > MOST_PROJECTS:
        return Past([], None, f"More than {MOST_PROJECTS:,} projects: their history is not read "
                    "for a page. Each project’s page has its own.")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_HISTORY, [lens.pk, ids])
        days = by_day(cursor.fetchall())
    if len(days) < 2:
        since = f" since {days[0][0]:%Y-%m-%d}" if days else ""
        return Past([], None, f"Scores have not changed{since}.")
    shown = days[-MOST_DAYS:]
    chart = charts.trend([mean for _, mean, _ in shown])
    return Past([(day, wording.points(mean), n) for day, mean, n in shown], chart, "")


def by_day(
    rows: Iterable[tuple[int, date, float | None]],
) -> list[tuple[date, float | None, int]]:
    """From versions in the order of time: at the end of each day with a change, the mean of what is
    assessed, and of how many projects."""
    now: dict[int, float] = {}
    days: dict[date, tuple[float | None, int]] = {}
    for project, day, composite in rows:
        now.pop(project, None)
        if composite is not None:
            now[project] = composite
        days[day] = (sum(now.values()) / len(now) if now else None, len(now))
    return [(day, mean, number) for day, (mean, number) in days.items()]
