"""Forms that say in words what is wrong, ask about what is implausible, and preset no judgement."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from riskscore.admin.ui import constraint_words
from riskscore.admin.ui.error_summary import DOUBT
from riskscore.curation import record_checks
from riskscore.sources.checks import text_checks

CONFIRMED = "_confirmed"
#: What Django says of a value that is none, in the words that files say it with.
WORDS: dict[type[forms.Field], dict[str, str]] = {
    forms.URLField: {"invalid": text_checks.NO_ADDRESS.sentence},
    forms.FloatField: {"invalid": "Not a finite number."},
    forms.DateField: {"invalid": "Not a date."},
    forms.ChoiceField: {"invalid_choice": "An unknown word: not one of the available choices."},
}

if TYPE_CHECKING:
    Base = forms.ModelForm
else:

    class Base(forms.ModelForm):
        """Django's form, which takes no type arguments at run time."""

        def __class_getitem__(cls, _row: object) -> type:
            return cls


class Careful(Base[Any]):
    """A form over one row that refuses the impossible and asks about the implausible."""

    #: Judgements that nobody has made yet: they begin empty, whatever the table's default is.
    begins_empty: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: (field, words) of what is implausible and not confirmed.
        self.questions: list[tuple[str, str]] = []
        for each in self.fields.values():
            _in_our_words(each)
        given = kwargs.get("initial") or {}
        if self.instance._state.adding:
            for name in self.begins_empty:
                if name in self.fields and name not in given:
                    self.initial.pop(name, None)
                    self.fields[name].initial = None

    def faults(self) -> Iterator[record_checks.Found]:
        """What no record can say, as files and the API refuse it."""
        return record_checks.of_any(self.cleaned_data)

    def implausible(self) -> Iterator[tuple[str, str]]:
        """What may be a slip, as (field, question); asked only of a form without errors."""
        return iter(())

    @property
    def question_mark(self) -> str:
        """Names the questions: who confirms them confirms no others."""
        return sha256(repr(self.questions).encode()).hexdigest()[:16]

    def _post_clean(self) -> None:
        if self.has_changed():
            self._refuse(list(self.faults()))
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._ask()

    def _refuse(self, found: Iterable[record_checks.Found]) -> None:
        """Each fault beside its field; of what stands there already nothing is said."""
        changed, is_new = set(self.changed_data), self.instance._state.adding
        for fields, fault in found:
            name = fields[0] if fields[0] in self.fields else None
            if (is_new or changed.intersection(fields)) and fields[0] not in self.errors:
                self.add_error(name, fault.sentence)

    def _ask(self) -> None:
        self.questions = list(self.implausible())
        if self.data.get(self.add_prefix(CONFIRMED)) == self.question_mark:
            self.questions = []
        for name, words in self.questions:
            self.add_error(name, ValidationError(words, code=DOUBT))

    def _update_errors(self, errors: ValidationError) -> None:
        told = constraint_words.in_words(self.instance, errors)
        if hasattr(told, "error_dict"):
            told = self._of_known_fields(told)
        super()._update_errors(told)  # type: ignore[misc]

    def _of_known_fields(self, errors: ValidationError) -> ValidationError:
        """An error of a field that is not in the form is one of the form."""
        result: dict[str, list[Any]] = {}
        for name, each in errors.error_dict.items():
            known = name if name in self.fields else NON_FIELD_ERRORS
            result.setdefault(known, []).extend(each)
        return ValidationError(result)


def _in_our_words(field: forms.Field) -> None:
    for kind, words in WORDS.items():
        if isinstance(field, kind) and not isinstance(field, forms.ModelChoiceField):
            field.error_messages = {**field.error_messages, **words}
    if most := getattr(field, "max_length", None):
        field.error_messages = {
            **field.error_messages, "max_length": f"Longer than {most} characters.",
        }  # fmt: skip
