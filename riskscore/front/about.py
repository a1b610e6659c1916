"""What visitors are told: the method in short, and the sources with their licences."""

from typing import Any

from django.conf import settings

from riskscore.models import Release
from riskscore.models.methods import scoring_method


def method() -> dict[str, Any] | None:
    """The method in force: its version, each dimension with its question, and where bands begin.
    None before one is published."""
    found = scoring_method(settings.DEFAULT_METHOD)
    if found is None:
        return None
    dimensions = [node for node in found.spec["root"]["children"] if node.get("children")]
    bands = found.spec["bands"]
    ends = [*(band["from"] for band in bands[1:]), 100]
    return {
        "name": str(found),
        "dimensions": [(node["label"], _question(node.get("reason", ""))) for node in dimensions],
        "bands": [
            (band["code"], f"{band['from']:g} to {end:g}")
            for band, end in zip(bands, ends, strict=True)
        ],
    }


def _question(reason: str) -> str:
    """The first sentence of why a dimension is there, which is the question that it answers."""
    at = reason.find("?")
    return reason[: at + 1] if at >= 0 else reason.split(". ")[0]


def sources() -> list[dict[str, Any]]:
    """Each source with the newest of its releases: publisher, title, address, edition, licence."""
    newest = Release.objects.select_related("source").order_by("source_id", "-edition", "-pk")
    return [
        {
            "title": row.source.title,
            "publisher": row.source.publisher,
            "url": row.source.url if row.source.url.startswith(("https://", "http://")) else "",
            "edition": row.published_edition,
            "licence": row.licence,
            "attribution": row.attribution,
            "redistributable": row.redistributable,
        }
        for row in newest.distinct("source_id")
    ]
