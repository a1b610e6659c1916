"""What the matrix is asked to show."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms

from riskscore.admin.map.map_question import LABELS
from riskscore.errors import NotFoundError
from riskscore.models import Place
from riskscore.models.scores import NODES
from riskscore.sourcing import regions

SCORES = {"mean": "Mean score", "median": "Median score", "worst": "Worst score"}
SHARES = {
    "mined": "Share of world mining",
    "refined": "Share of world refining",
    "imports": "Share of a buyer’s imports",
}
#: The first is shown unless another is asked for.
SHOWN = {**SCORES, "number": "Number of projects", **SHARES}


class MatrixForm(forms.Form):
    """From the address; everything is optional."""

    show = forms.ChoiceField(choices=list(SHOWN.items()), required=False, label="Cells show")
    of = forms.ChoiceField(
        choices=[(node, LABELS[node]) for node in NODES], required=False, label="Score of"
    )
    buyer = forms.ModelChoiceField(
        Place.objects.exclude(code__in=["WLD", "ROW"]).order_by("-kind", "name"),
        required=False, empty_label="choose", label="Buyer",
    )  # fmt: skip
    region = forms.CharField(
        required=False, max_length=80, label="Country or region",
        widget=forms.TextInput(attrs={"list": "matrix-regions", "autocomplete": "off"}),
    )  # fmt: skip
    every = forms.BooleanField(required=False, label="Every place")

    def clean_show(self) -> str:
        return self.cleaned_data["show"] or "mean"

    def clean_of(self) -> str:
        return self.cleaned_data["of"] or NODES[0]

    def clean_region(self) -> frozenset[str] | None:
        """The countries that the name stands for; None: everywhere."""
        name = self.cleaned_data["region"]
        if not name:
            return None
        try:
            return regions.places_of([name])
        except NotFoundError as error:
            words = str(error).split("  ")[0]
            raise forms.ValidationError(words[:1].upper() + words[1:] + ".") from None

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("show") == "imports" and not cleaned.get("buyer"):
            self.add_error("buyer", "Choose a buyer: the cells show shares of its imports.")
        return cleaned

    @property
    def asked(self) -> "Asked":
        """The question of a valid form."""
        chosen = self.cleaned_data
        return Asked(
            chosen["show"],
            NODES.index(chosen["of"]),
            chosen["buyer"].code if chosen["buyer"] else "",
            chosen["region"],
            every=chosen["every"],
        )

    def address(self, **changed: str) -> str:
        """The same question as the end of an address, with something changed."""
        names = {name: self.data.get(name, "") for name in self.fields}
        return urlencode({name: value for name, value in {**names, **changed}.items() if value})


@dataclass(frozen=True, slots=True)
class Asked:
    """What cells show (a name of SHOWN), of which node, for which buyer, and in which places."""

    show: str
    node: int
    buyer: str
    places: frozenset[str] | None
    every: bool = False

    @property
    def is_score(self) -> bool:
        """Whether cells are 0 to 100."""
        return self.show in SCORES

    @property
    def is_share(self) -> bool:
        """Whether cells are shares 0 to 1 of somebody's total."""
        return self.show in SHARES

    @property
    def title(self) -> str:
        """What the cells show, in words."""
        of = f", {LABELS[NODES[self.node]].lower()}" if self.is_score else ""
        return f"{SHOWN[self.show]}{of}"
