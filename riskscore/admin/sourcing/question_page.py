"""The page of the question, with shortcuts to the answers that are asked for most."""

from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

from riskscore.admin.sourcing import answering
from riskscore.admin.sourcing.question import (
    USUAL_BUYERS,
    USUAL_MINERALS,
    QuestionForm,
    choices,
)
from riskscore.models import Mineral, ProjectStatus
from riskscore.sourcing.briefings import words
from riskscore.sourcing.briefings.places import place_names

TITLE = "The buyer's question"


@answering.for_readers
def question(request: HttpRequest) -> HttpResponse:
    """The form, filled from the address, and shortcuts."""
    form = QuestionForm(request.GET)
    return answering.page(request, "question", TITLE, _shown(form, []))


def refused(request: HttpRequest, form: QuestionForm, *more: str) -> HttpResponse:
    """The form again, with what is wrong in sentences."""
    wrong = [str(text) for texts in form.errors.values() for text in texts]
    return answering.page(request, "question", TITLE, _shown(form, [*wrong, *more]), status=400)


def _shown(form: QuestionForm, wrong: list[str]) -> dict[str, Any]:
    return {
        "form": form,
        "wrong": wrong,
        "shortcuts": shortcuts(),
        "usual_minerals": [words.plain(code) for code in USUAL_MINERALS],
        "minerals": list(Mineral.objects.order_by("name").values_list("code", "name")),
        "chosen": {name: form.data.get(name, "") for name in form.fields},
        "statuses": [(word.value, word.value.capitalize()) for word in ProjectStatus.Word],
        "chosen_statuses": cast(QueryDict, form.data).getlist("status"),
        **choices(form),
    }


def shortcuts() -> list[tuple[str, list[tuple[str, str]]]]:
    """(buyer, [(mineral, address of the answer)]) of the questions asked for most."""
    names = place_names()
    here = reverse("admin:sourcing_dependence")
    return [
        (
            words.together(codes, names),
            [
                (words.plain(m), f"{here}?{urlencode({'buyer': ','.join(codes), 'mineral': m})}")
                for m in USUAL_MINERALS
            ],
        )
        for codes in USUAL_BUYERS
        if set(codes) <= names.keys()
    ]
