"""`python manage.py intake [DIR]`: load a bundle; what is there already is left as it is."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from riskscore.bundle import load
from riskscore.sources import BadFile


class Command(BaseCommand):
    """Load a bundle whole, or nothing of it."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the bundle's folder."""
        parser.add_argument("directory", nargs="?", type=Path, default=settings.FIXTURES)

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        """Load, and say what was new."""
        try:
            self.stdout.write(str(load.load(directory)))
        except BadFile as error:
            raise CommandError(str(error)) from error
