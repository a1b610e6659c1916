"""The buyer's view (lens) that a request asks about: method × importer × scenario."""

from django.conf import settings

from riskscore.api.filters import places
from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter, QueryValues, code, matching
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import Lens, Method

NOBODY = "WLD"
SCENARIO = r"[A-Za-z0-9_-]{0,60}"


def methods() -> set[str]:
    """The codes of all published methods."""
    published = Method.objects.filter(state=Method.State.PUBLISHED)
    return set(published.values_list("code", flat=True))


def scenarios() -> set[str]:
    """The names of all scenarios through which something was scored."""
    return set(Lens.objects.values_list("scenario", flat=True))


LENS_PARAMETERS: tuple[Parameter, ...] = (
    code(
        "importer",
        "The buyer from whose side to look: a place code, or WLD for nobody in particular.",
        places,
        default=NOBODY,
    ),
    code("method", "Code of the method.", methods, default=settings.DEFAULT_METHOD),
    Parameter(
        name="scenario",
        schema=shapes.text("Name of the scenario; none by default.", pattern=f"^{SCENARIO}$"),
        read=matching(SCENARIO, "letters, digits, _ and - only"),
        known=lambda: scenarios() | {""},
        default="",
    ),
)


def chosen(query: QueryValues) -> Lens:
    """The lens that the parameters name. Raises Problem if nothing was scored through it."""
    key = {"method_code": query["method"], "scenario": query["scenario"]}
    lens = Lens.objects.filter(importer_id=query["importer"], **key).first()
    if lens is None:
        raise Problem(
            "lens_not_scored",
            f"nothing was scored yet by {query['method']} for importer {query['importer']}; "
            "POST /api/v1/jobs with the same method and importer",
        )
    return lens


LENS = Resource(
    "Lens",
    "A buyer's view: method × importer × scenario, with one current score per project.",
    (
        plain("method", shapes.text("Code of the method."), "method_code"),
        plain("importer", shapes.text("Place code of the buyer; WLD is nobody."), "importer_id"),
        plain("importer_name", shapes.text("Name of the buyer's place."), "importer__name"),
        plain("scenario", shapes.text("Name of the scenario; empty for none.")),
        plain("kept_current", shapes.flag("Whether edits rescore through it.")),
    ),
)
