"""Time-ordered identifiers."""

import secrets
import time
import uuid
from typing import Any

from django.db import models


def uuid7() -> uuid.UUID:
    """A version 7 UUID: 48 bits of Unix milliseconds, then 74 random bits.

    Source: RFC 9562 §5.7.
    """
    moment = time.time_ns() // 1_000_000
    value = (moment & (1 << 48) - 1) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
    return uuid.UUID(int=value | 0b10 << 62 | secrets.randbits(62))


def this_transaction(what: str) -> Any:
    """A column with the number of a transaction: by default of the one that inserts the row."""
    number = models.Func(function="riskscore_transaction", output_field=models.BigIntegerField())
    return models.BigIntegerField(
        db_default=number, editable=False, help_text=f"the transaction {what}"
    )
