"""Text as it is compared: without case, accents and punctuation. The rule is the database's own
(``riskscore_folded`` in riskscore/sql/search_terms.sql), so that texts and indexes agree."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, Field, TextField, Transform

#: No more of a text is looked at.
MOST_LETTERS, MOST_WORDS = 200, 12


def plain(text: str) -> str:
    """A text that PostgreSQL takes, not longer than what is looked at."""
    return text.replace("\0", " ").strip()[:MOST_LETTERS]


def folded(texts: Sequence[str]) -> list[str]:
    """Each text folded: ``Peñasquito (Mine)`` is ``penasquito mine``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT riskscore_folded(text) FROM unnest(%s::text[]) WITH ORDINALITY each(text, at)"
            " ORDER BY at",
            [[plain(text) for text in texts]],
        )
        return [text for (text,) in cursor.fetchall()]


def words(text: str) -> list[str]:
    """The words of a text, folded, each once, the first twelve."""
    return list(dict.fromkeys(folded([text])[0].split()))[:MOST_WORDS]


class _Folded(Transform):
    """``name__folded``: a column as it is compared."""

    lookup_name = "folded"
    function = "riskscore_folded"
    output_field = TextField()


class _FoldedList(_Folded):
    """The same of a list of names."""

    template = "riskscore_folded(riskscore_joined(%(expressions)s))"


def register() -> None:
    """Make ``__folded`` known to texts and to lists of texts."""
    for field in (CharField, TextField):
        field.register_lookup(_Folded)
    ArrayField.register_lookup(_FoldedList)


register()


def is_text(field: Any) -> bool:
    """Whether ``__folded`` may be asked of a column."""
    whole: Field[Any, Any] = field.base_field if isinstance(field, ArrayField) else field
    return isinstance(whole, CharField | TextField)
