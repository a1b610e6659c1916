"""`python manage.py withdraw CODE --reason "…" [--dry-run]`: take a release, a layer or an import
back, after showing which scores move."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser

from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.curation.withdrawals.outcome import CannotWithdraw, Outcome, called
from riskscore.management import withdraw_words


class Command(BaseCommand):
    """As of earlier editions it still stands. With --dry-run nothing is written."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """What, why, and whether only to look."""
        parser.add_argument("code", help="code of a release or a layer, or the id of an import")
        parser.add_argument("--reason", default="", help="why; shown beside every score it moves")
        parser.add_argument("--dry-run", action="store_true", help="only say what would follow")

    def handle(self, *args: Any, code: str, reason: str, dry_run: bool, **options: Any) -> None:
        """Withdraw it, or say what would follow."""
        try:
            target = withdrawing.find(code)
            if dry_run:
                seen = withdrawing.preview(target)
                self._say(seen.outcome, f"{called(target)} would be withdrawn")
                for line in withdraw_words.of_moves(seen.moves):
                    self.stdout.write(line)
            else:
                self._say(withdrawing.withdraw(target, reason), f"{called(target)} is withdrawn")
        except CannotWithdraw as error:
            raise CommandError(str(error)) from error

    def _say(self, outcome: Outcome, first: str) -> None:
        self.stdout.write(first)
        for line in withdraw_words.of_outcome(outcome):
            self.stdout.write(line)
