"""What the making of the tables of owners found: joins, refusals by reason, doubts."""

from collections import Counter
from collections.abc import Iterator, Sequence

from riskscore.bundle.bundle_report import table
from riskscore.bundle.ownership.owner_join import Joins
from riskscore.bundle.ownership.owner_statuses import FileStatuses
from riskscore.bundle.ownership.owner_tables import CompanyRow, OwnerRow


def owner_report(joins: Joins, companies: Sequence[CompanyRow], owners: Sequence[OwnerRow]) -> str:
    """A section of the report as Markdown."""
    return "\n".join(["", *_lines(joins, companies, owners)]).rstrip() + "\n"


def status_report(stated: FileStatuses) -> str:
    """A section of the report as Markdown."""
    return "\n".join(["", *_statuses(stated)]).rstrip() + "\n"


def _statuses(stated: FileStatuses) -> Iterator[str]:
    counts = Counter(row.status for row in stated.rows)
    yield "## Statuses of the file of owners"
    yield ""
    yield (
        f"{len(stated.rows):,} joined projects have a status, all unverified; of {stated.unknown:,}"
        " the file says that it is unknown."
    )
    yield ""
    yield from table(("status", "projects"), ((word, counts[word]) for word in sorted(counts)))
    yield ""
    yield "Words that are not understood, left out:"
    yield ""
    words = stated.not_understood
    yield from table(("word", "projects"), ((word, words[word]) for word in sorted(words)))


def _lines(
    joins: Joins, companies: Sequence[CompanyRow], owners: Sequence[OwnerRow]
) -> Iterator[str]:
    placed = sum(row.place is not None for row in companies)
    states = sum(row.state_owned is True for row in companies)
    yield "## Owners"
    yield ""
    yield (
        f"{len(owners):,} statements about {len({row.project for row in owners}):,} projects by "
        f"{len(companies):,} parties; {sum(row.share is not None for row in owners)} have a share. "
        f"{placed} parties have a country of their own, {states} are states or state-owned; of the "
        "others it is unknown. All are unverified."
    )
    yield ""
    yield "Proposed joins that were refused:"
    yield ""
    yield from table(
        ("reason", "joins"), ((why, len(joins.refused[why])) for why in sorted(joins.refused))
    )
    yield ""
    yield "Joins with another mineral, or the owners of a namesake:"
    yield ""
    shown = [
        (why, *pair)
        for why in sorted(joins.refused)
        if "mineral" in why or "namesake" in why
        for pair in sorted(joins.refused[why])
    ]
    yield from table(("reason", "project", "facility"), shown)
    yield ""
    yield "Words in place of a name, left out:"
    yield ""
    yield from table(
        ("word", "reason", "times"),
        ((*pair, joins.left_out[pair]) for pair in sorted(joins.left_out)),
    )
    yield ""
    doubts = Counter(
        " ".join("N" if word.isdigit() else word for word in doubt.split())
        for owned in joins.accepted
        for doubt in owned.doubt.split("; ")
        if doubt and "primary" not in doubt
    )
    by_product = sum("primary mineral" in owned.doubt for owned in joins.accepted)
    yield "Doubts about accepted joins (a join may have several):"
    yield ""
    rows = [(doubt, doubts[doubt]) for doubt in sorted(doubts)]
    if by_product:
        rows.append(("the facility does not name the project's primary mineral", by_product))
    yield from table(("doubt", "joins"), rows)
