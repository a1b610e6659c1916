"""`manage.py withdraw CODE --reason "…" [--dry-run]`: take back a release, a layer or an import."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from riskscore.management import withdraw_command


class Command(BaseCommand):
    """As of earlier editions it still stands. With --dry-run nothing is written."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What, why, and whether only to look."""
        parser.add_argument("code", help="code of a release or a layer, or the id of an import")
        parser.add_argument("--reason", default="", help="why; shown beside every score it moves")
        parser.add_argument("--dry-run", action="store_true", help="only say which scores move")

    def handle(self, *args: Any, code: str, reason: str, dry_run: bool, **options: Any) -> None:
        """Withdraw it, or say what would follow."""
        try:
            withdraw_command.run(code, reason, self.stdout.write, only_look=dry_run)
        except withdraw_command.FAULTS as error:
            raise CommandError(str(error)) from error
