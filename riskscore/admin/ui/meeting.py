"""Two edits of one record meet: the sent form is brought up to what the record is by now."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.http import QueryDict

from riskscore.admin.ui import field_text, form_versions
from riskscore.admin.ui.field_text import Text
from riskscore.admin.ui.form_versions import RECORD, Texts, Version
from riskscore.admin.ui.three_way import joined

CHOICE = "_choice:"
MINE, THEIRS = "mine", "theirs"
DELETE = forms.formsets.DELETION_FIELD_NAME
#: Rows that one part may have in a form; Django's own bound.
MOST = 2000
Cells = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Clash:
    """A value that both changed. ``name`` is the record's field; of a part's row it is empty."""

    key: str
    name: str
    label: str
    was: str
    mine: str
    theirs: str

    @property
    def choice(self) -> str:
        """The name of the two boxes to choose by."""
        return CHOICE + self.key

    @property
    def words(self) -> str:
        words = "You and somebody else both changed it. Choose above which one holds."
        return words if self.name else f"{self.label}: {words}"


@dataclass(slots=True)
class Meeting:
    """What came of it: the data to save, what is to be chosen, what was kept as the other's."""

    data: QueryDict
    version: Version
    clashes: list[Clash] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)


def meet(
    sent: QueryDict, files: Any, before: Version, form: forms.BaseForm, formsets: list[Any]
) -> Meeting:
    """Join what was sent with the record as it is now (``form`` and ``formsets``, unsent)."""
    now = form_versions.shown_by(form, formsets)
    table = _Table(sent.copy(), files, before, Version(now.rows))
    table.join_row(form, form_versions.editable(form), RECORD, "", form.prefix or "")
    for formset in formsets:
        _Part(table, formset).join()
    return table.met


class _Table:
    """What both edits are laid out on."""

    def __init__(self, data: QueryDict, files: Any, before: Version, now: Version) -> None:
        self.files, self.before, self.now = files, before, now
        self.met = Meeting(data, now)

    @property
    def data(self) -> QueryDict:
        return self.met.data

    def chosen(self, key: str) -> str:
        return str(self.data.get(CHOICE + key, ""))

    def join_row(
        self, form: Any, fields: dict[str, forms.Field], address: str, label: str, prefix: str
    ) -> None:
        """Field by field: who changed it is followed."""
        for name, each in fields.items():
            place = f"{prefix}-{name}" if prefix else name
            words = f"{label}{each.label or form[name].label}"
            self._join(form, name, each, _Spot(f"{address}/{name}", place, words, address))

    def _join(self, form: Any, name: str, each: forms.Field, spot: "_Spot") -> None:
        was = self.before.rows.get(spot.address, {}).get(name)
        theirs = self.now.rows[spot.address][name]
        typed = field_text.typed(each, self.data, self.files, spot.place)
        sent = None if typed is None else field_text.text_of(each, typed)
        mine = theirs if sent is None or self.chosen(spot.key) == THEIRS else sent
        result = joined(was, mine, theirs)
        waits = spot.key in self.before.asked and not self.chosen(spot.key) and mine != theirs
        if result.clash or waits:
            origin = self.before.asked.get(spot.key, was)
            self.clash(spot, each, origin, mine, theirs)
        elif result.value != sent:
            self._keep(form, name, each, spot, result.value)
            if was is not None and theirs not in (was, sent):
                self.met.kept.append(
                    f"{spot.label}: {field_text.shown(each, was)} → "
                    f"{field_text.shown(each, theirs)}"
                )

    def _keep(self, form: Any, name: str, each: forms.Field, spot: "_Spot", text: Text) -> None:
        value = text if isinstance(text, list) else form[name].value()
        field_text.put(self.data, each, spot.place, value)

    def clash(
        self, spot: "_Spot", each: forms.Field, was: Text | None, mine: Text, theirs: Text
    ) -> None:
        """Ask for it, and keep asking until it is answered."""
        words = [field_text.shown(each, one) for one in (mine, theirs)]
        before = "unknown" if was is None else field_text.shown(each, was)
        name = spot.place if spot.address == RECORD else ""
        self.met.clashes.append(Clash(spot.key, name, spot.label, before, *words))
        self.now.asked[spot.key] = "" if was is None else was


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a value stands: its question's key, its name in the data, its words, its row."""

    key: str
    place: str
    label: str
    address: str


