"""What `manage.py withdraw` does: withdraw something, or say what would follow, line by line."""

from collections.abc import Callable, Iterator, Sequence

from riskscore.curation.withdrawals import withdraw as withdrawing
from riskscore.curation.withdrawals.moves import Move, Moves
from riskscore.curation.withdrawals.outcome import CannotWithdraw, Outcome, called

FAULTS = (CannotWithdraw,)


def run(code: str, reason: str, say: Callable[[str], object], *, only_look: bool) -> None:
    """Withdraw what is called so, and say what follows. Raises CannotWithdraw."""
    target = withdrawing.find(code)
    if only_look:
        seen = withdrawing.preview(target)
        lines = [f"{called(target)} would be withdrawn", *of_outcome(seen.outcome)]
        lines += of_moves(seen.moves)
    else:
        outcome = withdrawing.withdraw(target, reason)
        lines = [f"{called(target)} is withdrawn", *of_outcome(outcome)]
    for line in lines:
        say(line)


def of_outcome(outcome: Outcome) -> Iterator[str]:
    """What becomes of the records, what is left to a person, and what to know."""
    yield from (f"{number:,} {words}" for number, words in outcome.counts)
    yield from (f"left for a person: {words}" for words in outcome.left)
    if more := outcome.left_count - len(outcome.left):
        yield f"… and {more:,} more"
    yield from outcome.warnings


def of_moves(moves: Sequence[Moves]) -> Iterator[str]:
    """A line for each buyer's view, and one for each of its largest moves."""
    for one in moves:
        of = (
            ""
            if one.scored == one.concerned
            else (f", of {one.scored:,} that were scored, one for each place and mineral")
        )
        yield f"{one.lens}: {one.concerned:,} projects concerned, {one.moved:,} scores move{of}"
        yield from (f"  {_words(move)}" for move in one.largest)


def _words(move: Move) -> str:
    nodes = [name for name, value in move.before.items() if value != move.after[name]]
    parts = [f"{name} {_points(move.before[name])} → {_points(move.after[name])}" for name in nodes]
    return f"{move.key} {move.name}: {', '.join(parts)}"


def _points(value: float | None) -> str:
    return "not assessed" if value is None else f"{value:.2f}"
