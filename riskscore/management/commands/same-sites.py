"""`python manage.py same-sites`: projects on record that may be one and the same site."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management import BaseCommand

from riskscore.intake.sites import pairs


class Command(BaseCommand):
    help = "List pairs of projects that may be one site, by name, distance and minerals."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--most", type=int, default=200, help="so many pairs")

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        for pair in islice(pairs.undecided(), options["most"]):
            count += 1
            self.stdout.write(f"{pair.key} {pair.name} = {pair.other.words()}")
        self.stdout.write(f"{count:,} pairs; nothing was changed")
