"""A file of a list is one snapshot: apart, since this empties the database that it runs in."""

import pytest
from django.db import connection

from riskscore.admin.ui.lists import exports


@pytest.mark.django_db(transaction=True)
def test_all_rows_of_a_file_belong_to_one_moment() -> None:
    with exports.one_snapshot(), connection.cursor() as cursor:
        for setting, value in (("isolation", "repeatable read"), ("read_only", "on")):
            cursor.execute(f"SHOW transaction_{setting}")
            assert cursor.fetchone() == (value,)
