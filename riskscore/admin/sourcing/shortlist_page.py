"""The shortlist as a page: the two axes as a plot, and a row of words for each project."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from riskscore.admin.sourcing import answering, buyer_page, question_page
from riskscore.admin.sourcing.question import QuestionForm, sentence
from riskscore.errors import RiskscoreError
from riskscore.models import Project
from riskscore.sourcing.briefings import candidates_seen, words
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.briefings.stages_seen import weakest
from riskscore.sourcing.drawings import plots
from riskscore.sourcing.drawings.svg import svg
from riskscore.sourcing.shortlists import shortlist as sourcing

Row = dict[str, Any]


@answering.for_readers
def shortlist(request: HttpRequest) -> HttpResponse:
    """Projects by what they take off a buyer's dependence and by human cost."""
    form = QuestionForm(request.GET)
    if not form.is_valid():
        return question_page.refused(request, form)
    if form.cleaned_data["mineral"] is None:
        return question_page.refused(request, form, "Choose one mineral for a shortlist.")
    try:
        found = sourcing.shortlist(form.projects)
    except RiskscoreError as error:
        return question_page.refused(request, form, sentence(error))
    names, buyer = place_names(), form.cleaned_data["buyer"]
    title = f"{words.together(buyer.codes, names)} × {form.cleaned_data['mineral']}: which projects"
    spots = candidates_seen.spots(found["items"])
    shown = {
        "form": form,
        "way": "shortlist",
        "found": found,
        "front": sum(item["not_dominated"] for item in found["items"]),
        "conditions": _conditions(request, form),
        "baseline": _baseline(found["baseline"], names),
        "weakest": weakest(found["weakest_stage"], names),
        "plot": svg(plots.two_axes(spots)) if spots else "",
        "rows": _rows(found["items"], names, form),
        "left_out": [(words.plain(name), n) for name, n in found["left_out"].items() if n],
        **buyer_page.links(request, buyer, form),
    }
    return answering.page(request, "shortlist", title, shown)


def _conditions(request: HttpRequest, form: QuestionForm) -> list[str]:
    """What the question leaves out, in words."""
    asked = form.cleaned_data
    told = [f"in {request.GET['region']}"] if asked["region"] is not None else []
    told += [f"at the stage {asked['stage']}"] if asked["stage"] else []
    told += [f"status {', '.join(asked['status'])}"] if asked["status"] else []
    for name in ("labour", "indigenous"):
        if asked[name] is not None:
            certain = "certainly " if asked["certain"] else "not known to be above, "
            told.append(f"{name} {certain}at most {asked[name]:g}")
    return told


def _baseline(now: Row, names: Mapping[str, str]) -> str:
    if now["largest"] is None:
        return "No imports are on record for this buyer and mineral."
    return (
        f"Today {words.percent(now['largest_share01'])} of {words.tonnes(now['imports_t'])} come "
        f"from {words.place(now['largest'], names)}."
    )


def _rows(items: list[Row], names: Mapping[str, str], form: QuestionForm) -> list[Row]:
    keys = Project.objects.filter(key__in=[item["key"] for item in items])
    numbers = dict(keys.values_list("key", "id"))
    asked = form.cleaned_data
    query = f"buyer={','.join(asked['buyer'].codes)}&mineral={asked['mineral'].pk}"
    return [
        {
            **candidates_seen.seen(number, item, names),
            "item": item,
            "link": reverse("admin:riskscore_project_change", args=[numbers[item["key"]]]),
            "briefing": f"{reverse('admin:sourcing_briefing_project', args=[item['key']])}?{query}",
        }
        for number, item in enumerate(items, 1)
    ]
