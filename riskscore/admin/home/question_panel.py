"""The question on the first page: buyer, mineral and region as selects, and the answer's top."""

from collections.abc import Mapping
from time import perf_counter
from typing import Any, cast
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from riskscore.admin.sourcing import question_page
from riskscore.admin.sourcing.question import USUAL_BUYERS, USUAL_MINERALS, QuestionForm, sentence
from riskscore.errors import RiskscoreError
from riskscore.models import AskedLast, Mineral, Place, Project, Region
from riskscore.sourcing import buyers
from riskscore.sourcing.briefings import candidates_seen, words
from riskscore.sourcing.briefings.places import place_names
from riskscore.sourcing.drawings import plots
from riskscore.sourcing.drawings.svg import svg
from riskscore.sourcing.shortlists import shortlist

Asked = Mapping[str, str]
#: Projects of the shortlist that the first page names and draws.
ROWS = 8
#: Seconds for which an answer is shown again without being computed; its age stands beside it.
KEPT_S = 60


def asked_by(request: HttpRequest) -> Asked:
    """What this person asked last; else the question that is asked for most."""
    last = AskedLast.objects.filter(user=request.user.pk).first()
    if last is None:
        return {"buyer": ",".join(USUAL_BUYERS[0]), "mineral": USUAL_MINERALS[0], "region": ""}
    return {"buyer": last.buyer, "mineral": last.mineral_id, "region": last.region}


def remember(request: HttpRequest) -> list[str]:
    """Keep the question that was sent; what is wrong with it in sentences, and nothing is kept."""
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return [str(text) for texts in form.errors.values() for text in texts]
    mineral: Mineral | None = form.cleaned_data["mineral"]
    if mineral is None:
        return ["Choose a mineral."]
    AskedLast.objects.update_or_create(
        user_id=cast(int, request.user.pk),
        defaults={
            "buyer": ",".join(form.cleaned_data["buyer"].codes)[:60],
            "mineral": mineral,
            "region": request.POST.get("region", "").strip()[:120],
        },
    )
    return []


def panel(request: HttpRequest) -> dict[str, Any] | None:
    """The selects with what is chosen in them, shortcuts, and the answer; None before a bundle is
    loaded."""
    if not Mineral.objects.exists():
        return None
    asked = asked_by(request)
    return {
        "asked": asked,
        "shortcuts": question_page.shortcuts(),
        "answer": _answer(asked),
        **_choices(asked),
    }


def _choices(asked: Asked) -> dict[str, Any]:
    """What the three selects offer; a choice that is on no list is offered too."""
    places = list(Place.objects.exclude(code__in=buyers.NOBODY).order_by("name"))
    codes = {place.code for place in places}
    regions = list(Region.objects.order_by("name").values_list("name", flat=True))
    named = {place.code: place.name for place in places}
    several = "" if asked["buyer"] in codes else words.together(asked["buyer"].split(","), named)
    return {
        "groups": [place for place in places if place.kind == Place.Kind.GROUP],
        "countries": [place for place in places if place.kind == Place.Kind.COUNTRY],
        "several": several,
        "minerals": list(Mineral.objects.order_by("name").values_list("code", "name")),
        "regions": regions,
        "other_region": "" if asked["region"] in ("", *regions) else asked["region"],
    }


def _answer(asked: Asked) -> dict[str, Any]:
    """The answer, at most KEPT_S old: the same for everybody."""
    key = "answer:" + urlencode(sorted(asked.items()))
    kept: dict[str, Any] | None = cache.get(key)
    if kept is None:
        kept = _computed(asked)
        cache.set(key, kept, KEPT_S)
    return kept


def _computed(asked: Asked) -> dict[str, Any]:
    data = QueryDict(mutable=True)
    data.update({name: value for name, value in asked.items() if value})
    form = QuestionForm(data)
    if not form.is_valid():
        return {"refusal": " ".join(str(t) for texts in form.errors.values() for t in texts)}
    began = perf_counter()
    question = form.projects
    try:
        found = shortlist.shortlist(shortlist.Question(question.buyer, question.asked, shown=ROWS))
    except RiskscoreError as refused:
        return {"refusal": sentence(refused)}
    return _in_words(form, found, asked) | {"took_s": perf_counter() - began}


def _in_words(form: QuestionForm, found: dict[str, Any], asked: Asked) -> dict[str, Any]:
    names, query = place_names(), urlencode({name: v for name, v in asked.items() if v})
    items, baseline = found["items"], found["baseline"]
    keys = Project.objects.filter(key__in=[item["key"] for item in items])
    numbers = dict(keys.values_list("key", "id"))
    spots = candidates_seen.spots(items)
    buyer, mineral = form.cleaned_data["buyer"], form.cleaned_data["mineral"]
    return {
        "title": f"{words.together(buyer.codes, names)} × {mineral}",
        "share": words.percent(baseline["largest_share01"]),
        "largest": words.place(baseline["largest"], names) if baseline["largest"] else "",
        "imports": words.tonnes(baseline["imports_t"]),
        "year": found["year"],
        "considered": found["considered"],
        "not_dominated": found["not_dominated"],
        "rows": [_row(at, item, names, numbers) for at, item in enumerate(items, 1)],
        "plot": svg(plots.two_axes(spots)) if spots else "",
        "dependence_link": f"{reverse('admin:sourcing_dependence')}?{query}",
        "shortlist_link": f"{reverse('admin:sourcing_shortlist')}?{query}",
    }


def _row(
    at: int, item: dict[str, Any], names: Mapping[str, str], numbers: Mapping[str, int]
) -> dict[str, Any]:
    seen = candidates_seen.seen(at, item, names)
    shown = {name: seen[name] for name in ("number", "name", "where", "status", "gain", "cost")}
    apart, of = item["told_apart_from"], item["of"]
    return {
        **shown,
        "link": reverse("admin:riskscore_project_change", args=[numbers[item["key"]]]),
        "is_best": item["not_dominated"],
        "apart": f"from {apart:,} of {of:,}" if apart else f"from none of {of:,}",
    }
