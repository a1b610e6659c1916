"""Lists that people save: the bar above each list, and the page on which saved ones are changed."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from riskscore.admin.ui.lists import kept
from riskscore.admin.ui.versioned import Admin, Row
from riskscore.errors import RiskscoreError
from riskscore.models import SavedList


class SaveForm(forms.Form):
    """The name of a list, who sees it, and whether it opens first."""

    name = forms.CharField(max_length=80)
    shared = forms.BooleanField(required=False)
    default = forms.BooleanField(required=False)


class Saved(Admin[Row]):
    """A list that people save as they filtered, sorted and chose it."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_saved"
        view = self.admin_site.admin_view
        change = view(require_POST(self.change_saved))
        return [
            path("saved/", view(self.saved_lists), name=name),
            path("saved/new/", view(require_POST(self.save_list)), name=f"{name}_new"),
            path("saved/<int:number>/<str:what>/", change, name=f"{name}_change"),
            *super().get_urls(),
        ]

    def default_list(self, request: HttpRequest) -> str | None:
        """The address of what this person sees first, where nothing else is asked for."""
        if request.method != "GET" or request.GET:
            return None
        saved = kept.default_of(request.user, self._rows_name)
        return kept.address(saved.query) if saved else None

    def saved_bar(self, request: HttpRequest, shown: Any) -> dict[str, Any]:
        """The saved lists that this person may open; which of them is open now."""
        now = kept.worth_keeping(shown)
        lists = kept.seen_by(request.user, self._rows_name)
        return {
            "saved_lists": [(each, kept.address(each.query), each.query == now) for each in lists],
            "saved_query": kept.address(now)[1:],
        }

    def saved_lists(self, request: HttpRequest) -> HttpResponse:
        """All saved lists of this table: open, rename, share, delete, and which one opens first."""
        self._allowed(request)
        lists = kept.seen_by(request.user, self._rows_name)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Saved lists of {self.opts.verbose_name_plural}",
            "opts": self.opts,
            "lists": [
                (each, kept.address(each.query), self._may_change(request, each)) for each in lists
            ],
        }
        return TemplateResponse(request, "admin/lists/saved.html", context)

    def save_list(self, request: HttpRequest) -> HttpResponse:
        """Keep the list of the sent address under the sent name."""
        self._allowed(request)
        form = SaveForm(request.POST)
        query = request.POST.get("query", "")
        if not form.is_valid():
            self.message_user(request, "Not saved: give a name of 1 to 80 letters.", messages.ERROR)
            return self._to_list(f"?{query}")
        valid = self._valid(request, query)
        try:
            saved = kept.save(
                request.user, self._rows_name, form.cleaned_data["name"], valid,
                shared=form.cleaned_data["shared"],
            )  # fmt: skip
        except RiskscoreError as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._to_list(f"?{query}")
        if form.cleaned_data["default"]:
            kept.make_default(request.user, self._rows_name, saved)
        self.message_user(request, f"Saved as “{saved.name}”.")
        return self._to_list(kept.address(saved.query))

    def change_saved(self, request: HttpRequest, number: int, what: str) -> HttpResponse:
        """Rename, share, unshare or delete a saved list, or let it open first."""
        self._allowed(request)
        saved = kept.seen_by(request.user, self._rows_name).filter(pk=number).first()
        change = CHANGES.get(what)
        if saved is None or change is None:
            raise Http404("there is no such saved list, or it is not shared any more")
        if what not in FOR_EVERYBODY and not self._may_change(request, saved):
            raise PermissionDenied
        try:
            self.message_user(request, change(saved, request))
        except RiskscoreError as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(reverse(f"admin:{self._address_name}_saved"))

    def _valid(self, request: HttpRequest, query: str) -> kept.Query:
        """The part of an address that means something to this list."""
        request.GET = QueryDict(query)
        shown: Any = self.get_changelist_instance(request)
        return kept.worth_keeping(shown)

    @property
    def _rows_name(self) -> str:
        return str(self.opts.model_name)

    @property
    def _address_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def _to_list(self, query: str) -> HttpResponse:
        return HttpResponseRedirect(reverse(f"admin:{self._address_name}_changelist") + query)

    def _allowed(self, request: HttpRequest) -> None:
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied

    @staticmethod
    def _may_change(request: HttpRequest, saved: SavedList) -> bool:
        return saved.owner_id == request.user.pk or bool(request.user.is_superuser)


def _renamed(saved: SavedList, request: HttpRequest) -> str:
    form = SaveForm(request.POST)
    if not form.is_valid():
        raise kept.NotUnderstood("Not renamed: give a name of 1 to 80 letters.")
    kept.rename(saved, form.cleaned_data["name"])
    return f"It is called “{saved.name}” now."


def _shared(saved: SavedList, _request: HttpRequest) -> str:
    kept.share(saved, shared=True)
    return f"“{saved.name}” is shown to everybody who may see this list."


def _unshared(saved: SavedList, _request: HttpRequest) -> str:
    kept.share(saved, shared=False)
    return f"“{saved.name}” is shown to its owner only."


def _deleted(saved: SavedList, _request: HttpRequest) -> str:
    saved.delete()
    return f"“{saved.name}” is deleted; the rows that it showed are not touched."


def _default(saved: SavedList, request: HttpRequest) -> str:
    kept.make_default(request.user, saved.rows, saved)
    return f"“{saved.name}” opens first for you from now on."


def _no_default(saved: SavedList, request: HttpRequest) -> str:
    kept.make_default(request.user, saved.rows, None)
    return "The whole list opens first for you from now on."


CHANGES: dict[str, Callable[[SavedList, HttpRequest], str]] = {
    "rename": _renamed,
    "share": _shared,
    "unshare": _unshared,
    "delete": _deleted,
    "default": _default,
    "no-default": _no_default,
}
#: What people do for themselves with lists of others too.
FOR_EVERYBODY = ("default", "no-default")
