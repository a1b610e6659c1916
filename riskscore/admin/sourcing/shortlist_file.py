"""A shortlist as a file: the numbers of each project, bounds in columns of their own."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from riskscore.admin.sourcing import answering, question_page
from riskscore.admin.sourcing.question import QuestionForm, sentence
from riskscore.admin.ui.lists import list_files
from riskscore.errors import RiskscoreError
from riskscore.sourcing.shortlists import shortlist as sourcing

#: Headings, and what stands below them; shares 0..1, tonnes a year, scores 0..100.
COLUMNS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "Key": itemgetter("key"),
    "Name": itemgetter("name"),
    "Place": itemgetter("place"),
    "Kind": itemgetter("kind"),
    "Status": itemgetter("status"),
    "No other is better": itemgetter("not_dominated"),
    "N-1 falls by at least, share 0..1": itemgetter("gain_low01"),
    "N-1 falls by at most, share 0..1": itemgetter("gain_high01"),
    "Can give at least, t a year": itemgetter("tonnes_low"),
    "Can give at most, t a year": itemgetter("tonnes_high"),
    "Human cost at least": lambda item: item["human_cost"]["low"],
    "Human cost at most": lambda item: item["human_cost"]["high"],
    "Labour": lambda item: item["labour"]["score"],
    "Indigenous": lambda item: item["indigenous"]["score"],
    "Told apart from": itemgetter("told_apart_from"),
    "Of others": itemgetter("of"),
    "Why": itemgetter("why"),
    "Unknown": lambda item: "; ".join(item["unknown"]),
}


@answering.for_readers
def shortlist_file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """The projects of a question as CSV or Excel, in the order of the page."""
    if kind not in list_files.CONTENT_TYPES:
        raise Http404(f"there are files of CSV and Excel, none of {kind[:20]}")
    form = QuestionForm(request.GET)
    if not form.is_valid():
        return question_page.refused(request, form)
    if form.cleaned_data["mineral"] is None:
        return question_page.refused(request, form, "Choose one mineral for a shortlist.")
    try:
        items = sourcing.shortlist(form.projects)["items"]
    except RiskscoreError as error:
        return question_page.refused(request, form, sentence(error))
    asked = form.cleaned_data
    title = f"shortlist {' '.join(asked['buyer'].codes)} {asked['mineral'].pk}"
    rows = ([read(item) for read in COLUMNS.values()] for item in items)
    return list_files.answer(title, kind, list(COLUMNS), rows)
