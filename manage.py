"""The command line: starts the embedded servers when a command needs them, then runs Django's."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from riskscore import embedded

# These touch no table. Everything else gets a database, since most commands read one.
WITHOUT_SERVERS = {"", "help", "--help", "-h", "version", "--version", "bundle", "collectstatic"}


def main() -> None:
    """Run one command; expected failures are one line and exit status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "riskscore.settings")
    try:
        if (sys.argv[1:] or [""])[0] not in WITHOUT_SERVERS and "--help" not in sys.argv:
            embedded.ensure()
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded.CannotServe) as error:
        sys.exit(f"riskscore: {error}")


if __name__ == "__main__":
    main()
