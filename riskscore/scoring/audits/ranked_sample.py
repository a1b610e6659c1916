"""The projects that an audit or a comparison of methods looks at while somebody waits.

All of them would take too long, so it is a sample: the projects whose keys have the lowest MD5. It
is the same one on every server, whatever was loaded in which order, and the index
project_in_order_of_samples gives it without looking at all projects.
"""

from django.db import connection

from riskscore.models import Project

#: How many projects are looked at, at most.
SAMPLE = 5_000
RULE = (
    "At most {most} of the ranked projects with a score through this buyer's view: those whose "
    "keys have the lowest MD5, so the same ones each time."
)

_SAMPLED = """
SELECT p.id FROM riskscore_project p
WHERE p.state = %s AND NOT p.flags && %s::varchar[]
  AND EXISTS (SELECT FROM riskscore_score s WHERE s.project_id = p.id AND s.lens_id = %s)
ORDER BY md5(p.key), p.id LIMIT %s
"""


def ranked_sample(lens: int) -> list[int]:
    """Ids of ranked projects with a score through a lens, in the order of the sample."""
    flags = [str(flag) for flag in Project.UNRANKED]
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLED, [str(Project.State.PUBLISHED), flags, lens, SAMPLE])
        return [row[0] for row in cursor.fetchall()]
