"""`python manage.py intake FILE --source X`: import a file, or load a bundle's folder."""

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
        """The file and the options of its import."""
        parser.add_argument("file", nargs="?", type=Path, default=settings.FIXTURES)
        intake_command.add_arguments(parser)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Import it in this process, and say what came of it."""
        try:
            intake_command.run(file, options, self.stdout.write)
        except intake_command.FAULTS as error:
            raise CommandError(str(error)) from error
