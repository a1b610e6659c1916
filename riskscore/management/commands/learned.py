"""`python manage.py learned [on|off]`: whether learned models count in scores, from now on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, call_command

from riskscore.training import model_registry


class Command(BaseCommand):
    """Turn learned models on or off; scores of before stay as they were."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the new position; without one only say how it stands."""
        parser.add_argument("position", nargs="?", choices=["on", "off"])
        parser.add_argument("--reason", default="learned command", help="why; it is kept")

    def handle(self, *args: Any, position: str | None, reason: str, **options: Any) -> None:
        """Turn the switch if asked to, and say how it stands."""
        call_command("migrate", verbosity=0)
        if position:
            model_registry.turn(on=position == "on", by=None, reason=reason[:400])
        self.stdout.write(model_registry.standing())
