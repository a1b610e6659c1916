"""`python manage.py roles [--restore]`: the four ready groups, and what each of them may do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command

from riskscore.curation import roles


class Command(BaseCommand):
    """Say how each ready group stands; with --restore give it the permissions it came with."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --restore."""
        words = "make the groups anew where they are gone, and undo what was changed of them"
        parser.add_argument("--restore", action="store_true", help=words)

    def handle(self, *args: Any, restore: bool, **options: Any) -> None:
        """Restore if asked to, and print a line for each group."""
        call_command("migrate", verbosity=0)
        if restore:
            roles.restore()
        for found in roles.differences():
            self.stdout.write(f"{found.role.name}: {found.role.about}. {found.words}")