class _Part:
    """The rows of one part: changed, deleted, added by either side."""

    def __init__(self, table: _Table, formset: Any) -> None:
        self.table, self.formset, self.prefix = table, formset, formset.prefix
        self.fields = form_versions.of_part(formset)
        self.key, self.title = formset.model._meta.pk.name, formset.model._meta.verbose_name
        self.rows = {str(row.instance.pk): row for row in formset.initial_forms}
        self.sent, self.new = self._taken()

    def _taken(self) -> tuple[dict[str, Cells], list[Cells]]:
        """Take what was sent about rows out of the data: rows on file by key, and new ones."""
        data, found = self.table.data, dict[int, Cells]()
        pattern = re.compile(rf"{re.escape(self.prefix)}-(\d{{1,6}})-(.+)", re.DOTALL)
        for name in list(data):
            if at := pattern.fullmatch(name):
                found.setdefault(int(at[1]), {})[at[2]] = data.pop(name)
        first, most = self._count("INITIAL_FORMS"), self._count("TOTAL_FORMS")
        known = {
            cells[self.key][0]: cells
            for at, cells in found.items()
            if at < first and cells.get(self.key)
        }
        return known, [found[at] for at in sorted(found) if first <= at < min(most, MOST)]

    def _count(self, name: str) -> int:
        text = str(self.table.data.get(f"{self.prefix}-{name}", ""))
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0

    def join(self) -> None:
        """Write the rows back: those on file first, each as both sides left it."""
        for at, (key, row) in enumerate(self.rows.items()):
            self._join(f"{self.prefix}-{at}", key, row)
        again = list(self._deleted_meanwhile())
        for at, cells in enumerate([*self.new, *again], len(self.rows)):
            self._write(f"{self.prefix}-{at}", cells)
        self.table.data[f"{self.prefix}-INITIAL_FORMS"] = str(len(self.rows))
        total = len(self.rows) + len(self.new) + len(again)
        self.table.data[f"{self.prefix}-TOTAL_FORMS"] = str(total)

    def _write(self, place: str, cells: Cells) -> None:
        for suffix, values in cells.items():
            self.table.data.setlist(f"{place}-{suffix}", values)

    def _join(self, place: str, key: str, row: Any) -> None:
        address = f"{self.prefix}/{key}"
        cells = self.sent.get(key, {})
        self._write(place, cells)
        self.table.data[f"{place}-{self.key}"] = key
        label = f"{str(self.title).capitalize()} “{row.instance}”, "
        if cells.get(DELETE):
            self._join_deletion(place, address, row, label)
        elif cells:
            self.table.join_row(row, self.fields, address, label, place)
        else:
            for name, each in self.fields.items():
                field_text.put(self.table.data, each, f"{place}-{name}", row[name].value())

    def _join_deletion(self, place: str, address: str, row: Any, label: str) -> None:
        """I delete it: so be it, unless somebody changed it meanwhile."""
        before, asked = self.table.before, address in self.table.before.asked
        chosen = self.table.chosen(address)
        was, now = before.rows.get(address), self.table.now.rows[address]
        for name, each in self.fields.items():
            field_text.put(self.table.data, each, f"{place}-{name}", row[name].value())
        if chosen == THEIRS:
            self.table.data.pop(f"{place}-{DELETE}")
        elif was != now or (asked and chosen != MINE):
            old = self._said(was) if was else "unknown"
            self._ask(address, label[:-2], old, "delete it", self._said(now))

    def _deleted_meanwhile(self) -> Iterator[Cells]:
        """Rows that I changed and somebody deleted: to be added again, if that is chosen."""
        for key, cells in self.sent.items():
            address = f"{self.prefix}/{key}"
            if key in self.rows or cells.get(DELETE):
                continue
            mine = self._texts(cells)
            was = self.table.before.rows.get(address)
            label = f"{str(self.title).capitalize()} “{self._said(was or mine)}”"
            if was is not None and mine == was:
                self.table.met.kept.append(f"{label}: deleted")
                continue
            typed = {name: each for name, each in cells.items() if name != self.key}
            self.table.now.apart[address] = typed
            old = self._said(was) if was else "unknown"
            self._ask(address, label, old, self._said(mine), "deleted it")
        yield from self._asked_before()

    def _asked_before(self) -> Iterator[Cells]:
        for address, cells in self.table.before.apart.items():
            if not address.startswith(f"{self.prefix}/"):
                continue
            chosen = self.table.chosen(address)
            if chosen == MINE:
                yield cells
            elif chosen != THEIRS:
                self.table.now.apart[address] = cells
                mine = self._said(self._texts(cells))
                label = f"{str(self.title).capitalize()} “{mine}”"
                was = str(self.table.before.asked.get(address, ""))
                self._ask(address, label, was, mine, "deleted it")

    def _ask(self, key: str, label: str, was: str, mine: str, theirs: str) -> None:
        self.table.met.clashes.append(Clash(key, "", label, was, mine, theirs))
        self.table.now.asked[key] = was

    def _texts(self, cells: Cells) -> Texts:
        """What was typed into a row, as its fields understand it."""
        data = QueryDict(mutable=True)
        for suffix, values in cells.items():
            data.setlist(f"x-{suffix}", values)
        sent = {
            name: field_text.typed(each, data, self.table.files, f"x-{name}")
            for name, each in self.fields.items()
        }
        return {name: field_text.text_of(self.fields[name], each) for name, each in sent.items()}

    def _said(self, texts: Texts) -> str:
        """A row in words."""
        parts = [
            f"{each.label or name} {field_text.shown(each, texts[name])}"
            for name, each in self.fields.items()
            if texts.get(name)
        ]
        return ", ".join(parts) or "nothing"
