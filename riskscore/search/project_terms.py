"""Projects by the words of their keys and names, their places and minerals: one index."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from riskscore.models import Company, Project
from riskscore.search import folding, named_things
from riskscore.search.named_things import Meant


def condition(words: Sequence[str], stand_for: Mapping[str, Meant]) -> str:
    """A ``tsquery``: each word is the beginning of one of the project's own, or stands for its
    place or a mineral of it. Words are folded: letters and digits only."""
    return " & ".join(f"({' | '.join(_ways(word, stand_for.get(word)))})" for word in words)


def _ways(word: str, also: Meant | None) -> Iterable[str]:
    yield f"'{word}':*"
    if also is not None:
        yield from (f"'@{place}'" for place in sorted(also.places))
        yield from (f"'#{mineral}'" for mineral in sorted(also.minerals))


def of_text(text: str) -> str:
    """The condition of what somebody typed; "" where it has no letter."""
    words = folding.words(text)
    named = named_things.with_any_of(words) if words else []
    return condition(words, named_things.meant(words, named))


def narrowed(projects: QuerySet[Project], text: str) -> QuerySet[Project]:
    """Those of some projects that fit what somebody typed; none where it has no letter."""
    query = of_text(text)
    return projects.filter(_fits(query)) if query else projects.none()


def matching(text: str) -> QuerySet[Project]:
    """The projects that fit what somebody typed."""
    return narrowed(Project.objects.order_by(), text)


def _fits(query: str) -> RawSQL:
    return RawSQL(
        '"riskscore_project"."terms" @@ %s::tsquery', [query], BooleanField()
    )


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
        pk__in=RawSQL(ids, [condition(words, {})])  # noqa: S611 - our own text
    )
