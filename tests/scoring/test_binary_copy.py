"""Binary COPY: what goes in comes out, bit for bit."""

import numpy as np
import pytest
from django.db import connection

from riskscore.scoring.binary_copy import Ragged, copy_rows


@pytest.mark.django_db
def test_numbers_arrays_and_bytes_survive_the_copy() -> None:
    floats = np.array([0.1, -0.0, np.nan, 1e300])
    arrays = np.array([[1.5, np.nan], [2.5, 5e-324], [0.0, -1.0], [3.0, 4.0]])
    keys = np.array([1, 2, 3, 2**60])
    digests = np.array([b"\x00" * 16, b"\xff" * 16, b"a" * 15 + b"\x00", b"b" * 16], dtype="S16")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (k int8, x float8, a float8[], d bytea)")
        copy_rows("copied", {"k": keys, "x": floats, "a": arrays, "d": digests})
        cursor.execute("SELECT k, x, a, d FROM copied ORDER BY k")
        rows = cursor.fetchall()
    assert [row[0] for row in rows] == keys.tolist()
    assert np.array([row[1] for row in rows]).tobytes() == floats.tobytes()
    assert np.array([row[2] for row in rows]).tobytes() == arrays.tobytes()
    assert b"".join(bytes(row[3]) for row in rows) == digests.tobytes()


@pytest.mark.django_db
def test_arrays_of_different_length_survive_the_copy_and_an_empty_one_is_empty() -> None:
    whole = Ragged(np.array([7, 8, 9], np.int32), np.array([0, 2, 2, 3]))
    floats = Ragged(np.array([np.nan, 1.5]), np.array([0, 0, 0, 2]))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (k int8, n int4[], x float8[])")
        copy_rows("copied", {"k": np.arange(3), "n": whole, "x": floats})
        cursor.execute("SELECT n, x FROM copied ORDER BY k")
        (first, second, third) = cursor.fetchall()
    assert first == ([7, 8], [])
    assert second == ([], [])
    assert third[0] == [9]
    np.testing.assert_array_equal(third[1], [np.nan, 1.5])
