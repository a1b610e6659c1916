"""What a portfolio, its exposure and a crossing of its limits look like over HTTP."""

from riskscore.api.framework import shapes
from riskscore.api.framework.resources import Resource, made, plain
from riskscore.api.framework.shapes import Schema
from riskscore.models import LimitCrossing, Ownership
from riskscore.models.scores import NODES
from riskscore.models.sourcing.portfolios import Bound, Standing

NAME = r"[a-z0-9][a-z0-9-]{0,59}"
#: Of the database's own rule.
MOST_KT = 1e6


def _maybe(about: str) -> Schema:
    return shapes.optional(shapes.number(about))


KEY = shapes.text("Key of the project.", maxLength=60)
KT = shapes.number(
    "Thousand tonnes a year of the product that is held.", minimum=0, maximum=MOST_KT
)
MINERAL = shapes.text("Code of the mineral.", maxLength=40)
SINCE = shapes.optional(shapes.day("First day; null: from the beginning."))
UNTIL = shapes.optional(shapes.day("Last day; null: no end."))
NOTE = shapes.text("A note.", maxLength=200)
WHAT = shapes.one_of(
    Bound.What.values,
    "What must not exceed `at_most`: an exposure (0..100), the share (0..1) of a place or "
    "an owner, or the share of the largest of them (N-1).",
)
AT_MOST = shapes.number("The most that it may be: 0..100 of an exposure, 0..1 of a share.")
OF_PLACE = shapes.optional(shapes.text("Code of the country; of `place` alone."))
OF_COMPANY = shapes.optional(shapes.text("Key of the company; of `owner` alone."))
STANDING = shapes.one_of(
    Standing.values,
    "`within`; `above`; `unclear`: a part is unknown, and it decides. The figure itself decides "
    "only where nothing is unknown, else its bounds.",
)
LIMIT_SAID = {
    "what": WHAT, "place": OF_PLACE, "company": OF_COMPANY, "at_most": AT_MOST,
}  # fmt: skip
MEASURED = {
    "value": _maybe("The figure; null: what is unknown decides."),
    "low": _maybe("The least that it can be."),
    "high": _maybe("The most that it can be."),
}
POSITION_SAID = {
    "project": KEY, "mineral": MINERAL, "kt_per_year": KT, "since": SINCE, "until": UNTIL,
    "note": NOTE,
}  # fmt: skip
LIMIT = shapes.record(
    {**LIMIT_SAID, **MEASURED, "standing": STANDING},
    "A limit, and how it stood when it was last checked.",
)
PORTFOLIO = Resource(
    "Portfolio",
    "Positions and limits that you keep under a name. Only you and curators see them.",
    (
        plain("name", shapes.text("Its name, unique among yours.")),
        plain("about", shapes.text("What it is.")),
        plain("method", shapes.text("Code of the method that scores it."), "lens__method_code"),
        plain("importer", shapes.text("The buyer from whose side."), "lens__importer_id"),
        made(
            "positions",
            shapes.several(shapes.record(POSITION_SAID, "A position."), "What is held."),
            lambda row: row["positions"],
            "pk",
        ),
        made("limits", shapes.several(LIMIT, "Its limits."), lambda row: row["limits"], "pk"),
        plain("version", shapes.whole("Rises with every edit.")),
        plain("created_at", shapes.moment("When it was begun.")),
        plain("archived_at", shapes.optional(shapes.moment("When it was archived; null: not."))),
    ),
)
ARCHIVED = shapes.flag("Archived portfolios are not checked; they can be brought back.")


def _said(fields: dict[str, Schema], about: str, *required: str) -> Schema:
    return {**shapes.record(fields, about, required=required), "additionalProperties": False}


PARTS: dict[str, Schema] = {
    "about": shapes.text("What it is.", maxLength=400),
    "method": shapes.text("Code of the method.", maxLength=60),
    "importer": shapes.text("The buyer from whose side it is scored.", maxLength=3),
    "positions": shapes.several(
        _said(
            {**POSITION_SAID, "mineral": shapes.optional(MINERAL)},
            "A position. Without a mineral, the project's first product is meant.",
            "project", "kt_per_year",
        ),
        "All positions: they take the place of those before.",
    ),
    "limits": shapes.several(
        _said(LIMIT_SAID, "A limit.", "what", "at_most"),
        "All limits: they take the place of those before.",
    ),
}  # fmt: skip
NEW = _said(
    {"name": shapes.text("Unique among yours.", pattern=f"^{NAME}$"), **PARTS},
    "A portfolio.",
    "name",
)
WRITTEN = _said({**PARTS, "archived": ARCHIVED}, "The parts to replace, each of them whole.")
CROSSING = Resource(
    "LimitCrossing",
    "That a limit's standing changed. Kept once for each change, for ever.",
    (
        plain("id", shapes.whole("Its number.")),
        plain("portfolio", shapes.text("Name of the portfolio."), "portfolio__name"),
        plain("what", WHAT),
        plain("place", OF_PLACE, "place_id"),
        plain("company", OF_COMPANY, "company__key"),
        plain("at_most", AT_MOST),
        plain("before", shapes.text("Its standing before; empty: it was first seen.")),
        plain("after", STANDING),
        *(plain(f"{name}_before", _maybe("As it was.")) for name in MEASURED),
        *(plain(name, shape) for name, shape in MEASURED.items()),
        plain("cause", shapes.one_of(LimitCrossing.Cause.values, "What changed it.")),
        plain("job", shapes.optional(shapes.text("The rescoring job.", format="uuid")), "job_id"),
        plain("edition", shapes.optional(shapes.whole("Edition of the newest score in it."))),
        plain("at", shapes.moment("When it was found.")),
    ),
)  # fmt: skip

