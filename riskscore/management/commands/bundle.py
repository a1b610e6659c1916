"""Make the default bundle from a directory of publisher files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from riskscore.bundle.make import make
from riskscore.sources import BadFile


class Command(BaseCommand):
    help = "Make fixtures/ from a directory that holds data/, figures/ and cases/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", dest="source", type=Path, required=True, metavar="DIR")
        parser.add_argument("--to", dest="target", type=Path, default=Path("fixtures"))

    def handle(self, *args: Any, source: Path, target: Path, **options: Any) -> None:
        try:
            report = make(source, target)
        except (BadFile, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(report.projects):,} projects, {len(report.releases)} releases")
        self.stdout.write(f"see {target / 'bundle_report.md'}")
