"""Forms that say in words what is wrong, ask about what is implausible, and preset no judgement."""

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from riskscore.admin.ui import constraint_words
from riskscore.admin.ui.error_summary import DOUBT
from riskscore.sources.readers.formula_guard import is_formula

CONFIRMED = "_confirmed"
#: Names and labels: what a spreadsheet would run is refused in them, as it is in files.
PLAIN = ("name", "title", "stage", "unit", "buyer", "term")
FORMULA = "A spreadsheet would run this text as a formula: remove the sign that it begins with."

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
        given = kwargs.get("initial") or {}
        if self.instance._state.adding:
            for name in self.begins_empty:
                if name in self.fields and name not in given:
                    self.initial.pop(name, None)
                    self.fields[name].initial = None

    def implausible(self) -> Iterator[tuple[str, str]]:
        """What may be a slip, as (field, question); asked only of a form without errors."""
        return iter(())

    @property
    def question_mark(self) -> str:
        """Names the questions: who confirms them confirms no others."""
        return sha256(repr(self.questions).encode()).hexdigest()[:16]

    def _post_clean(self) -> None:
        for name in set(PLAIN) & set(self.changed_data):
            if is_formula(str(self.cleaned_data.get(name) or "")):
                self.add_error(name, FORMULA)
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            self._ask()

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
