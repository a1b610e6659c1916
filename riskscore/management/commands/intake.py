"""`python manage.py intake FILE --source X`: take a file in, or load a bundle's folder."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser

from riskscore.management import intake_command


class Command(BaseCommand):
    """Nothing is loaded unless the whole file is valid, and nothing twice."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and what is wanted of it."""
        parser.add_argument("file", nargs="?", type=Path, default=settings.FIXTURES)
        intake_command.add_arguments(parser)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Take it in here and now, and say what came of it."""
        try:
            intake_command.run(file, options, self.stdout.write)
        except intake_command.FAULTS as error:
            raise CommandError(str(error)) from error
