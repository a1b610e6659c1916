"""`python manage.py demo [--serve]`: what `make demo` and `make run` call."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from rich.console import Console

from riskscore.serving import journey
from riskscore.sources import BadFile

NARROWEST = 132  # columns of a table when the output is a file


class Command(BaseCommand):
    """Load the bundle, score every project with a real worker, print the tables."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --serve."""
        parser.add_argument("--serve", action="store_true", help="go on serving until Ctrl-C")

    def handle(self, *args: Any, serve: bool, **options: Any) -> None:
        """Run the journey; what goes wrong is one line."""
        try:
            journey.run(Console(width=None if sys.stdout.isatty() else NARROWEST), serve=serve)
        except (journey.CannotRun, journey.CannotStart, BadFile) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)
