"""Query parameters as serializer fields: each reads one text, strictly, and documents itself.

A view lists its parameters; any other one is a 400, since a silently ignored typing error is an
answer to a question nobody asked. What reaches a query is always a lookup that stands in our
code, never a name from the URL.
"""

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from riskscore.api.framework.problems import of_parameters
from riskscore.config.plain_numbers import json_number

QueryValues = dict[str, Any]
Known = Callable[[], Collection[Any]]
LONGEST = 2000  # characters of one parameter
MOST = 50  # values of one parameter


class OneText:
    """What holds for every text of a query, before its field reads it."""

    def run_validation(self, text: Any = serializers.empty) -> Any:
        """The value. Raises ValidationError with words for the client."""
        if "\0" in text:
            raise ValidationError("holds the character NUL")
        if "\ufffd" in text:
            raise ValidationError("is not UTF-8")
        most = getattr(self, "max_length", None) or LONGEST
        if len(text) > most:
            raise ValidationError(f"longer than {most} characters")
        return self.to_internal_value(text)

    def to_internal_value(self, text: Any) -> Any:
        """The value of a text."""
        raise NotImplementedError


class TextField(OneText, serializers.CharField):
    """Any text; with ``shape`` only one that matches it as a whole, else ``words`` are said."""

    def __init__(self, shape: str = "(?s).*", words: str = "", **more: Any) -> None:
        super().__init__(**{"required": False, **more})
        self.shape, self.words = shape, words

    def to_internal_value(self, text: Any) -> Any:
        """The text itself."""
        return matching(self.shape, self.words, text)


class SearchField(TextField):
    """Free text, matched literally: % and _ are no wildcards."""

    def __init__(self, **more: Any) -> None:
        words = "say 2 to 100 characters"
        super().__init__(r"(?s).{2,100}", words, min_length=2, max_length=100, **more)


class KnownField(TextField):
    """A code that a table holds; ``known`` gives those that exist."""

    def __init__(self, known: Known, **more: Any) -> None:
        super().__init__(r"[A-Za-z0-9_-]{1,60}", "letters, digits, _ and - only", **more)
        self.known = known


class ChoiceField(OneText, serializers.ChoiceField):
    """One of a fixed list. Clients should expect that the list grows."""

    def __init__(self, choices: Iterable[Any], **more: Any) -> None:
        super().__init__(**{"choices": [str(each) for each in choices], "required": False, **more})

    def known(self) -> Collection[Any]:
        """The list."""
        return list(self.choices)

    def to_internal_value(self, text: Any) -> Any:
        """The text, if it is in the list."""
        return text


class WholeField(OneText, serializers.IntegerField):
    """A whole number within [low, high]; with ``cap`` anything above is read as ``high``."""

    def __init__(self, low: int, high: int, *, cap: bool = False, **more: Any) -> None:
        most = {} if cap else {"max_value": high}
        super().__init__(**{"required": False, "min_value": low, **most, **more})
        self.low, self.high, self.cap = low, high, cap

    def to_internal_value(self, text: Any) -> Any:
        """The number."""
        words = f"say a whole number from {self.low} to {self.high}"
        matching(r"[0-9]{1,4000}", words, text)
        value = int(text) if len(text) <= 18 else self.high + 1
        if value < self.low or (value > self.high and not self.cap):
            raise ValidationError(words)
        return min(value, self.high)


class DecimalField(OneText, serializers.FloatField):
    """A number as JSON writes it, within [low, high]."""

    def __init__(self, low: float, high: float, **more: Any) -> None:
        super().__init__(**{"required": False, "min_value": low, "max_value": high, **more})
        self.low, self.high = low, high

    def to_internal_value(self, text: Any) -> Any:
        """The number."""
        value = json_number(text)
        if value is None or not self.low <= value <= self.high:
            raise ValidationError(f"say a number from {self.low:g} to {self.high:g}")
        return value


class FlagField(OneText, serializers.BooleanField):
    """True or false; false when it is left out."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"default": False, **more})

    def to_internal_value(self, text: Any) -> Any:
        """The flag."""
        return matching("true|false", "say true or false", text) == "true"


class DayField(OneText, serializers.DateField):
    """A day, written YYYY-MM-DD and no other way."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"required": False, **more})

    def to_internal_value(self, text: Any) -> Any:
        """The day."""
        words = "say a day such as 2026-01-31"
        try:
            return date.fromisoformat(matching(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", words, text))
        except ValueError:
            raise ValidationError(words) from None


class MomentField(OneText, serializers.DateTimeField):
    """RFC 3339; without an offset UTC is meant."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"required": False, **more})

    def to_internal_value(self, text: Any) -> datetime:
        """The moment in UTC: PostgreSQL takes no offset of 16 hours and more, RFC 3339 does."""
        try:
            found = parse_datetime(text.replace(" ", "+"))  # a plus sign that was not escaped
            if found is not None:
                return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            pass
        raise ValidationError("say a time such as 2026-01-31T00:00:00Z")


class Several(serializers.ListField):
    """Several values, separated by commas or by repeating the parameter."""

    def __init__(self, child: serializers.Field[Any, Any, Any, Any], **more: Any) -> None:
        super().__init__(**{"child": child, "required": False, **more})


def matching(shape: str, words: str, text: str) -> str:
    """The text, if it matches as a whole. Raises ValidationError with the words."""
    if not re.fullmatch(shape, text):
        raise ValidationError(words)
    return text


def read(fields: Mapping[str, Any], query: QueryDict) -> QueryValues:
    """Each parameter's value, or its default. Raises one Problem that names all faults."""
    wrong = {name[:60]: _unknown(name, fields) for name in query if name not in fields}
    values: QueryValues = {}
    for name, field in fields.items():
        try:
            values[name] = _value(field, query.getlist(name))
        except ValidationError as error:
            wrong[name] = _words(error.detail)
    if wrong:
        raise of_parameters(wrong)
    return values


def _value(field: Any, given: Sequence[str]) -> Any:
    many = isinstance(field, Several)
    if not given:
        return None if field.default is serializers.empty else field.get_default()
    texts = [part.strip() for text in given for part in text.split(",")] if many else given
    if len(texts) > (MOST if many else 1):
        raise ValidationError(f"at most {MOST} values" if many else "given more than once")
    reader = field.child if many else field
    values = [reader.run_validation(text) for text in texts]
    if known := getattr(reader, "known", None):
        _refuse_unknown(values, known())
    return values if many else values[0]


def _refuse_unknown(values: Iterable[Any], known: Collection[Any]) -> None:
    for value in values:
        if value not in known:
            near = difflib.get_close_matches(str(value), map(str, known), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ValidationError(f"{value!r} does not exist{hint}")


def _unknown(name: str, declared: Collection[str]) -> str:
    near = difflib.get_close_matches(name[:60], declared, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(declared) or 'none'}"
    return f"not a parameter here; {hint}"


def _words(detail: Any) -> str:
    return "; ".join(map(str, detail if isinstance(detail, list) else [detail]))
