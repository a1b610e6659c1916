"""What a withdrawal does and which scores move, as lines for a terminal."""

from collections.abc import Iterator, Sequence

from riskscore.curation.withdrawals.moves import Move, Moves
from riskscore.curation.withdrawals.outcome import Outcome


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
