"""What is sent to write projects: JSON of declared fields and types, nothing else."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework.body_serializers import (
    Body,
    CharField,
    ChoiceField,
    DateField,
    FloatField,
    ListField,
)
from riskscore.api.writing import stated_limits as limits
from riskscore.curation.writes.bulk_upsert import MOST
from riskscore.curation.writes.planned_projects import NEEDED
from riskscore.engine.inputs.land_overlap import STAGES
from riskscore.models import Project, ProjectMineral

MOST_PARTS = 200
OPTIONAL: dict[str, Any] = {"required": False}
NULLABLE: dict[str, Any] = {"required": False, "allow_null": True}
BLANK: dict[str, Any] = {"required": False, "allow_blank": True}


class MineralBody(Body):
    """A mineral that a project yields."""

    mineral = CharField(max_length=40, help_text="Its code, such as lithium.")
    role = ChoiceField(
        ProjectMineral.Role.values,
        required=False,
        help_text="By default the first is primary, the others secondary.",
    )
    term = CharField(max_length=120, **BLANK, help_text="The publisher's own word.")


class OfftakeBody(Body):
    """A share of output that is bound to a place's buyers."""

    place = CharField(max_length=3, help_text="Code of the place of the buyers.")
    share = FloatField(states=limits.PART, help_text="Above 0, at most 1.")
    mineral = CharField(max_length=40, **NULLABLE, help_text="Null: all that it yields.")
    buyer = CharField(max_length=200, **BLANK, help_text="Who buys.")
    since = DateField(**NULLABLE, help_text="First day.")
    until = DateField(**NULLABLE, help_text="Last day.")
    url = CharField(
        max_length=400, **BLANK, states=limits.ADDRESS_OR_NONE, help_text="Where it can be read."
    )
    note = CharField(max_length=400, **BLANK, help_text="A note.")


class ExternalIdBody(Body):
    """What a project is called elsewhere."""

    scheme = CharField(
        max_length=40, states=limits.OF_SCHEME, help_text="Whose id it is, such as gem."
    )
    value = CharField(max_length=120, help_text="The id.")


def _several(of: Any, about: str) -> Any:
    return serializers.ListField(
        child=of(), max_length=MOST_PARTS, required=False, help_text=about,
        error_messages={"not_a_list": "must be array"},
    )  # fmt: skip


class ProjectFields(Body):
    """The fields of a project that people write."""

    name = CharField(max_length=200, **OPTIONAL, help_text="Its name.")
    place = CharField(max_length=3, **OPTIONAL, help_text="Country, ISO 3166 alpha-3.")
    latitude = FloatField(
        **OPTIONAL, states=limits.DEGREES["latitude"], help_text="Degrees north, WGS 84."
    )
    longitude = FloatField(
        **OPTIONAL, states=limits.DEGREES["longitude"], help_text="Degrees east, WGS 84."
    )
    kind = ChoiceField(Project.Kind.values, **OPTIONAL, help_text="Kind of site.")
    stage = CharField(
        max_length=40, **BLANK, states={"enum": ["", *STAGES]},
        help_text=f"{', '.join(STAGES)}; empty: unknown.",
    )  # fmt: skip
    state = ChoiceField(
        Project.State.values,
        **OPTIONAL,
        help_text="Only what is published is scored and shown. Nothing is deleted: archive it.",
    )
    flags = ListField(
        child=ChoiceField(Project.Flag.values), **OPTIONAL, states={"uniqueItems": True},
        help_text="What is doubted of it.",
    )  # fmt: skip
    duplicate_of = CharField(
        max_length=60, **NULLABLE, help_text="Key of the project that stands for the same site."
    )
    minerals = _several(MineralBody, "What it yields: all of it, in place of what stands there.")
    offtake = _several(
        OfftakeBody,
        "All contracts that hold, in place of those that stand there; those that are over stay.",
    )
    external_ids = _several(ExternalIdBody, "What it is called elsewhere: all of them.")


REASON = "Why: it stands in the history of what was edited."


class NewProjectBody(ProjectFields):
    """A project to enter: name, place, latitude, longitude and kind are needed."""

    rules = {"required": list(NEEDED)}

    key = CharField(
        max_length=60,
        **OPTIONAL,
        states=limits.OF_KEY,
        help_text="Public and for ever: small letters, digits, hyphens. Without it, it is made "
        "from the first external id.",
    )
    reason = CharField(max_length=400, **BLANK, help_text=REASON)


class ProjectPatchBody(ProjectFields):
    """What is to change; fields that are not named stay as they are."""

    reason = CharField(max_length=400, **BLANK, help_text=REASON)


class ItemBody(ProjectFields):
    """One project of many. New ones need what a single new one needs."""

    external_id = CharField(max_length=120, help_text="What you call it, in your scheme.")
    key = CharField(
        max_length=60, **OPTIONAL, states=limits.OF_KEY, help_text="Of a new project; for ever."
    )


class BulkBody(Body):
    """Projects by what you call them: known ones are changed, others created."""

    scheme = CharField(
        max_length=40,
        default="own",
        states=limits.OF_SCHEME,
        help_text="Whose ids these are: yours, such as acme. Small letters, digits, hyphens.",
    )
    items = ListField(
        child=ItemBody(),
        states={"minItems": 1, "maxItems": MOST},
        help_text=f"1 to {MOST:,} projects. All are stored, or none.",
    )
    reason = CharField(max_length=400, **BLANK, help_text=REASON)
