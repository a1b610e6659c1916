"""Values that lie far from those that stand: a slip of the unit, unless a person says otherwise.

A staged value is compared with the one of the same figure that stands, or else with that of the
nearest year, of ten years. Measured on the consecutive years of the bundle: of 6,240 populations
none differs by half; of 900 amounts of the USGS that matter 4 by more than ten, of 10,854 of World
Mining Data 27. Trade between two places and deaths in conflicts do so by nature (one row in five):
theirs are compared with the same year only, and together. A correction is asked about sooner than
a row of a whole edition: it is one of few, and a slip of a digit is a factor of ten.
"""

from riskscore.engine.catalogue import get
from riskscore.engine.inputs.plausible import RANGES, named_range
from riskscore.intake import staging
from riskscore.sources import figure_stages as stages

#: A value this many times the one that stands, or less than one of so many parts of it: of a
#: correction, of a row of a whole edition, and of one in a series that bursts.
CORRECTION_JUMP, JUMP, BURST = 5, 10, 100
#: The same of people, who neither double nor halve within a year, in either.
OF_PEOPLE = {"millions": 1.5}
#: The same of the median row of an indicator and mineral.
COLUMN_JUMP, COLUMN_BURST = 5, 20
#: A place that has no figure yet, against the greatest of any place.
NEW_PLACE_JUMP = 10
#: Of an index between two ends: points as a share of the whole span, of a row and of the median.
#: Governance moved by at most 18 % of its span, human development by 8 %; their medians by 3 %.
SPAN_JUMP, SPAN_COLUMN_JUMP = 0.2, 0.05
#: The same of a correction.
SPAN_CORRECTION = 0.1
#: In a publisher's whole edition, amounts below this share of the largest place's do not count.
MATERIAL = 0.01
#: A value that turns from or into 0 is asked about from this share of the largest place's on.
VANISHED = 0.05
#: Points of an index that might be taken for a share of the whole.
PER_CENT = 100
#: Rows or places that make a group.
FEWEST = 5
#: Years over which a value still says something of another.
FARTHEST = 10
#: Series in which one year says little of the next.
BURSTING = ("baci.", "ucdp.")
MOST_SHOWN = 10

_SERIES = ("indicator", "place", "mineral", "importer", "project_id", "stage")
_ABOUT = ", ".join(f"s.{name}" for name in _SERIES)
_NEAR = " AND ".join(f"k.{name} = s.{name}" for name in _SERIES)
_NEAR += f" AND abs(k.year - s.year) <= {FARTHEST}"
#: Which value a sentence is about, and the value.
_SHOWN = "indicator, place, mineral, importer, stage, year, value"
#: Sums of places that are stated.
_SUMS = "'WLD', 'ROW'"
Found = tuple[int, list[str]]
"""How many values, and the first of them in words."""


def find(staged: str, *, is_correction: bool) -> tuple[int, list[str]]:
    """How many staged values are far from what stands, and the first in words.

    Needs the tables ``known_observation`` and ``matched_observation`` of the comparison.
    """
    columns: Found = (0, [])
    rows: Found = (0, [])
    places: Found = (0, [])
    points: Found = (0, [])
    of_stages = _new_stages(staged) if is_correction else (0, [])
    if _state_rules(staged, is_correction=is_correction):
        _compare(staged)
        columns, rows = _columns(), _rows(is_correction=is_correction)
        places, points = _new_places(staged), _shares_for_points(staged)
    # A value that has jumped with its column is one, and counted once.
    count = max(columns[0], rows[0]) + of_stages[0] + places[0] + points[0]
    words = [text for found in (columns, rows, of_stages, places, points) for text in found[1]]
    return count, words[:MOST_SHOWN]


