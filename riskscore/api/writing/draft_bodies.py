"""What is sent to draw, review and publish methods, and what is shown of drafts."""

from typing import Any

from rest_framework import serializers

from riskscore.api.framework.body_serializers import Body, CharField, IntegerField
from riskscore.api.framework.row_serializers import RowSerializer
from riskscore.api.writing.project_bodies import BLANK, NULLABLE, OPTIONAL
from riskscore.models import Method
from riskscore.models.scores import Band

BANDS = [str(band.label) for band in Band]
WEIGHTS = (
    'By code of a node and of its child: a share 0..1, such as {"composite": {"labour": 0.4}}, or '
    "one for each group of units. The shares of a node that is named sum to 1; a child that is not "
    "named keeps its own."
)


class ObjectField(serializers.DictField):
    """A JSON object."""

    default_error_messages = {"not_a_dict": "must be object"}


class DraftFields(Body):
    """What a draft may say."""

    weights = ObjectField(child=ObjectField(), **OPTIONAL, help_text=WEIGHTS)
    reasons = ObjectField(
        child=CharField(max_length=2000), **OPTIONAL, help_text="By code: why it is so."
    )
    spec = ObjectField(**NULLABLE, help_text="The whole specification, in place of the above.")


class NewDraftBody(DraftFields):
    """A draft of a method, begun from a version."""

    reason = CharField(max_length=400, help_text="Why this version exists; it stands for ever.")
    based_on = IntegerField(
        min_value=1, max_value=2**31 - 1, **NULLABLE,
        help_text="The version that it begins from; by default the one that scores now.",
    )  # fmt: skip


class DraftPatchBody(DraftFields):
    """What is to change of a draft of one's own."""

    reason = CharField(max_length=400, **OPTIONAL, help_text="Why this version exists.")


class SubmitBody(Body):
    """To a reviewer."""

    confirmed = serializers.ListField(
        child=CharField(max_length=80), max_length=500, **OPTIONAL,
        error_messages={"not_a_list": "must be array"},
        help_text="Codes whose reason still holds although what it is about has changed.",
    )  # fmt: skip


class ReviewBody(Body):
    """What a reviewer says."""

    review = CharField(max_length=400, **BLANK, help_text="What the author and others read.")


class BackBody(Body):
    """What is to change before it can be published."""

    review = CharField(max_length=400, help_text="What is to change.")


class DraftSummarySerializer(RowSerializer):
    """A version of a method that is not published: a draft, or one in review."""

    code = serializers.CharField(help_text="Code of the method.")
    version = serializers.IntegerField(help_text="Its number.")
    state = serializers.ChoiceField(Method.State.values, help_text="draft, or review.")
    reason = serializers.CharField(help_text="Why it exists.")
    based_on = serializers.IntegerField(
        allow_null=True, source="based_on__version", help_text="The version it began from."
    )
    author = serializers.CharField(
        allow_null=True, source="created_by__username", help_text="Whose draft it is."
    )
    review = serializers.CharField(help_text="What a reviewer said last.")
    hash = serializers.CharField(help_text="SHA-256 of the canonical specification.")
    created_at = serializers.DateTimeField(help_text="When it was begun.")


class DraftSerializer(DraftSummarySerializer):
    """The same, with the whole specification."""

    spec = serializers.DictField(help_text="The specification.")


class MoverSerializer(serializers.Serializer[Any]):
    """A project that moves. Null is not assessed."""

    key = serializers.CharField(help_text="Key of the project.")
    name = serializers.CharField(help_text="Its name.")
    place = serializers.CharField(help_text="Its country.")
    before = serializers.FloatField(allow_null=True, help_text="Composite now.")
    after = serializers.FloatField(allow_null=True, help_text="Composite by the draft.")
    rank_before = serializers.IntegerField(allow_null=True, help_text="Rank in the sample now.")
    rank_after = serializers.IntegerField(allow_null=True, help_text="Rank by the draft.")
    band_before = serializers.ChoiceField(BANDS, help_text="Band now.")
    band_after = serializers.ChoiceField(BANDS, help_text="Band by the draft.")


class MovesSerializer(serializers.Serializer[Any]):
    """Who moves if the draft scores, over a sample of at most 5,000 ranked projects."""

    method = serializers.CharField(help_text="Code of the method.")
    version_now = serializers.IntegerField(help_text="The version that scores now.")
    version = serializers.IntegerField(help_text="The draft.")
    importer = serializers.CharField(help_text="The buyer from whose side.")
    edition = serializers.IntegerField(help_text="What is known.")
    as_of = serializers.DateField(help_text="The day.")
    projects = serializers.IntegerField(help_text="Projects looked at.")
    is_sample = serializers.BooleanField(help_text="Whether there are more.")
    moved = serializers.IntegerField(help_text="Those that move by 0.05 points and more.")
    changing_band = serializers.IntegerField(help_text="Those that change their band.")
    spearman = serializers.FloatField(allow_null=True, help_text="Rank correlation.")
    kendall = serializers.FloatField(allow_null=True, help_text="Rank correlation, tau-b.")
    movers = MoverSerializer(many=True, help_text="The twenty that move furthest.")
