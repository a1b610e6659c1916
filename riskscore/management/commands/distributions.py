"""`python manage.py distributions METHOD.yaml`: how a method's unknown values are drawn."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.core.management import BaseCommand, CommandError

from riskscore.engine.errors import EngineError
from riskscore.scoring import distributions


class Command(BaseCommand):
    help = "Print the section uncertainty.distributions, learnt from the published projects."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--importers", nargs="+", default=["WLD", "JPN", "USA"])
        parser.add_argument("--as-of", type=date.fromisoformat, default=date.today())  # noqa: DTZ011

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            spec = yaml.safe_load(options["file"].read_text(encoding="utf-8"))
            found = distributions.learnt(spec, options["importers"], options["as_of"])
        except (EngineError, distributions.NothingToLearnFrom) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(yaml.dump({"distributions": found}, default_flow_style=None, width=98))