def _state_rules(staged: str, *, is_correction: bool) -> bool:
    """The table of rules, one for each indicator that is compared; False if there is none."""
    rules = []
    for (indicator,) in staging.fetch(f"SELECT DISTINCT indicator FROM {staged}"):  # noqa: S608
        row = get(indicator)
        if row.levels or row.unit == "0/1" or indicator in stages.BY_LABEL:
            continue
        low, high = named_range(row.unit) or RANGES.get(row.unit, (0, 0))
        span = high - low if low < 0 or named_range(row.unit) else 0
        bursts = indicator.startswith(BURSTING)
        factor = CORRECTION_JUMP if is_correction else BURST if bursts else JUMP
        part = SPAN_CORRECTION if is_correction else SPAN_JUMP
        most = float(part * span or OF_PEOPLE.get(row.unit, factor))
        usual = COLUMN_BURST if bursts else OF_PEOPLE.get(row.unit, COLUMN_JUMP)
        typical = float(SPAN_COLUMN_JUMP * span or usual)
        rules.append((indicator, not span, most, typical, bursts, span >= PER_CENT))
    columns = [list(column) for column in zip(*rules, strict=True)] or [[]] * 6
    staging.derive(
        "jump_rule",
        "SELECT * FROM unnest(%s::text[], %s::boolean[], %s::float8[], %s::float8[],"
        " %s::boolean[], %s::boolean[])"
        " AS r (indicator, by_ratio, most, typical, bursting, in_points)",
        columns,
    )
    return bool(rules)


def _compare(staged: str) -> None:
    """Every value that is news, with what stands of the same year or else of the nearest."""
    distance = (
        "CASE WHEN NOT by_ratio THEN abs(value - before) WHEN value = before THEN 1"
        " WHEN value > 0 AND before > 0 THEN greatest(value / before, before / value)"
        " ELSE 'Infinity' END"
    )
    staging.derive(
        "compared_observation",
        f"SELECT c.*, r.most, r.typical, r.by_ratio, r.bursting, {distance} AS distance FROM ("  # noqa: S608
        f" SELECT s.line, {_ABOUT}, s.year, s.value, m.before, s.year AS before_year"
        f" FROM {staged} s JOIN matched_observation m ON m.at = s.ctid WHERE NOT m.same"
        " UNION ALL (SELECT DISTINCT ON (s.ctid)"
        f" s.line, {_ABOUT}, s.year, s.value, k.value, k.year"
        f" FROM {staged} s JOIN known_observation k ON {_NEAR}"
        " WHERE NOT EXISTS (SELECT FROM matched_observation m WHERE m.at = s.ctid)"
        " ORDER BY s.ctid, k.year > s.year, abs(k.year - s.year))"
        ") c JOIN jump_rule r USING (indicator)",
    )


def _columns() -> Found:
    """Values of the indicators and minerals of which the median has jumped."""
    found = staging.fetch(
        "SELECT *, sum(count) OVER () FROM (SELECT indicator, mineral, stage, by_ratio, count(*),"
        " percentile_disc(0.5) WITHIN GROUP (ORDER BY distance) AS median, min(typical) AS most"
        " FROM compared_observation GROUP BY 1, 2, 3, 4"
        " HAVING count(*) >= %s) g WHERE median > most ORDER BY 1, 2, 3 LIMIT %s",
        [FEWEST, MOST_SHOWN],
    )
    return int(found[0][-1]) if found else 0, [
        f"{_about(about)}: {count:,} values, of which the median"
        f" differs {_far(median, by_ratio=by_ratio)} from what stands"
        for *about, by_ratio, count, median, _, _ in found
    ]


def _rows(*, is_correction: bool) -> Found:
    """Single values; of a whole edition, those that matter beside the largest place's."""
    material = (
        "(NOT c.by_ratio OR greatest(c.value, c.before)"
        " >= CASE WHEN distance = 'Infinity' THEN %s ELSE %s END * coalesce(k.largest, 0))"
    )
    found = staging.fetch(
        f"SELECT {_SHOWN}, before, before_year, count(*) OVER () FROM compared_observation c"  # noqa: S608
        " LEFT JOIN (SELECT indicator, mineral, importer, stage, max(value) AS largest"
        f" FROM known_observation WHERE place NOT IN ({_SUMS}) GROUP BY 1, 2, 3, 4) k"
        " USING (indicator, mineral, importer, stage)"
        " WHERE distance > most AND (year = before_year OR NOT bursting)"
        f" AND {material} ORDER BY line, indicator, year LIMIT %s",
        [VANISHED, 0 if is_correction else MATERIAL, MOST_SHOWN],
    )
    return found[0][-1] if found else 0, [
        f"{_about(about)} {year}: {value:g}, where {before:g}"
        f"{'' if year == known else f' of {known}'} stands"
        for *about, year, value, before, known, _ in found
    ]


