"""The version that a form was made from: all that it showed, signed, in one hidden field.

The form carries its values and not a number, so that an edit made meanwhile can be told field by
field. Whatever wrote (another tab, a list's action, a file, a program) is noticed; no table needs a
column for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core import signing
from django.forms.models import InlineForeignKeyField

from riskscore.admin.ui.field_text import Text, text_of

NAME = "_version"
SALT = "riskscore.form"
#: The address of the record itself among the rows of its form; a part's is ``minerals/12``.
RECORD = ""
Texts = dict[str, Text]


@dataclass(frozen=True, slots=True)
class Version:
    """What a form showed, row by row, and the questions that it asked and nobody answered yet.

    ``asked`` holds, by question, what the value was before both edits; ``apart`` what was typed
    into a row that somebody deleted.
    """

    rows: dict[str, Texts]
    asked: dict[str, Text] = field(default_factory=dict)
    apart: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def signed(self, record: str) -> str:
        """As a text that only we can write, for one record."""
        held = {"of": record, "rows": self.rows, "asked": self.asked, "apart": self.apart}
        return signing.dumps(held, salt=SALT, compress=True)


UNKNOWN = Version({})


def read(text: str, record: str) -> Version:
    """The version in a text; an empty one, of which nothing is known, if it is not ours."""
    try:
        held = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):
        return UNKNOWN
    if held.get("of") != record:
        return UNKNOWN
    return Version(held["rows"], held["asked"], held["apart"])


def named(record: Any) -> str:
    """A record by its table and key."""
    return f"{record._meta.label_lower}:{record.pk}"


def editable(form: forms.BaseForm, hidden: Iterable[str] = ()) -> dict[str, forms.Field]:
    """The fields of a form that a person can change."""
    left_out = {*hidden, forms.formsets.DELETION_FIELD_NAME, forms.formsets.ORDERING_FIELD_NAME}
    return {
        name: each
        for name, each in form.fields.items()
        if name not in left_out
        and not each.disabled
        and not isinstance(each, forms.FileField | InlineForeignKeyField)
    }


def texts(form: forms.BaseForm, fields: Iterable[str]) -> Texts:
    """The values that a form shows."""
    return {name: text_of(form.fields[name], form[name].value()) for name in fields}


def of_part(formset: Any) -> dict[str, forms.Field]:
    """The fields of a part's rows that a person can change."""
    return editable(formset.empty_form, (formset.model._meta.pk.name, formset.fk.name))


def shown_by(form: forms.BaseForm, formsets: Iterable[Any]) -> Version:
    """What an unsent form shows, with the rows of its parts."""
    rows = {RECORD: texts(form, editable(form))}
    for formset in formsets:
        names = of_part(formset)
        for row in formset.initial_forms:
            rows[f"{formset.prefix}/{row.instance.pk}"] = texts(row, names)
    return Version(rows)
