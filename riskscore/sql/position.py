"""What a reader has seen: the place from which changes are told.

Neither a clock nor ``edition`` orders what is committed: a worker writes scores for the edition
that its job was started with, minutes later, beside others; and of two transactions the later may
commit first. A position is therefore what PostgreSQL itself reads by, a snapshot: the transactions
that were still open, and the first that had not begun. Rows keep the transaction that changed them
last (riskscore/sql/changed_in.sql), so what a position has not seen is found by an index, and
nothing is lost, however long a transaction takes to commit.
"""

import re
from dataclasses import dataclass
from typing import Self

from django.db import connection

from riskscore.errors import ValidationError

_WRITTEN = re.compile(r"([0-9a-f]{1,16})-(\d{1,19})-(\d{1,19})-((?:\d{1,19}(?:\.\d{1,19})*)?)")
#: Characters; a thousand open transactions.
LONGEST = 20_000


class UnknownPosition(ValidationError):
    """It is none that this database gave: mistyped, or from before it was restored elsewhere."""

    code = "unknown_position"
    remedy = "Read everything once by an export, and go on from the position that it names."


@dataclass(frozen=True, slots=True)
class Position:
    """What has been seen: every transaction before ``following`` that is none of ``still_open``.

    ``own``: a transaction that has been seen besides, since an edition is seen with its own.
    """

    cluster: str
    oldest: int
    following: int
    still_open: tuple[int, ...] = ()
    own: int = 0

    @classmethod
    def now(cls) -> Self:
        """What the current transaction sees, without what it writes itself."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT riskscore_position()")
            return cls.read(cursor.fetchone()[0])

    @classmethod
    def read(cls, text: str, *, own: int = 0) -> Self:
        """The position that was written as a text. Raises UnknownPosition."""
        parts = _WRITTEN.fullmatch(text) if len(text) <= LONGEST else None
        if parts is None:
            raise UnknownPosition("since: neither an edition nor a position")
        cluster, oldest, following, still_open = parts.groups()
        each = tuple(int(one) for one in still_open.split(".") if one)
        if max(int(oldest), int(following), *each) >= 2**63:
            raise UnknownPosition("since: neither an edition nor a position")
        return cls(cluster, int(oldest), int(following), each, own)

    @classmethod
    def before_all(cls) -> Self:
        """That nothing has been seen."""
        return cls(_cluster(), 0, 0)

    @classmethod
    def of_edition(cls, number: int) -> Self:
        """What whoever saw an edition has seen at least; before all where that was not kept.

        Raises UnknownPosition for an edition that is not there, or was recorded elsewhere.
        """
        if number == 0:
            return cls.before_all()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT position, changed_in FROM riskscore_edition WHERE number = %s", [number]
            )
            found = cursor.fetchone()
        if found is None:
            raise UnknownPosition(f"since: no edition {number} has been recorded")
        position, own = found
        return cls.read(position, own=own).here() if position else cls.before_all()

    @classmethod
    def given(cls, text: str) -> Self:
        """The position that a client names: an edition, or a position that it was told.

        Raises UnknownPosition.
        """
        if text.isascii() and text.isdigit() and len(text) < 19:
            return cls.of_edition(int(text))
        return cls.read(text).here()

    def here(self) -> Self:
        """The same. Raises UnknownPosition where another database gave it."""
        if self.cluster != _cluster():
            raise UnknownPosition(
                "since: it was told by another database than the one that answers now"
            )
        return self

    def __str__(self) -> str:
        still_open = ".".join(map(str, self.still_open))
        return f"{self.cluster}-{self.oldest}-{self.following}-{still_open}"


def _cluster() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_hex(system_identifier) FROM pg_control_system()")
        return str(cursor.fetchone()[0])
