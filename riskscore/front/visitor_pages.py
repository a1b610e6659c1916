"""The pages, which need no session and no account, and are the same for everybody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from riskscore.front import about, public_scores

#: Only our own style sheets and nothing else: these pages run no script.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
#: Seconds for which an answer is given again, by us and by whoever stands between.
KEPT_S = 300
View = Callable[..., HttpResponse]


def for_everybody(view: View) -> View:
    """An answer that may be kept, under the strict content policy."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = require_safe(view)(request, *args, **kwargs)
        response.headers["Content-Security-Policy"] = POLICY
        if response.status_code == 200:
            response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
        return response

    return answer


def kept(name: str, make: Callable[[], Any]) -> Any:
    """What ``make`` returns, or returned less than KEPT_S ago."""
    key = f"front:{name}"
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, KEPT_S)
    return found


@for_everybody
def front(request: HttpRequest) -> HttpResponse:
    """What this is, how scores are made, from what, and where to go."""
    shown = kept("about", lambda: {"method": about.method(), "sources": about.sources()})
    return _page(request, "about", "Mining project risk", **shown)


@for_everybody
def scores(request: HttpRequest) -> HttpResponse:
    """A part of the ranking."""
    if not settings.PUBLIC_SCORES:
        return _not_public(request)
    rows = kept("ranking", public_scores.riskiest)
    last = max(1, -(-len(rows) // public_scores.PER_PAGE))
    asked = request.GET.get("page", "1")
    page = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1
    page = min(max(page, 1), last)
    first = (page - 1) * public_scores.PER_PAGE
    shown = rows[first : first + public_scores.PER_PAGE]
    return _page(
        request, "ranking", "Ranking", rows=shown, page=page, last=last, most=len(rows),
        before=page - 1, after=page + 1 if page < last else 0,
    )  # fmt: skip


@for_everybody
def project(request: HttpRequest, key: str) -> HttpResponse:
    """One project with its scores."""
    if not settings.PUBLIC_SCORES:
        return _not_public(request)
    found = kept(f"project:{key}", lambda: public_scores.of_project(key))
    if found is None:
        return _refusal(request, f"There is no published project called {key}.")
    return _page(request, "project", found["name"], project=found)


def _not_public(request: HttpRequest) -> HttpResponse:
    return _refusal(request, "Scores are shown to people with an account. Sign in to see them.")


def _refusal(request: HttpRequest, text: str) -> HttpResponse:
    return _page(request, "refusal", "Not here", status=404, text=text)


def _page(
    request: HttpRequest, name: str, title: str, status: int = 200, **shown: Any
) -> HttpResponse:
    frame = {"title": title, "is_public": settings.PUBLIC_SCORES, **shown}
    return TemplateResponse(request, f"front/{name}.html", frame, status=status).render()