def _new_places(staged: str) -> Found:
    """Values of places that have none yet, beyond what any other place has.

    What bursts is compared with what stands of the years around it alone, here too.
    """
    found = staging.fetch(
        f"SELECT {_SHOWN}, k.least, k.most, count(*) OVER () FROM {staged} s"  # noqa: S608
        " JOIN jump_rule r USING (indicator) JOIN (SELECT indicator, mineral, stage,"
        " min(value) FILTER (WHERE value > 0) AS least, max(value) AS most,"
        " min(year) AS first, max(year) AS last"
        f" FROM known_observation WHERE place NOT IN ({_SUMS}, '')"
        " GROUP BY 1, 2, 3 HAVING count(DISTINCT place) >= %s) k"
        " USING (indicator, mineral, stage)"
        f" WHERE r.by_ratio AND s.place NOT IN ({_SUMS}, '') AND s.value > 0"
        " AND (s.value > %s * k.most OR s.value < k.least / %s)"
        f" AND (NOT r.bursting OR s.year BETWEEN k.first - {FARTHEST} AND k.last + {FARTHEST})"
        f" AND NOT EXISTS (SELECT FROM known_observation k WHERE {_NEAR})"
        " ORDER BY s.line, indicator, s.year LIMIT %s",
        [FEWEST, NEW_PLACE_JUMP, BURST, MOST_SHOWN],
    )
    return found[0][-1] if found else 0, [
        f"{_about(about)} {year}: {value:g}, where the places that stand have {least:g} to {most:g}"
        for *about, year, value, least, most, _ in found
    ]


def _shares_for_points(staged: str) -> Found:
    """Indices in points of which nothing stands, and that are all stated as if they were shares."""
    found = staging.fetch(
        f"SELECT indicator, count(*), max(value), sum(count(*)) OVER () FROM {staged} s"  # noqa: S608
        " JOIN jump_rule r USING (indicator) WHERE r.in_points AND NOT EXISTS"
        " (SELECT FROM known_observation k WHERE k.indicator = s.indicator) GROUP BY 1"
        " HAVING max(value) > 0 AND max(value) <= 1 AND min(value) >= 0 ORDER BY 1 LIMIT %s",
        [MOST_SHOWN],
    )
    return int(found[0][-1]) if found else 0, [
        f"{indicator}: no value is above {most:g}, and it has 100 points or more"
        for indicator, _, most, _ in found
    ]


def _new_stages(staged: str) -> Found:
    """Corrections for a stage that nobody states yet, where others of the same figure stand."""
    found = staging.fetch(
        "SELECT indicator, place, mineral, importer, s.stage, year,"  # noqa: S608
        " string_agg(DISTINCT k.stage, ', '), count(*) OVER ()"
        f" FROM {staged} s JOIN known_observation k"
        " USING (indicator, place, mineral, importer, year)"
        " WHERE s.project_id = 0 AND k.project_id = 0"
        " AND (indicator = ANY(%s) OR indicator LIKE 'usgs.%%')"
        " AND NOT EXISTS (SELECT FROM known_observation e WHERE e.indicator = s.indicator"
        " AND e.stage = s.stage) GROUP BY s.line, 1, 2, 3, 4, 5, 6 ORDER BY s.line LIMIT %s",
        [sorted(stages.BY_LABEL), MOST_SHOWN],
    )
    return found[0][-1] if found else 0, [
        f"{_about(about)} {year}: a stage of its own beside {beside}"
        for *about, year, beside, _ in found
    ]


def _about(parts: list[str]) -> str:
    return " ".join(part for part in parts if part)


def _far(distance: float, *, by_ratio: bool) -> str:
    return f"by the factor {distance:,.0f}" if by_ratio else f"by {distance:.3g}"
