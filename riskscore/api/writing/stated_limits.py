"""Limits that the rooms behind keep and name in words of their own, as the document states them."""

from riskscore.engine.sourcing.stated_shocks import FIELDS, LIMITS, MOST_BUYERS, WHEN_AND_WHY
from riskscore.sources.checks.figure_checks import BOUNDS
from riskscore.sources.tables.projects import KEY, SCHEME

Schema = dict[str, object]


def within(low: float, high: float) -> Schema:
    """A number from ``low`` to ``high``."""
    return {"minimum": low, "maximum": high}


WEIGHT = within(0, 1)
AMOUNT: Schema = {"minimum": 0}
PART: Schema = {"exclusiveMinimum": 0, "maximum": 1}
DEGREES = {axis: within(-most, most) for axis, most in BOUNDS.items()}
SLUG: Schema = {"pattern": "^[-a-zA-Z0-9_]+$"}
OF_KEY: Schema = {"pattern": f"^{KEY.pattern}$"}
OF_SCHEME: Schema = {"pattern": f"^{SCHEME.pattern}$"}
#: A web address; what nobody sees in one is refused too.
ADDRESS: Schema = {"pattern": r"^https?://[^\s/]+\.[^\s]+$"}
ADDRESS_OR_NONE: Schema = {"pattern": r"^(https?://[^\s/]+\.[^\s]+)?$"}
BUYERS: Schema = {"minItems": 1, "maxItems": MOST_BUYERS}
OF_SHOCKS = {name: within(*limits) for name, limits in LIMITS.items()}


def by_kind() -> Schema:
    """What each kind of shock needs and may have: one question after the other, so that programs
    that read no conditions still read the fields."""
    rest: Schema = {}
    for kind, (needed, more) in reversed(FIELDS.items()):
        names = ["kind", *needed, *more, *WHEN_AND_WHY]
        then: Schema = {"required": ["kind", *needed], "propertyNames": {"enum": names}}
        first: Schema = {"if": {"properties": {"kind": {"enum": [str(kind)]}}}, "then": then}
        rest = {**first, "else": rest} if rest else first
    return rest
