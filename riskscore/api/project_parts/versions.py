"""What every version of a statement about a project says of its place among the versions."""

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import plain

OF_VERSION = (
    plain(
        "supersedes",
        shapes.optional(shapes.whole("Number of the version before it.")),
        "supersedes_id",
    ),
    plain(
        "superseded_by",
        shapes.optional(shapes.whole("Number of the version after it; null: it holds.")),
        "superseded_by__id",
    ),
    plain("entered_at", shapes.moment("When it was recorded.")),
    plain("edition", shapes.whole("Since which edition we know it."), "edition_id"),
)
