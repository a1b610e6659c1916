"""What would help a score most, each fact with the form that enters it."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.inputs.evidence_kinds import KINDS
from riskscore.models import Edition, Evidence, Lens, Method, Project
from riskscore.scoring import data_gaps
from riskscore.scoring.data_gaps import Dimension, Missing


@dataclass(frozen=True, slots=True)
class Fact:
    """One unknown fact: its name, what it would give, and the form that enters it; ``link`` is ""
    for who may not."""

    label: str
    gain: str
    would_assess: bool
    link: str
    action: str


@dataclass(frozen=True, slots=True)
class Row:
    """One dimension: how fresh it is, and the facts that would raise its coverage."""

    dimension: Dimension
    facts: Sequence[Fact]


def of(request: HttpRequest, project: Project, lens: Lens | None) -> list[Row]:
    """Per dimension, the most useful fact first. Empty for what is not scored."""
    if lens is None or project.state != Project.State.PUBLISHED:
        return []
    try:
        found = data_gaps.of([project.pk], lens)
    except (Edition.DoesNotExist, Method.DoesNotExist):
        return []
    return [
        Row(part, [_fact(request, project, one) for one in part.missing if one.gain > 0])
        for gaps in found
        for part in gaps.dimensions
    ]


def _fact(request: HttpRequest, project: Project, missing: Missing) -> Fact:
    link, action = _way_in(request, project, missing.indicator)
    label = INDICATORS[missing.indicator].label if missing.indicator in INDICATORS else ""
    return Fact(label or missing.indicator, missing.percent, missing.would_assess, link, action)


def _way_in(request: HttpRequest, project: Project, code: str) -> tuple[str, str]:
    """Address and name of the form by which somebody with the permission states it."""
    indicator = INDICATORS.get(code)
    kinds = [kind.name for kind in KINDS.values() if code in kind.indicators]
    may = request.user.has_perm
    if kinds:
        return _evidence(project, kinds, may("riskscore.add_evidence"))
    if code.startswith("own."):
        address = f"{reverse('admin:riskscore_ownership_add')}?project={project.pk}"
        return address if may("riskscore.add_ownership") else "", "add an owner"
    if code == "con.offtake":
        form = reverse("admin:riskscore_project_change", args=[project.pk])
        address = f"{form}#offtakes-group"
        return address if may("riskscore.change_project") else "", "add a buyer"
    if code == "ind.overlap":
        address = f"{reverse('admin:riskscore_landlayer_add')}"
        return address if may("riskscore.add_landlayer") else "", "load a map of lands"
    if indicator is not None and "model" in indicator.sources:
        address = reverse("admin:riskscore_learnedmodel_changelist")
        return address if may("riskscore.view_learnedmodel") else "", "see the learned models"
    address = reverse("admin:riskscore_intake_add")
    return address if may("riskscore.add_intake") else "", "import figures"


def _evidence(project: Project, kinds: Sequence[str], allowed: bool) -> tuple[str, str]:
    """The form of evidence; its kind is preset where only one would say it."""
    given = {"project": project.pk, **({"kind": kinds[0]} if len(kinds) == 1 else {})}
    address = f"{reverse('admin:riskscore_evidence_add')}?{urlencode(given)}"
    word = Evidence.Kind(kinds[0]).label.lower() if len(kinds) == 1 else "evidence"
    return address if allowed else "", f"add {word}"
