"""What stands against saving a form: in words, on top of the page, with links to the fields."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

#: The code of errors that a person may overrule.
DOUBT = "doubt"


@dataclass(frozen=True, slots=True)
class Fault:
    """One error: its field's words, the element to go to ("" none), and what is wrong."""

    label: str
    target: str
    words: str


def faults(form: Any, formsets: Sequence[Any]) -> list[Fault]:
    """All errors of a sent form and of the rows of its parts, in the order of the page."""
    return [*_of_form(form, ""), *(fault for part in formsets for fault in _of_part(part))]


def _of_part(formset: Any) -> Iterator[Fault]:
    title = str(formset.model._meta.verbose_name)
    group = f"{formset.prefix}-group"
    for words in formset.non_form_errors():
        yield Fault(str(formset.model._meta.verbose_name_plural).capitalize(), group, str(words))
    for at, row in enumerate(formset.forms, 1):
        if row.errors:
            yield from _of_form(row, f"{title.capitalize()} {at}, ")


def _of_form(form: Any, before: str) -> Iterator[Fault]:
    for name, errors in form.errors.items():
        for words in errors:
            if name == NON_FIELD_ERRORS or name not in form.fields:
                yield Fault(before.removesuffix(", "), "", str(words))
            else:
                yield _of_field(form[name], before, str(words))


def _of_field(bound: Any, before: str, words: str) -> Fault:
    target = bound.id_for_label or bound.auto_id
    label = str(bound.label)
    return Fault(f"{before}{label}" if before else label, target, words)


def refusing(form: type[Any], against: Sequence[tuple[str, str]]) -> type[Any]:
    """The form, which is never valid: for reasons that lie outside of what was typed."""

    class Refusing(form):  # type: ignore[misc]
        def _clean_form(self) -> None:
            super()._clean_form()
            for name, words in against:
                known = name if name in self.fields else None
                self.add_error(known, ValidationError(words))

    Refusing.__name__ = form.__name__
    return Refusing


def only_doubts(form: forms.BaseForm) -> bool:
    """Whether all that stands against a form may be overruled."""
    errors = [each for field in form.errors.as_data().values() for each in field]
    return bool(errors) and all(each.code == DOUBT for each in errors)
