"""`python manage.py train KIND [--report FILE] [--freeze DIR]`: a candidate from what is loaded."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from riskscore.bundle import load
from riskscore.learning.data.refusals import Refusal
from riskscore.training import export, model_registry, run


class Command(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=list(run.KINDS))
        parser.add_argument("--report", type=export.report_file, help="a JSON file for the metrics")
        parser.add_argument("--freeze", type=Path, help="write a sealed folder in here")
        parser.add_argument("--seed", type=int, default=0)

    def handle(self, *args: Any, kind: str, seed: int, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        load.load(settings.FIXTURES)
        try:
            model = run.train(kind, seed)
        except Refusal as refusal:
            raise CommandError(f"{type(refusal).__name__}: {refusal}") from refusal
        export.write(model, report=options["report"], predictions=options["freeze"])
        self.stdout.write(model_registry.verdict(model))
