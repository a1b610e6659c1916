"""Sites that may be one cost what lies about them, however many projects there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from riskscore.intake.sites import alike_sites
from riskscore.models import Project

pytestmark = pytest.mark.django_db


def new_sites(number: int) -> list[alike_sites.NewSite]:
    """Sites with the names of known ones, each a kilometre to the north of it."""
    known = Project.objects.filter(kind="mine", latitude__isnull=False).order_by("id")[:number]
    codes = [list(one.minerals.values_list("mineral_id", flat=True)) for one in known]
    return [
        alike_sites.NewSite(one.name, "mine", one.latitude + 0.009, one.longitude, minerals)
        for one, minerals in zip(known, codes, strict=True)
    ]


@pytest.mark.parametrize("number", [1, 100])
def test_no_project_is_read_but_those_about(bundle: None, number: int) -> None:
    sites = new_sites(number)
    with CaptureQueriesContext(connection) as asked:
        found = alike_sites.of_new(sites)
    assert len(found) == number
    (statement,) = asked.captured_queries
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan on riskscore_project" not in plan
    assert "Hash Join" not in plan


def test_many_sites_are_found_as_one_by_one(bundle: None) -> None:
    sites = new_sites(alike_sites.AT_ONCE + 5)
    together = alike_sites.of_new(sites)
    alone = {at: alike_sites.of_new([site])[0] for at, site in enumerate(sites)}
    assert together == alone
