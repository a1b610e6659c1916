"""Which projects the lines of a list mean: a supplier list, matched by name, place and mineral."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api.framework import body_serializers as bodies
from riskscore.api.framework.viewsets import READ, ApiViewSet
from riskscore.curation.extracts import likeness, matching
from riskscore.curation.extracts.matching import MOST_LINES, Line, Match


class PartOfMatchSerializer(serializers.Serializer[Any]):
    """A part of a score."""

    part = serializers.ChoiceField(
        (*likeness.WEIGHTS, likeness.KEY), help_text="What was compared."
    )
    given = serializers.CharField(help_text="What the line says.")
    found = serializers.CharField(help_text="What the project has.")
    alike = serializers.FloatField(help_text="How alike they are, 0 to 100.")
    points = serializers.FloatField(help_text="What it adds to the score.")


class MatchCandidateSerializer(serializers.Serializer[Any]):
    """A project that a line may mean."""

    key = serializers.CharField(help_text="Key of the project.")
    name = serializers.CharField(help_text="Its name.")
    place = serializers.CharField(help_text="Its country.")
    minerals = serializers.ListField(
        child=serializers.CharField(help_text="Code."), help_text="The primary first."
    )
    stands_for = serializers.CharField(
        allow_null=True,
        help_text="It is a duplicate: key of the project of the same site that counts.",
    )
    score = serializers.FloatField(help_text="0 to 100: the sum of the points of its parts.")
    parts = PartOfMatchSerializer(help_text="Why: name 70, place 20, mineral 10 of 100.", many=True)


class MatchSerializer(serializers.Serializer[Any]):
    """What became of a line."""

    ref = serializers.CharField(allow_null=True, help_text="The line's own `ref`.")
    verdict = serializers.ChoiceField(
        ("match", "several", "possible", "none"),
        help_text=f"match: one, at {likeness.MATCHES:g} or more. several: the best are less than"
        f" {likeness.AHEAD:g} points apart. possible: from {likeness.POSSIBLE:g} on; look at it."
        " none: nothing is like it.",
    )
    candidates = MatchCandidateSerializer(
        help_text=f"The best first, {matching.MOST_SHOWN} at most.", many=True
    )
    notes = serializers.ListField(
        child=serializers.CharField(help_text="A note."),
        help_text="Words that were not understood.",
    )


class MatchesSerializer(serializers.Serializer[Any]):
    """What the lines of a list mean."""

    items = MatchSerializer(help_text="One for each line, in their order.", many=True)


class LineBody(bodies.Body):
    """A line of the list."""

    name = bodies.CharField(
        max_length=200, min_length=1,
        help_text="Name of the site, its key, or a number that others know it by.",
    )  # fmt: skip
    place = bodies.CharField(
        required=False, allow_blank=True, max_length=120, help_text="Its country, in any words."
    )
    mineral = bodies.CharField(
        required=False, allow_blank=True, max_length=120, help_text="What it yields, in any words."
    )
    ref = bodies.CharField(
        required=False, allow_blank=True, max_length=120, help_text="Yours; it comes back."
    )


class MatchBody(bodies.Body):
    """A list of sites."""

    lines = bodies.ListField(
        child=LineBody(), min_length=1, max_length=MOST_LINES, help_text=f"{MOST_LINES} at most."
    )


class MatchViewSet(ApiViewSet):
    """Candidates for each line of a list, with a score that its parts explain."""

    tag = "extracts"
    takes = {"create": ("view_project", "view_projectmineral", "view_externalid")}
    write_scopes = frozenset({READ})

    @extend_schema(request=MatchBody, responses={200: MatchesSerializer})
    def create(self, request: Request) -> Response:
        """Return what each line may mean."""
        lines = bodies.check(request, MatchBody)["lines"]
        asked = [
            Line(each["name"], each.get("place", ""), each.get("mineral", "")) for each in lines
        ]
        matches = zip(lines, matching.match(asked), strict=True)
        return Response({"items": [_shown(line.get("ref"), match) for line, match in matches]})


def _shown(ref: str | None, match: Match) -> dict[str, Any]:
    candidates = [
        {**asdict(one), "minerals": list(one.minerals), "stands_for": one.stands_for or None}
        for one in match.candidates
    ]
    return {
        "ref": ref,
        "verdict": match.verdict,
        "candidates": candidates,
        "notes": list(match.notes),
    }
