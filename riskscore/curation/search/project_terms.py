"""Projects by the words of their keys and names, their places and minerals: one index."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import Expression, RawSQL

from riskscore.curation.search import folding, named_things
from riskscore.curation.search.named_things import NOTHING, Meaning
from riskscore.models import Company, Project


def condition(words: Sequence[str], meaning: Meaning = NOTHING) -> str:
    """A ``tsquery``: each word is the beginning of one of the project's own, or stands for its
    place or a mineral of it; words that name a region together may stand for it. Words are
    folded: letters and digits only."""
    parts: list[str] = []
    rest = list(words)
    for phrase in meaning.phrases:
        if phrase.words <= set(rest):
            own = " & ".join(_one(word, meaning) for word in rest if word in phrase.words)
            within = [f"'@{place}'" for place in sorted(phrase.places)]
            parts.append(f"({' | '.join([f'({own})', *within])})")
            rest = [word for word in rest if word not in phrase.words]
    return " & ".join([*parts, *(_one(word, meaning) for word in rest)])


def tagged(*, place: str = "", mineral: str = "") -> str:
    """The condition of projects of a country, of a mineral, or of both, by their codes."""
    tags = [f"'@{place}'"] * bool(place) + [f"'#{mineral}'"] * bool(mineral)
    return " & ".join(tags)


def _one(word: str, meaning: Meaning) -> str:
    places = (f"'@{place}'" for place in sorted(meaning.places.get(word, ())))
    minerals = (f"'#{mineral}'" for mineral in sorted(meaning.minerals.get(word, ())))
    ways = " | ".join([f"'{word}':*", *places, *minerals])
    return f"({ways})"


def of_text(text: str) -> str:
    """The condition of what somebody typed; "" where it has no letter."""
    words = folding.words(text)
    named = named_things.with_any_of(words) if words else []
    return condition(words, named_things.meant(words, named))


def narrowed(projects: QuerySet[Project], text: str) -> QuerySet[Project]:
    """Those of some projects that fit what somebody typed; none where it has no letter."""
    query = of_text(text)
    return projects.filter(_Fits(query)) if query else projects.none()


def matching(text: str) -> QuerySet[Project]:
    """The projects that fit what somebody typed."""
    return narrowed(Project.objects.order_by(), text)


class _Fits(Expression):
    """That a project fits a condition: of our own column, which no model has, since only the
    database writes it."""

    output_field = BooleanField()

    def __init__(self, query: str) -> None:
        super().__init__()
        self.query = query

    def as_sql(self, compiler: Any, _connection: Any) -> tuple[str, tuple[str, ...]]:
        """The column of the query's first table, under whatever name it has there."""
        table = compiler.quote_name_unless_alias(compiler.query.get_initial_alias())
        return f'{table}."terms" @@ %s::tsquery', (self.query,)


#: As the index of companies has it.
COMPANY = (
    "array_to_tsvector(string_to_array(riskscore_folded("
    "name || ' ' || key || ' ' || riskscore_joined(aliases)), ' '))"
)


def companies(text: str) -> QuerySet[Company]:
    """The companies of which words of key, name or aliases begin with each word."""
    words = folding.words(text)
    if not words:
        return Company.objects.none()
    # Its own table only: names of columns are not qualified, as in the index.
    ids = f"SELECT id FROM riskscore_company WHERE {COMPANY} @@ %s::tsquery"  # noqa: S608
    return Company.objects.order_by().filter(
        pk__in=RawSQL(ids, [condition(words)])  # noqa: S611 - our own text
    )
