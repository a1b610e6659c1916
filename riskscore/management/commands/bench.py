"""`python manage.py bench [--only NAME]`: ours against a reference, in one run."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from benchmarks import runner


class Command(BaseCommand):
    """Print a table of benchmarks and write var/bench.json."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Accept the name of a single benchmark."""
        parser.add_argument("--only", default=None, help="run this benchmark alone")

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure."""
        try:
            runner.run(options["only"], settings.VAR / "bench.json")
        except runner.NoSuchBenchmark as error:
            raise CommandError(str(error)) from error
