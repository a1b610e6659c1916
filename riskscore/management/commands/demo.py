"""`python manage.py demo [--serve]`: what `make demo` and `make run` call."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from riskscore.serving import journey


class Command(BaseCommand):
    """Load the bundle, score every project with a real worker, print the tables."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --serve."""
        parser.add_argument("--serve", action="store_true", help="go on serving until Ctrl-C")

    def handle(self, *args: Any, serve: bool, **options: Any) -> None:
        """Run the journey; what goes wrong is one line."""
        try:
            journey.run(serve=serve)
        except journey.EXPECTED as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            sys.exit(130)
