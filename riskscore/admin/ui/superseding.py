"""Forms of new versions: a statement never changes, so edits meet at the version they replace.

Such a form is begun from a statement (``?replaces=``). If that has a newer version by the time that
the form is sent, what was typed is joined with the newest one field by field, as two edits of one
record are, and replaces that one. What both said differently is asked about.
"""

from typing import Any

from django import forms
from django.contrib.admin.utils import flatten_fieldsets
from django.http import HttpRequest, HttpResponse

from riskscore.admin.ui import field_text, form_versions
from riskscore.admin.ui.meeting import Meeting, meet
from riskscore.admin.ui.pages import Page
from riskscore.admin.ui.versioned import MEETING, Row

#: The field that names the statement which a new version replaces.
REPLACES = "replaces"
NEWEST = "_riskscore_newest"


class Superseding(Page[Row]):
    """A page whose add form writes a new version of a statement, or a new statement."""

    def begun_from(self, old: Any) -> dict[str, Any]:
        """What the form of a new version shows of the one that it replaces, by field."""
        return self.stated(old)

    def stated(self, statement: Any) -> dict[str, Any]:
        """What a statement says, by field of the form."""
        form: Any = self.form
        return forms.model_to_dict(statement, form.Meta.fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        old = self._named(request.GET.get(REPLACES, ""))
        begun = self.begun_from(old) if old is not None else {}
        return {**super().get_changeform_initial_data(request), **begun}

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra: Any
    ) -> HttpResponse:
        """Django calls this inside a transaction."""
        if request.method == "POST" and object_id is None and not hasattr(request, MEETING):
            old = self._named(request.POST.get(REPLACES, ""))
            if old is not None and self.has_add_permission(request):
                self._meet_newest(request, old)
        answer: HttpResponse = super()._changeform_view(request, object_id, form_url, extra)
        return answer

    def _named(self, number: str) -> Any:
        rows = self.model._default_manager
        return rows.filter(pk=int(number)).first() if _is_number(number) else None

    def _meet_newest(self, request: HttpRequest, old: Any) -> None:
        """Bring what was sent up to the newest version of the statement, which is locked."""
        newest = self._newest(old)
        if newest.pk != old.pk and self._says_the_same(request, newest):
            return  # sent twice: the form says that there is a newer version
        sent = str(request.POST.get(form_versions.NAME, ""))
        before = form_versions.read(sent, form_versions.named(old))
        if before is form_versions.UNKNOWN:  # the link alone: it showed what it names
            before = form_versions.shown_by(self._shown(request, old), [])
        met = meet(request.POST, request.FILES, before, self._shown(request, newest), [])
        met.data[REPLACES] = str(newest.pk)
        setattr(request, MEETING, met)
        setattr(request, NEWEST, newest)
        request.POST = met.data  # type: ignore[assignment]

    def _newest(self, old: Any) -> Any:
        """The end of the line of versions; nobody adds one until this is done."""
        rows = self.model._default_manager
        newest = rows.select_for_update(no_key=True).get(pk=old.pk)
        while (newer := rows.filter(supersedes=newest.pk).first()) is not None:
            newest = rows.select_for_update(no_key=True).get(pk=newer.pk)
        return newest

    def _says_the_same(self, request: HttpRequest, newest: Any) -> bool:
        """Whether the form that was sent states what the newest version states."""
        stated = self.stated(newest)
        return all(
            field_text.text_of(each, stated.get(name))
            == field_text.text_of(each, field_text.typed(each, request.POST, request.FILES, name))
            for name, each in self._shown(request, newest).fields.items()
        )

    def _shown(self, request: HttpRequest, statement: Any) -> forms.BaseForm:
        """The form as it is when it is begun from a statement, without what nobody sees."""
        fields = flatten_fieldsets(self.get_fieldsets(request, None))
        made = self.get_form(request, None, change=False, fields=fields)
        form: forms.BaseForm = made(initial=self.begun_from(statement))
        for name in [name for name, each in form.fields.items() if each.widget.is_hidden]:
            del form.fields[name]
        return form

    def version_of(self, request: HttpRequest, record: Any, form: Any, sets: Any) -> str:
        """Of an add form: that of the statement which a new version is begun from."""
        if record is not None:
            return super().version_of(request, record, form, sets)
        newest = getattr(request, NEWEST, None) or self._named(request.GET.get(REPLACES, ""))
        if newest is None:
            return ""
        met: Meeting | None = getattr(request, MEETING, None)
        version = met.version if met else form_versions.shown_by(self._shown(request, newest), [])
        return version.signed(form_versions.named(newest))

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """With who wrote the version that came meanwhile."""
        newest = getattr(request, NEWEST, None)
        if newest is not None:
            context["last_edit"] = {"user": newest.entered_by, "action_time": newest.entered_at}
        return super().render_change_form(request, context, *args, **kwargs)

    def response_add(self, request: HttpRequest, obj: Row, *args: Any, **kwargs: Any) -> Any:
        """Saved: and what was kept of somebody else's version."""
        self.say_kept(request)
        return super().response_add(request, obj, *args, **kwargs)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
