"""`python manage.py rescore`: start a job over all projects; the workers do the rest."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from riskscore.errors import RiskscoreError
from riskscore.jobs import requests


class Command(BaseCommand):
    """Start a job through the door that the API and the admin use."""

    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the lens."""
        parser.add_argument("--method", default=settings.DEFAULT_METHOD)
        parser.add_argument("--importer", default="WLD", help="ISO alpha-3, EUU, or WLD for nobody")

    def handle(self, *args: Any, method: str, importer: str, **options: Any) -> None:
        """Start the job and say its number."""
        try:
            lens = requests.lens_for(method, importer)
            job = requests.start({"all": True}, lens=lens, reason="rescore command")
        except RiskscoreError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"job {job.id} is queued: see /admin/riskscore/job/{job.id}/")
