"""Which years of a file are not complete yet: said beside its preview, for they are not scored.

The rule is the engine's (``complete_years``); what is judged is what will hold once the file is
loaded: the staged rows, and those in force that they leave.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np

from riskscore.engine.catalogue import Level, get
from riskscore.engine.derive.complete_years import STATED_EVERY_YEAR, Judged, judge
from riskscore.engine.inputs.axes import NOWHERE, Axes, Observations
from riskscore.engine.inputs.plausible import adds_up
from riskscore.intake import staging
from riskscore.intake.new_release import is_partial
from riskscore.models import Intake
from riskscore.scoring import inputs
from riskscore.sources.left_out import Remark

#: Sentences that are said.
MOST_SAID = 20
#: Of larger tables only those series (a mineral, an importer) are read of which a year has fewer
#: rows than this share of another's, or less in sum, and of these so many rows at most.
MANY, SUSPECT = 20_000, 0.75
MOST_READ = 50_000
IDENTITY = ("indicator", "place", "mineral", "importer", "year", "stage")
_SUSPECTS = f"""
WHERE series IN (
    SELECT series FROM (
        SELECT series, count(*) AS rows, sum(value) AS total FROM held_years GROUP BY series, year
    ) yearly GROUP BY series
    HAVING min(rows) < {SUSPECT} * max(rows) OR min(total) < {SUSPECT} * max(total))
"""  # noqa: S608 - our own names
Row = tuple[Any, ...]


def remarks(intake: Intake, staged: str, known: str) -> list[Remark]:
    """A sentence for each incomplete year that the staged rows speak of; the last one counts on."""
    said = list(_sentences(staged, known if is_partial(intake) else ""))
    if len(said) > MOST_SAID:
        more = len(said) - MOST_SAID
        said = [*said[:MOST_SAID], f"{more:,} more years are not complete: shown, not scored"]
    return [Remark(text) for text in said]


def _sentences(staged: str, known: str) -> Iterator[str]:
    axes = None
    for (key,) in staging.fetch(
        f"SELECT DISTINCT indicator FROM {staged} ORDER BY 1"  # noqa: S608 - our own names
    ):
        if not (adds_up(get(key)) or key.startswith(STATED_EVERY_YEAR)):
            continue
        axes = axes or inputs.axes_at_any_time("WLD")
        column = _series_of(key)
        names = axes.places if column == "importer" else axes.minerals
        for series, rows in groupby(_held(key, column or "''", staged, known), lambda row: row[0]):
            if series in names or not column:
                held = list(rows)
                judged = judge(key, _arrays(held, axes), axes)
                years = {row[5] for row in held if row[6]}
                at = names.index(series) if column else 0
                if judged is not None:
                    yield from _of_series(key, series, at, judged, years)


def _of_series(key: str, series: str, at: int, judged: Judged, years: set[int]) -> Iterator[str]:
    """Of the incomplete years, those among ``years``."""
    parts = "goods" if get(key).level is Level.IMPORTER_PLACE_MINERAL else "places"
    for index, year in enumerate(judged.years):
        if judged.complete[index, at] or int(year) not in years:
            continue
        before = int(judged.against[index, at])
        stated = f"{judged.stated[index, at]:,} {parts}"
        if before >= 0:
            stated = f"{judged.stated[index, at]:,} of {judged.stated[before, at]:,} {parts}"
            total = judged.total[before, at]
            share = f", {100 * judged.total[index, at] / total:.0f} % of the total" if total else ""
            stated += f"{share} of {judged.years[before]}"
        about = f"{key} of {series}" if series else key
        yield f"{year} of {about} is not complete ({stated}): shown, not scored"


def _series_of(key: str) -> str:
    """The column that tells the series of an indicator apart; "": all rows are one."""
    if key.startswith(STATED_EVERY_YEAR):
        return ""
    return "importer" if get(key).level is Level.IMPORTER_PLACE_MINERAL else "mineral"


def _held(key: str, series: str, staged: str, known: str) -> list[Row]:
    """(series, place, mineral, importer, value, year, whether the file states it) of the staged
    rows of an indicator, and of those in ``known`` that they leave; in the order of the series."""
    left = _left(series, staged, known) if known else ""
    staging.derive(
        "held_years",
        f"SELECT {series} AS series, place, mineral, importer, value, year, true AS stated"  # noqa: S608
        f" FROM {staged} WHERE indicator = %(key)s{left}",
        {"key": key},
    )
    ((number,),) = staging.fetch("SELECT count(*) FROM held_years")
    found = staging.fetch(
        f"SELECT * FROM held_years {_SUSPECTS if number > MANY else ''}"  # noqa: S608
        f" ORDER BY series LIMIT {MOST_READ}"
    )
    staging.execute("DROP TABLE held_years")
    cut = found[-1][0] if len(found) == MOST_READ else None
    return [row for row in found if row[0] != cut]


def _left(series: str, staged: str, known: str) -> str:
    same = " AND ".join(f"s.{name} = k.{name}" for name in IDENTITY)
    return (
        f" UNION ALL SELECT {series}, place, mineral, importer, value, year, false FROM {known} k"  # noqa: S608
        f" WHERE indicator = %(key)s AND {series} IN (SELECT {series} FROM {staged}"
        f" WHERE indicator = %(key)s) AND NOT EXISTS (SELECT FROM {staged} s WHERE {same})"
    )


def _arrays(rows: list[Row], axes: Axes) -> Observations:
    _, place, mineral, importer, value, year, _ = zip(*rows, strict=True)
    none, days = np.full(len(rows), np.nan), np.full(len(rows), np.datetime64("NaT"))
    places = {code: at for at, code in enumerate(axes.places)}
    minerals = {code: at for at, code in enumerate(axes.minerals)}
    return Observations(
        place=np.array([places.get(code, NOWHERE) for code in place]),
        mineral=np.array([minerals.get(code, NOWHERE) for code in mineral]),
        importer=np.array([places.get(code, NOWHERE) for code in importer]),
        year=np.array(year, np.int16),
        value=np.array(value, np.float64),
        standard_error=none,
        since=days,
        until=days,
        label=np.full(len(rows), "", object),
    )
