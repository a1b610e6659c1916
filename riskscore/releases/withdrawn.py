"""What was withdrawn, and since which edition, in words."""

from riskscore.models import Withdrawal


def between(after: int, until: int) -> list[tuple[int, str]]:
    """(edition, words) of what was withdrawn after one edition and up to another, newest first."""
    rows = Withdrawal.objects.filter(edition__gt=after, edition__lte=until)
    found = rows.select_related("release", "layer").order_by("-edition_id", "-id")
    return [(row.edition_id, str(row)) for row in found.defer("layer__mapped")]


def at(edition: int) -> str:
    """What was withdrawn with an edition, in words; empty if nothing was."""
    return "; ".join(words for _, words in between(edition - 1, edition))
