"""The question as a form: who buys, which mineral, and which projects are asked about."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from riskscore.errors import NotFoundError, RiskscoreError
from riskscore.models import Mineral, Place, ProjectStatus, Region
from riskscore.scoring.indicators.buyer import Buyer
from riskscore.sourcing import buyers, regions
from riskscore.sourcing.dependence import buyer_view
from riskscore.sourcing.shortlists import shortlist
from riskscore.sourcing.shortlists.candidates import COSTS, STAGES, Asked

ANY = ("", "any")
#: The buyers and minerals of the shortcuts: the question that the service exists for.
USUAL_BUYERS = (("JPN",), ("USA",), ("JPN", "USA"), ("EUU",))
USUAL_MINERALS = ("lithium", "copper", "cobalt", "nickel", "graphite", "rare_earths")


class Names(forms.SelectMultiple):
    """Several selects of one name, or one text with commas."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        given = data.getlist(name) if isinstance(data, QueryDict) else [data.get(name, "")]
        return [part.strip() for text in given for part in text.split(",") if part.strip()]


class QuestionForm(forms.Form):
    buyer = forms.CharField(
        widget=Names,
        error_messages={"required": "Say who buys: a country such as JPN, or a group such as EUU."},
    )
    mineral = forms.ModelChoiceField(
        Mineral.objects.all(),
        required=False,
        empty_label="all minerals",
        error_messages={"invalid_choice": "There is no such mineral. Choose one of the list."},
    )
    named = forms.CharField(required=False, label="Country to follow")
    region = forms.CharField(required=False, max_length=400, label="Region of the projects")
    stage = forms.ChoiceField(
        required=False, choices=[ANY, *((stage, stage) for stage in STAGES)],
        error_messages={"invalid_choice": "There is no stage %(value)s."},
    )  # fmt: skip
    status = forms.MultipleChoiceField(
        required=False, choices=ProjectStatus.Word.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "There is no status %(value)s."},
    )  # fmt: skip
    labour = forms.FloatField(required=False, min_value=0, max_value=100)
    indigenous = forms.FloatField(required=False, min_value=0, max_value=100)
    certain = forms.BooleanField(required=False)
    basis = forms.ChoiceField(
        required=False,
        choices=[("bounds", "all that is possible"), ("interval", "90 % interval")],
        error_messages={"invalid_choice": "Human cost is compared by bounds or by interval."},
    )

    def clean_buyer(self) -> Buyer:
        """The buyer that the names stand for together."""
        names = self.fields["buyer"].widget.value_from_datadict(self.data, {}, "buyer")
        try:
            return buyers.buyer_of(name.upper() for name in names)
        except RiskscoreError as refused:
            raise forms.ValidationError(sentence(refused)) from refused

    def clean_named(self) -> str:
        """A country's code; China where nobody is named."""
        code: str = self.cleaned_data["named"].strip().upper() or buyer_view.NAMED
        if not Place.objects.filter(code=code, kind=Place.Kind.COUNTRY).exists():
            raise forms.ValidationError(f"{code} is no country. Use a code such as CHN.")
        return code

    def clean_region(self) -> frozenset[str] | None:
        """The countries of the regions that are named, None: everywhere."""
        names = [part.strip() for part in self.cleaned_data["region"].split(",") if part.strip()]
        try:
            return regions.places_of(names) if names else None
        except NotFoundError as refused:
            raise forms.ValidationError(f"{opened(refused.message)}.") from refused

    @property
    def view(self) -> buyer_view.Question:
        """The question about supply."""
        asked = self.cleaned_data
        minerals = None if asked["mineral"] is None else [asked["mineral"].pk]
        return buyer_view.Question(asked["buyer"], minerals, asked["named"])

    @property
    def projects(self) -> shortlist.Question:
        """The question about projects."""
        asked = self.cleaned_data
        ceilings = tuple((name, asked[name]) for name in COSTS if asked[name] is not None)
        return shortlist.Question(
            asked["buyer"],
            Asked(
                asked["mineral"].pk,
                asked["region"],
                asked["stage"] or None,
                asked["status"] or None,
                ceilings=ceilings,
            ),
            asked["named"],
            certain=asked["certain"],
            basis=asked["basis"] or "bounds",
        )


def sentence(refused: RiskscoreError) -> str:
    """A refusal as a sentence or two: what is wrong, and what to do."""
    return f"{opened(refused.message).rstrip('.')}. {refused.remedy}"


def opened(text: str) -> str:
    """A text with a capital at its beginning, and the rest as it is."""
    return text[:1].upper() + text[1:]


def choices(form: QuestionForm) -> Mapping[str, Any]:
    """What the form's lists offer, and what is chosen in the lists of buyers."""
    chosen = form.fields["buyer"].widget.value_from_datadict(form.data, {}, "buyer")
    places = list(Place.objects.exclude(code__in=buyers.NOBODY).values("code", "name", "kind"))
    places.sort(key=lambda row: row["name"])
    return {
        "groups": [row for row in places if row["kind"] == Place.Kind.GROUP],
        "countries": [row for row in places if row["kind"] == Place.Kind.COUNTRY],
        "buyer_lists": [code.upper() for code in chosen[: buyers.MOST_BUYERS]] + [""],
        "named_code": form.data.get("named", "").strip().upper() or buyer_view.NAMED,
        "region_names": list(Region.objects.order_by("name").values_list("name", flat=True)),
    }
