"""The command line: has the embedded servers run if a command needs them, then runs Django's."""

import os
import signal
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError

from riskscore import embedded
from riskscore.sql.database.older_code import OlderCode

# These touch no table. Everything else gets a database, since most commands read one.
WITHOUT_SERVERS = {"", "help", "--help", "-h", "version", "--version", "bundle", "collectstatic"}


def main(arguments: list[str]) -> None:
    """Run one command; what was to be expected is one line and exit status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
    # Unhandled, SIGTERM skips every `finally`, and with it the last one's duty to stop the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if (arguments[1:] or [""])[0] not in WITHOUT_SERVERS and "--help" not in arguments:
            embedded.ensure()
        execute_from_command_line(arguments)
    except (ImproperlyConfigured, embedded.CannotServe) as error:
        sys.exit(f"riskscore: {error}")
    except ProgrammingError as error:
        words = " ".join(str(error).split())
        sys.exit(f"riskscore: {words}; if tables are missing, run `{arguments[0]} migrate`")
    except OlderCode as error:
        sys.exit(f"riskscore: {error}")
    except OperationalError as error:
        sys.exit(f"riskscore: the database failed: {' '.join(str(error).split())}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


if __name__ == "__main__":
    main(sys.argv)
