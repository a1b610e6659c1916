"""The backend that ``DATABASES`` names (Django wants this file's name): PostgreSQL's, and careful.

Web servers, workers and commands have one thing in common: a connection. So here is where code
that is older than the tables stops, each time that a connection is new, at the cost of one query.
"""

from typing import Any

import psycopg
from django.db import OperationalError
from django.db.backends.postgresql import base as postgresql

from riskscore.sql.database import older_code, pooling


class DatabaseWrapper(postgresql.DatabaseWrapper):
    """A connection to PostgreSQL that code which is too old does not get."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Connect. Raises OperationalError with the remedy where a pooler refuses what we ask."""
        try:
            return super().get_new_connection(conn_params)
        except psycopg.OperationalError as error:
            if pooling.REFUSED in str(error):
                raise OperationalError(pooling.WHAT_IT_NEEDS) from None
            raise

    def init_connection_state(self) -> None:
        """Make the connection ready. Raises OlderCode, and closes it, if the tables are newer."""
        super().init_connection_state()
        newer = older_code.unknown_migrations(self.connection)
        if newer:
            self.close()
            raise older_code.OlderCode(older_code.words(newer))
