"""Bulk actions ask first: on how many rows, which, and what will come of it in numbers.

The question pins the chosen rows (signed, for one hour), so that what is confirmed is what was
shown, also where all rows of a filter were chosen and others have been added meanwhile.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from riskscore.admin.ui.versioned import Admin, Row

#: Rows that one action may take, and those that its question names.
MOST, NAMED = 10_000, 10
HOUR = 3600
SALT = "riskscore.confirmed_actions"
#: What a list sends that the question does not repeat.
LIST_ONLY = {
    "csrfmiddlewaretoken",
    "pinned",
    "action",
    "index",
    "select_across",
    ACTION_CHECKBOX_NAME,
}
GONE = (
    "Nothing was done: none of the chosen rows are in the list any more. Take filters away or open"
    " the list anew, and choose again."
)
CHANGED = "Nothing was done yet: some of these rows were changed meanwhile. Look again."
#: A consequence: words, and how many rows it is about.
Consequence = tuple[str, int]


class ConfirmedActions(Admin[Row]):
    """Every action on rows of the list is asked about on a page, and done from there."""

    #: The columns that a question rests on: if one of them changes, it is asked anew.
    rests_on: ClassVar[tuple[str, ...]] = ()

    def consequences(
        self, request: HttpRequest, action: str, chosen: QuerySet[Any]
    ) -> Sequence[Consequence]:
        """What an action would do to the chosen rows, in numbers; changes nothing."""
        return ()

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_confirm"
        view = self.admin_site.admin_view(require_POST(self.confirm_action))
        return [path("confirm/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each action with a question before it."""
        return {
            name: (_asking(name), name, words)
            for name, (_, _, words) in self._possible(request).items()
        }

    def _possible(self, request: HttpRequest) -> dict[str, Any]:
        """The actions themselves that this person may take."""
        return super().get_actions(request)

    def ask(self, request: HttpRequest, action: str, chosen: QuerySet[Any]) -> HttpResponse:
        """The question before an action on the chosen rows."""
        back = f"{self._address('changelist')}?{request.GET.urlencode()}"
        numbers = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if not numbers or len(numbers) > MOST:
            many = f"Nothing was done: more than {MOST:,} rows are chosen. Filter the list first."
            self.message_user(request, many if numbers else GONE, messages.ERROR)
            return HttpResponseRedirect(back)
        rows = self.get_queryset(request).filter(pk__in=numbers)
        first = list(rows.order_by("pk")[:NAMED])
        words = str(self._possible(request)[action][2])
        context = {
            **self.admin_site.each_context(request),
            "title": _question(words, self.opts, len(numbers)),
            "opts": self.opts,
            "words": words,
            "number": len(numbers),
            "first": [(row, self._address("change", row.pk)) for row in first],
            "more": len(numbers) - len(first),
            "consequences": self.consequences(request, action, rows),
            "pinned": _pinned(request, self, action, numbers, self._standing(numbers)),
            "action": action,
            "back": back,
            "confirm": f"{self._address('confirm')}?{request.GET.urlencode()}",
            "carried": [
                (name, value)
                for name, values in request.POST.lists()
                for value in values
                if name not in LIST_ONLY
            ],
        }
        return TemplateResponse(request, "admin/lists/confirm.html", context)

    def confirm_action(self, request: HttpRequest) -> HttpResponseBase:
        """Do what was asked about, to the rows that were shown."""
        back = f"{self._address('changelist')}?{request.GET.urlencode() or 'q='}"
        action = request.POST.get("action", "")
        pinned = _unpinned(request, self, action)
        if pinned is None:
            text = "Nothing was done: the question is older than an hour. Choose the rows again."
            self.message_user(request, text, messages.ERROR)
            return HttpResponseRedirect(back)
        possible = self._possible(request)
        if action not in possible:
            raise PermissionDenied
        numbers, standing = pinned
        chosen = self.get_queryset(request).filter(pk__in=numbers)
        if not chosen.exists():
            self.message_user(request, GONE, messages.ERROR)
            return HttpResponseRedirect(back)
        if standing != self._standing(numbers):
            self.message_user(request, CHANGED, messages.WARNING)
            return self.ask(request, action, chosen)
        answer = possible[action][0](self, request, chosen)
        return answer if isinstance(answer, HttpResponseBase) else HttpResponseRedirect(back)

    def _standing(self, numbers: Sequence[Any]) -> str:
        """How the chosen rows stand in the columns that a question rests on, as a digest."""
        if not self.rests_on:
            return ""
        rows = self.model._default_manager.filter(pk__in=numbers).order_by("pk")
        held = "\n".join(map(str, rows.values_list("pk", *self.rests_on)))
        return sha256(held.encode()).hexdigest()[:32]

    def _address(self, name: str, *arguments: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=arguments)


def _asking(action: str) -> Any:
    """What Django calls when an action was chosen in the list."""

    def ask(page: Any, request: HttpRequest, chosen: QuerySet[Any]) -> HttpResponse:
        answer: HttpResponse = page.ask(request, action, chosen)
        return answer

    return ask


def _question(words: str, opts: Any, number: int) -> str:
    name = opts.verbose_name if number == 1 else opts.verbose_name_plural
    return f"{words.partition(':')[0].rstrip('?')}: {number:,} {name}?"


def _about(request: HttpRequest, page: "ConfirmedActions[Any]", action: str) -> list[str]:
    return [page.opts.label_lower, action, str(request.user.pk)]


def _pinned(
    request: HttpRequest,
    page: "ConfirmedActions[Any]",
    action: str,
    numbers: Sequence[Any],
    standing: str,
) -> str:
    chosen = [_about(request, page, action), [str(number) for number in numbers], standing]
    return signing.dumps(chosen, salt=SALT, compress=True)


def _unpinned(
    request: HttpRequest, page: "ConfirmedActions[Any]", action: str
) -> tuple[list[str], str] | None:
    """The rows that a question was about, and how they stood; None if it is too old, or was about
    something else."""
    try:
        about, numbers, standing = signing.loads(
            request.POST.get("pinned", ""), salt=SALT, max_age=HOUR
        )
    except (signing.BadSignature, ValueError):
        return None
    return (list(numbers), standing) if about == _about(request, page, action) else None
