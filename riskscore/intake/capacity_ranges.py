"""Within which the yearly capacity of a site lies of which nobody states any; kept, not counted.

A country's output of a mineral (mean of its newest three years) over its known mines is what a mean
mine gives; how far one mine lies from the mean is taken from the lithium deposits with a stated
plan, whose middle nine tenths lie between 0.09 and 2.6 times their mean. None exceeds the country.
The reason names the country's reserves beside it, where they are known: how long it can go on.
"""

from django.db import transaction

from riskscore.intake.staging import execute
from riskscore.models import Edition
from riskscore.releases import effective

#: Shares of the mean mine; see above.
LEAST, MOST = 0.09, 2.6
#: The newest reserves of each place and mineral in words; a label is "unit; reserves, of what".
RESERVES = f"""
SELECT place_id, mineral_id, string_agg(
    split_part(label, '; ', 2) || ' (USGS ' || year || '): '
    || CASE quality WHEN 'at_least' THEN 'at least ' WHEN 'at_most' THEN 'at most ' ELSE '' END
    || rtrim(to_char(value, 'FM999,999,999,990.99'), '.') || ' ' || split_part(label, '; ', 1),
    '; ' ORDER BY label) AS words
FROM (
    SELECT o.*, max(year) OVER (PARTITION BY place_id, mineral_id) AS newest
    FROM {effective.OBSERVATIONS} o WHERE indicator = 'usgs.reserves'
) stated WHERE year = newest AND label LIKE '%%; reserves%%' GROUP BY 1, 2
"""  # noqa: S608 - our own names
_REFRESH = f"""
INSERT INTO riskscore_capacityrange (place_id, mineral_id, low, high, unit, reason, edition_id)
SELECT m.place_id, m.mineral_id, {LEAST} * o.output / m.mines,
    least({MOST} * o.output / m.mines, o.output), o.unit,
    left('no capacity is stated: ' || {LEAST} || ' to ' || {MOST} || ' times the mean of '
    || m.mines || ' known mines, from the country''s output (mean of ' || o.first || ' to '
    || o.last || ')'
    || coalesce('; the country''s ' || r.words, ''), 300),
    %(edition)s
FROM (
    SELECT p.place_id, pm.mineral_id, count(*) AS mines
    FROM riskscore_projectmineral pm JOIN riskscore_project p ON p.id = pm.project_id
    WHERE pm.role = 'primary' AND p.kind = 'mine' AND p.state = 'published'
      AND p.duplicate_of_id IS NULL GROUP BY 1, 2
) m JOIN (
    SELECT place_id, mineral_id, label AS unit, avg(value) AS output, min(year) AS first,
        max(year) AS last
    FROM (
        SELECT o.*, row_number() OVER (
            PARTITION BY place_id, mineral_id, label ORDER BY year DESC) AS newest
        FROM {effective.OBSERVATIONS} o WHERE indicator = 'wmd.production'
    ) numbered WHERE newest <= 3 GROUP BY 1, 2, 3
) o USING (place_id, mineral_id)
LEFT JOIN ({RESERVES}) r USING (place_id, mineral_id)
WHERE o.output > 0
ON CONFLICT DO NOTHING
"""  # noqa: S608 - our own names


def refresh() -> int:
    """Make the table anew from what is in force now; how many rows it has."""
    newest = Edition.objects.order_by("-number").first()
    if newest is None:
        return 0
    with transaction.atomic():
        execute("DELETE FROM riskscore_capacityrange")
        parameters = {**effective.in_force().parameters, "edition": newest.number}
        return execute(_REFRESH, parameters)
