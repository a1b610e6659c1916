"""What all admin pages of ours share: quick lists, nothing deleted, no silent surprises."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import AutoField, BigAutoField, ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from unfold.admin import TabularInline as UnfoldTabularInline

from riskscore.admin.ui.careful import Careful
from riskscore.admin.ui.confirmed_actions import ConfirmedActions
from riskscore.admin.ui.lists.listed import Listed
from riskscore.admin.ui.record_events import lines
from riskscore.admin.ui.versioned import REFUSAL, Row, Versioned
from riskscore.curation import challenges, record_history
from riskscore.curation.search import list_search
from riskscore.jobs import requests, scope

Child = TypeVar("Child", bound=Model)
Parent = TypeVar("Parent", bound=Model)

if TYPE_CHECKING:
    _Inline = admin.TabularInline
    FormSet = forms.BaseInlineFormSet
else:
    # The classes take no type arguments at run time; Django's stubs demand them.
    class _Inline(UnfoldTabularInline):
        def __class_getitem__(cls, _rows: object) -> type:
            return cls

    class FormSet(forms.BaseInlineFormSet):
        """Rows of a form that belong to the row above."""

        def __class_getitem__(cls, _rows: object) -> type:
            return cls


class Form(Careful, Generic[Row]):
    """A form over one row."""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


class Page(Listed[Row], ConfirmedActions[Row], Versioned[Row]):
    """A list and a form over one table. Nothing is deleted: what is over is archived or ended."""

    form = Careful
    object_history_template = "admin/record_history.html"
    empty_value_display = "–"
    #: What saving may raise whose words are for the person; nothing is saved then.
    refusals: tuple[type[Exception], ...] = ()

    def has_delete_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Row], search_term: str
    ) -> tuple[QuerySet[Row], bool]:
        """What the search box finds: case, accents and the order of words do not matter."""
        return list_search.narrowed(queryset, self.get_search_fields(request), search_term), False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The values that the address presets, without row numbers that are no numbers."""
        initial: dict[str, Any] = super().get_changeform_initial_data(request)
        numbered = self._numbered()
        return {
            name: value
            for name, value in initial.items()
            if name not in numbered or _is_number(str(value))
        }

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """With refusals in words. Django's own form would fail on what is no number of a row."""
        for name in self._numbered():
            sent = request.POST.get(name)
            if sent and not _is_number(sent):
                text = f"Nothing was saved: {name.replace('_', ' ')} {sent[:40]!r} is no row."
                return self._refuse(request, text)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except self.refusals as error:
            refused = f"Nothing was saved. {error}"
        except DatabaseError as error:
            if request.method != "POST":
                raise
            first = str(error).splitlines()[0]
            refused = f"Nothing was saved: the database refused it ({first})."
        # The form again, with all that was typed into it, and the reason on top.
        setattr(request, REFUSAL, refused)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _refuse(self, request: HttpRequest, message: str) -> HttpResponse:
        self.message_user(request, message, messages.ERROR)
        return HttpResponseRedirect(request.get_full_path())

    def _numbered(self) -> set[str]:
        """The fields that name a row of another table by its number."""
        keys = (field for field in self.opts.concrete_fields if isinstance(field, ForeignKey))
        return {key.name for key in keys if isinstance(key.target_field, AutoField | BigAutoField)}

    def around(self, request: HttpRequest, row: Row) -> dict[str, Any]:
        """What the page of a row shows around its columns; for its template."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        answer = super().change_view(request, object_id, form_url, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            row = answer.context_data.get("original")
            if row is not None:
                answer.context_data.update(self.around(request, row))
        return answer

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What changed, before and after, above the notes that admin keeps."""
        events = lines(record_history.of_record(self.model, unquote(object_id)))
        return super().history_view(request, object_id, {"events": events, **(extra_context or {})})

    def row(self, request: HttpRequest, object_id: str) -> Row:
        """The row of a page of our own. Raises PermissionDenied for who may not see its list, and
        Http404 if there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404(f"no {self.opts.verbose_name} has the id {object_id}")
        return row


class ReadOnly(Page[Row]):
    """Rows that only programs write: people look at them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Row | None = None) -> bool:
        return False


class Part(_Inline[Child, Parent]):
    """Rows of a form that belong to the row above."""

    form = Careful
    extra = 0

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Named for screen readers: in a table a field has the heading of its column alone."""
        made = super().formfield_for_dbfield(db_field, request, **kwargs)
        if made is not None:
            made.widget.attrs.setdefault("aria-label", capfirst(str(made.label)))
        return made


class Rescoring(Page[Row]):
    """A form whose saving starts work. If the work is refused, nothing at all is saved."""

    refusals = (
        requests.CannotStart, scope.BadScope, challenges.CannotAnswer, challenges.NotYours,
    )  # fmt: skip


class OneButton(Page[Row]):
    """A form that begins something: it is saved once, and its page follows what was begun."""

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Without "save and add another" and "save and continue editing"."""
        buttons = ("show_save_and_add_another", "show_save_and_continue")
        shown: dict[str, Any] = dict.fromkeys(buttons, False)
        return super().add_view(request, form_url, {**(extra_context or {}), **shown})