DIMENSION = shapes.one_of(NODES, "Node of the method.")
EXPOSURES = shapes.several(
    shapes.record(
        {
            "dimension": DIMENSION,
            "score": _maybe("Σ kt · score ÷ Σ kt; null unless all tonnes are assessed."),
            "low": _maybe("The least that it can be."),
            "high": _maybe("The most that it can be."),
            "of_assessed": _maybe("The mean over the tonnes that are assessed."),
            "coverage01": _maybe("Part of the tonnes that is assessed."),
        },
        "Exposure to one dimension.",
    ),
    "Exposure per dimension, 0..100, the composite first.",
)
SPLIT = shapes.record(
    {
        "shares": shapes.several(
            shapes.record(
                {
                    "code": shapes.text("Code of the place, or key of the company."),
                    "name": shapes.text("Its name."),
                    "kt_low": shapes.number("kt a year at least."),
                    "kt_high": shapes.number("kt a year at most."),
                    "share_low": shapes.number("Of the tonnes, at least."),
                    "share_high": shapes.number("Of the tonnes, at most."),
                },
                "One part.",
            ),
            "The greatest first.",
        ),
        "unknown_share": _maybe("Part that no name surely holds."),
        "hhi01_low": _maybe("HHI at least, 0..1."),
        "hhi01_high": _maybe("HHI at most."),
        "n1_low": _maybe("N-1: the share lost with the largest, at least."),
        "n1_high": _maybe("N-1 at most."),
        "about": shapes.text("How to read it."),
    },
    "How the tonnes divide.",
)
STAKE = shapes.record(
    {
        "company": shapes.text("Key of the owner."),
        "name": shapes.text("Its name."),
        "holder": shapes.text("Key of the company at the end of its chain of parents."),
        "home": shapes.optional(shapes.text("Country of its or its parent's home; null: unknown.")),
        "share": _maybe("As stated, 0..1; null: nobody states it."),
        "share_low": shapes.number("The least that it can be, if the statement is true."),
        "share_high": shapes.number("The most."),
        "state": shapes.one_of(Ownership.State.values, "Who has looked at the statement."),
        "worth": shapes.number("What the statement counts, 0..1."),
        "home_worth": shapes.number("What the statement of its home counts, 0..1."),
        "source": shapes.text("Address, else code of the release."),
        "doubt": shapes.text("What speaks against it; empty: nothing known."),
    },
    "An owner.",
)  # fmt: skip
AMONG = shapes.record(
    {
        "dimension": DIMENSION,
        "score": _maybe("The project's; null: not assessed."),
        "low": shapes.number("Its least."),
        "high": shapes.number("Its most."),
        "contribution": _maybe("What it adds to the exposure; all of them add up to it."),
        "contribution_to_low": _maybe("What it adds to the least."),
        "contribution_to_high": _maybe("What it adds to the most."),
        "without": _maybe("The exposure of the others without it."),
        "without_low": _maybe("Their least."),
        "without_high": _maybe("Their most."),
    },
    "A position in one dimension.",
)
EXPOSURE = shapes.record(
    {
        "portfolio": shapes.text("Name."),
        "as_of": shapes.day("The day whose positions and owners these are."),
        "method": shapes.text("Code of the method."),
        "method_versions": shapes.several(shapes.whole("Version."), "Versions that scored it."),
        "importer": shapes.text("The buyer from whose side; WLD is nobody."),
        "edition": shapes.optional(shapes.whole("Edition of the newest score in it.")),
        "scores_as_of": shapes.several(shapes.day("Day."), "Days that the scores describe."),
        "summed": shapes.text("What the tonnes are tonnes of."),
        "kt_per_year": shapes.number("All tonnes."),
        "exposures": EXPOSURES,
        "minerals": shapes.several(
            shapes.record(
                {
                    "mineral": MINERAL,
                    "kt_per_year": shapes.number("Its tonnes."),
                    "share": shapes.number("Of all tonnes."),
                    "exposures": EXPOSURES,
                },
                "One mineral alone.",
            ),
            "Exposure of each mineral alone.",
        ),
        "places": SPLIT,
        "owners": SPLIT,
        "owner_homes": SPLIT,
        "positions": shapes.several(
            shapes.record(
                {
                    "project": KEY,
                    "name": shapes.text("Name of the project."),
                    "place": shapes.text("Its country."),
                    "mineral": MINERAL,
                    "kt_per_year": shapes.number("kt a year."),
                    "share": _maybe("Of all tonnes."),
                    "kept": shapes.flag("Whether the portfolio holds it; false: only asked about."),
                    "dimensions": shapes.several(AMONG, "By dimension."),
                    "owners": shapes.several(STAKE, "Its owners; empty: none is on file."),
                },
                "A position.",
            ),
            "By key of the project.",
        ),
        "limits": shapes.several(LIMIT, "Its limits, by these figures."),
        "unknown": shapes.several(shapes.text("One line."), "What is missing, in words."),
        "before": shapes.record(
            {"kt_per_year": shapes.number("All tonnes."), "exposures": EXPOSURES},
            "What the portfolio holds as it is; only beside `add` and `drop`.",
        ),
    },
    "What a portfolio exposes to.",
)  # fmt: skip
