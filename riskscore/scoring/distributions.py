"""What a method needs to draw unknown values, learnt from the published projects.

A published method is fitted without a reference, so that its text says everything; the section
``uncertainty.distributions`` of the text is made here, once, before the version is published.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from riskscore.engine.frame import Frame
from riskscore.engine.method import Method as Specification
from riskscore.engine.unknown_cells import distributions_of
from riskscore.errors import ConflictError
from riskscore.models import Edition, Project
from riskscore.scoring.compute import load
from riskscore.scoring.inputs import Pinned

#: Digits of a value on the method's scale; levels of a table keep theirs.
DIGITS = 1


class NothingToLearnFrom(ConflictError):
    """No edition, or no published project."""

    code = "nothing_to_learn_from"
    remedy = "Load the bundle or your own projects first."


def frame_of(method: Specification, importer: str, as_of: date) -> Frame:
    """What a method reads of all published projects, as the newest edition knows them."""
    edition = Edition.objects.order_by("-number").first()
    projects = Project.objects.filter(state=Project.State.PUBLISHED).order_by("id")
    ids = list(projects.values_list("id", flat=True))
    if edition is None or not ids:
        raise NothingToLearnFrom("there is no edition or no published project")
    return load(Pinned(edition.number, as_of, importer), ids).frame(method)


def learnt(spec: Mapping[str, Any], importers: Sequence[str], as_of: date) -> dict[str, Any]:
    """``uncertainty.distributions`` of a spec. What the first importer does not show (its own
    trade, when nobody in particular buys) is learnt from the next."""
    unlearnt = {k: v for k, v in spec.get("uncertainty", {}).items() if k != "distributions"}
    method = Specification.from_dict(
        {**spec, "uncertainty": {**unlearnt, "unknown": "distribution"}}
    )
    found: dict[str, Any] = {}
    for importer in importers:
        root = method.fit(frame_of(method, importer, as_of)).root
        for code, distribution in distributions_of(root).items():
            found.setdefault(code, _rounded(distribution.state()))
    return found


def _rounded(state: Mapping[str, Any]) -> dict[str, Any]:
    """A distribution as the text gives it: short numbers, classes only where there are some."""
    short: dict[str, Any] = {"overall": _numbers(state["overall"])}
    if state["cuts"]:
        short["cuts"] = [float(f"{cut:.6g}") for cut in state["cuts"]]
        short["by_class"] = [_numbers(values) for values in state["by_class"]]
    return short


def _numbers(values: Sequence[float]) -> list[float]:
    return [int(x) if x.is_integer() else x for x in (round(value, DIGITS) for value in values)]
