"""The form by which a challenge becomes an observation: one row of the generic table."""

from typing import Any

from django import forms

from riskscore.engine.catalogue import INDICATORS
from riskscore.models import Challenge, Mineral, Place
from riskscore.sources.tables.observations import ALLOWED, AXES, QUALITIES

KEYS = [(row.key, f"{row.key}: {row.label}") for row in INDICATORS.values()
        if row.kind == "observation"]  # fmt: skip
NOBODY = ("", "–")


class ObservationForm(forms.Form):
    """What the challenge states as a figure. The intake checks it like any file."""

    indicator = forms.ChoiceField(choices=KEYS)
    place = forms.ChoiceField(required=False)
    mineral = forms.ChoiceField(required=False)
    importer = forms.ChoiceField(required=False)
    year = forms.IntegerField(min_value=1900, max_value=2100)
    value = forms.CharField(
        max_length=60, help_text="In the indicator's unit; a level by its word, such as forced."
    )
    standard_error = forms.CharField(required=False, max_length=60)
    unit = forms.CharField(required=False, max_length=200)
    quality = forms.ChoiceField(required=False, choices=[(word, word or "–") for word in QUALITIES])

    def __init__(self, challenge: Challenge, *args: Any, **kwargs: Any) -> None:
        project = challenge.project
        started = {"place": project.place_id, "indicator": challenge.indicator}
        kwargs.setdefault("initial", started)
        super().__init__(*args, **kwargs)
        self.project = project
        places = [NOBODY, *Place.objects.order_by("name").values_list("code", "name")]
        minerals = [NOBODY, *Mineral.objects.order_by("name").values_list("code", "name")]
        for name, choices in (("place", places), ("mineral", minerals), ("importer", places)):
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for axis in set(AXES) - set(self._axes()):
            if axis in self.changed_data and cleaned.get(axis):
                self.add_error(axis, f"{cleaned['indicator']} is not stated by {axis}.")
        return cleaned

    def stated(self) -> dict[str, str]:
        """The row: the columns of the generic table that are filled and belong to the indicator."""
        cleaned = {**self.cleaned_data, "project": self.project.key}
        names = [name for name in cleaned if name not in AXES or name in self._axes()]
        return {name: str(cleaned[name]) for name in names if cleaned[name] not in ("", None)}

    def _axes(self) -> tuple[str, ...]:
        key = self.cleaned_data.get("indicator")
        return ALLOWED[INDICATORS[key].level] if key else AXES
