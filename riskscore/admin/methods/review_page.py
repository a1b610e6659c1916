"""What a version changes and who moves, before somebody submits, publishes or brings it back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from riskscore.admin.methods import comparison
from riskscore.admin.methods.moves_shown import moves_shown
from riskscore.curation import method_edits
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.errors import RiskscoreError
from riskscore.models import Lens, Method
from riskscore.models.methods import scoring_method

State = Method.State


def review_page(request: HttpRequest, method: Method) -> dict[str, Any] | HttpResponse:
    """The page's context, or where to go after a step was taken."""
    if request.method == "POST" and "step" in request.POST:
        wrong = _take(request, method)
        if not wrong:
            return HttpResponseRedirect(request.get_full_path())
        method.refresh_from_db()
        return {**_shown(request, method), "wrong": [wrong], "typed": _typed(request)}
    return _shown(request, method)


def _take(request: HttpRequest, method: Method) -> str:
    """Take the step that a button names; what is wrong in words, empty if it was taken."""
    step = STEPS.get(request.POST["step"])
    if step is None:
        return "This step is not known."
    try:
        said = step(request, method)
    except (RiskscoreError, EngineError) as error:
        return str(error)
    messages.success(request, said)
    return ""


def _submit(request: HttpRequest, method: Method) -> str:
    row = method_edits.submit(method, by=request.user, confirmed=request.POST.getlist("confirmed"))
    return f"{row} waits for a review."


def _approve(request: HttpRequest, method: Method) -> str:
    row = method_edits.approve(method, by=request.user, review=_typed(request))
    return f"{row} is published; {_follows(row)}."


def _back(request: HttpRequest, method: Method) -> str:
    if not _typed(request):
        raise method_edits.NotNow("Say what is to change, so that the author knows.")
    row = method_edits.send_back(method, by=request.user, review=_typed(request))
    return f"{row} is a draft again; its author reads what you said."


def _again(request: HttpRequest, method: Method) -> str:
    if not _typed(request):
        raise method_edits.NotNow("Say why this version is to score again.")
    method_edits.score_again(method, by=request.user, reason=_typed(request))
    return f"{method} scores again; {_follows(method)}."


STEPS: dict[str, Callable[[HttpRequest, Method], str]] = {
    "submit": _submit,
    "approve": _approve,
    "back": _back,
    "again": _again,
}


def _typed(request: HttpRequest) -> str:
    return request.POST.get("said", "").replace("\0", "").strip()[:400]


def _follows(row: Method) -> str:
    seen = Lens.objects.filter(method_code=row.code, kept_current=True).exists()
    return "all projects are being rescored by it" if seen else "no buyer’s view uses it yet"


def _shown(request: HttpRequest, method: Method) -> dict[str, Any]:
    """Comparison, movers, and the one form that is next."""
    try:
        specification = Specification.from_dict(method.spec)
        asked = comparison.lines_of(method_edits.asked(method))
    except EngineError as error:
        return {"fault": str(error)}
    now = scoring_method(method.code)
    base = method.based_on or now
    shown: dict[str, Any] = {
        "now": now,
        "base": base if base != method else None,
        "lines": comparison.lines(base, method) if base and base != method else [],
        **_next(request, method, now),
    }
    if shown["step"] == "submit":
        shown["asked"] = asked
    if now == method:
        return {**shown, "no_moves": "This is the version that scores now: nobody moves."}
    return {**shown, **moves_shown(request, specification)}


def _next(request: HttpRequest, method: Method, now: Method | None) -> dict[str, Any]:
    """The step that this person may take, or why not."""
    user: Any = request.user
    if method.state == State.DRAFT:
        own = method.created_by_id == user.pk
        may = user.has_perm(method_edits.DRAW)
        may_discard = not method_edits.may_not_discard(method, user)
        return {"step": "submit" if may else "", "is_own": own, "may_discard": may_discard}
    if method.state == State.REVIEW:
        why_not = method_edits.may_not_review(method, user)
        may_return = user.has_perm(method_edits.REVIEW)
        return {
            "step": "back" if why_not and may_return else "" if why_not else "approve",
            "why_not": why_not,
        }
    may_bring_back = user.has_perm(method_edits.REVIEW) and method.state == State.PUBLISHED
    return {"step": "again" if may_bring_back and method != now else ""}
