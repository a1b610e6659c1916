"""The buyer's view (lens) that a request asks about: method × importer."""

from django.conf import settings

from riskscore.api.filters import places
from riskscore.api.framework import shapes
from riskscore.api.framework.parameters import Parameter, QueryValues, code
from riskscore.api.framework.problems import Problem
from riskscore.api.framework.resources import Resource, plain
from riskscore.models import Lens, Method

NOBODY = "WLD"


def methods() -> set[str]:
    """The codes of all published methods."""
    published = Method.objects.filter(state=Method.State.PUBLISHED)
    return set(published.values_list("code", flat=True))


LENS_PARAMETERS: tuple[Parameter, ...] = (
    code(
        "importer",
        "The buyer from whose side to look: a place code, or WLD for nobody in particular.",
        places,
        default=NOBODY,
    ),
    code("method", "Code of the method.", methods, default=settings.DEFAULT_METHOD),
)


def chosen(query: QueryValues) -> Lens:
    """The lens that the parameters name. Raises Problem if nothing was scored through it."""
    lens = Lens.objects.filter(importer_id=query["importer"], method_code=query["method"]).first()
    if lens is None:
        raise Problem(
            "lens_not_scored",
            f"nothing was scored yet by {query['method']} for importer {query['importer']}; "
            "POST /api/v1/jobs with the same method and importer",
        )
    return lens


LENS = Resource(
    "Lens",
    "A buyer's view: method × importer, with one current score per project.",
    (
        plain("method", shapes.text("Code of the method."), "method_code"),
        plain("importer", shapes.text("Place code of the buyer; WLD is nobody."), "importer_id"),
        plain("importer_name", shapes.text("Name of the buyer's place."), "importer__name"),
        plain("kept_current", shapes.flag("Whether edits rescore through it.")),
    ),
)
