"""The table of weights: other shares are tried, whoever moves is seen at once, a draft is kept."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse

from riskscore.admin.methods import draft_meeting
from riskscore.admin.methods.draft_meeting import Met
from riskscore.admin.methods.moves_shown import moves_shown
from riskscore.admin.methods.outline import outline
from riskscore.curation.writes import method_drafts
from riskscore.curation.writes.write_faults import Refused
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.engine.spec.weight_table import (
    DEFAULT,
    WHOLE,
    Weighed,
    weight_table,
    with_reasons,
    with_weights,
)
from riskscore.errors import RiskscoreError
from riskscore.models import Method

SHARE = re.compile(r"(0|1|[01]?[.,][0-9]{1,3})")
LONGEST_REASON = 2_000
REASON = "reason"


@dataclass(frozen=True, slots=True)
class Cell:
    """One input: its name, what stands in it, and what it is for those who do not see the table."""

    name: str
    value: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Row:
    """A child of a node with its shares and the reason that stands beside it."""

    code: str
    label: str
    terms: str
    cells: list[Cell]
    reason_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """A node with its children, and what is wrong with their sums."""

    code: str
    label: str
    groups: list[str]
    rows: list[Row]
    sums: list[tuple[str, str]]
    faults: list[str]


@dataclass(slots=True)
class Sent:
    """What a form says: thousandths by node and group, reasons by code, and what is wrong."""

    entered: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)


def read(form: QueryDict, table: list[Weighed]) -> Sent:
    """Read a form against a table. A node that it does not name keeps its shares."""
    sent = Sent()
    for weighed in table:
        node = weighed.node
        for column in weighed.columns:
            names = [_name(node, column.group, at) for at in range(len(node.children))]
            if not any(name in form for name in names):
                continue
            shares = [_thousandths(form.get(name, "")) for name in names]
            if fault := _fault(node, column.group, shares):
                sent.faults.setdefault(node.code, []).append(fault)
            else:
                sent.entered[node.code, column.group] = [share or 0 for share in shares]
        for child in node.children:
            text = form.get(f"reason:{child.code}")
            if text is not None:
                cleaned = " ".join(text.replace("\0", "").split())
                sent.reasons[child.code] = cleaned[:LONGEST_REASON]
    return sent


def _thousandths(text: str) -> int | None:
    """Whole thousandths of a number between 0 and 1; None for what is none."""
    text = text.strip()
    if not SHARE.fullmatch(text):
        return None
    share = round(float(text.replace(",", ".")) * WHOLE)
    return share if share <= WHOLE else None


def _fault(node: Node, group: str, shares: list[int | None]) -> str:
    where = "" if group == DEFAULT else f", {group}"
    wrong = [
        child.label for child, share in zip(node.children, shares, strict=True) if share is None
    ]
    if wrong:
        return f"{', '.join(wrong)}{where}: give a number from 0 to 1 with at most three decimals"
    return method_drafts.shares_fault(node.label, group, [share or 0 for share in shares])


def _name(node: Node, group: str, at: int) -> str:
    return f"share:{node.code}:{group}:{at}"


def parts(specification: Specification, form: QueryDict, sent: Sent) -> list[Part]:
    """The table as the page shows it, with what somebody typed in place of what is stored."""
    terms = {row.code: row.how for row in outline(specification)}
    return [_part(weighed, terms, form, sent) for weighed in weight_table(specification.root)]


def _part(weighed: Weighed, terms: dict[str, str], form: QueryDict, sent: Sent) -> Part:
    node = weighed.node
    rows = [
        Row(
            child.code,
            child.label,
            terms[child.code] if isinstance(child, Leaf) else "",
            list(_cells(weighed, at, form)),
            f"reason:{child.code}",
            sent.reasons.get(child.code, child.reason),
        )
        for at, child in enumerate(node.children)
    ]
    groups = [column.group for column in weighed.columns]
    sums = [(group, _sum([row.cells[at].value for row in rows])) for at, group in enumerate(groups)]
    return Part(node.code, node.label, groups, rows, sums, sent.faults.get(node.code, []))


def _cells(weighed: Weighed, at: int, form: QueryDict) -> Iterator[Cell]:
    child = weighed.node.children[at]
    for column in weighed.columns:
        name = _name(weighed.node, column.group, at)
        value = form.get(name, f"{column.shares[at] / WHOLE:.3f}")
        where = "" if column.group == DEFAULT else f", {column.group}"
        yield Cell(
            name, value, f"{child.label}{where}: share of {weighed.node.label}", column.group
        )


def _sum(values: list[str]) -> str:
    shares = [_thousandths(value) for value in values]
    known = [share for share in shares if share is not None]
    return f"{sum(known) / WHOLE:.3f}" if len(known) == len(shares) else "–"


def weights_page(request: HttpRequest, method: Method) -> dict[str, Any] | HttpResponse:
    """The page's context, or where to go after a draft was kept."""
    try:
        specification = Specification.from_dict(method.spec)
    except EngineError as error:
        return {"fault": str(error)}
    table = weight_table(specification.root)
    met = _met(request, method, table)
    form: QueryDict = request.POST
    if isinstance(met, Met):
        form = met.data
    sent = read(form, table) if request.method == "POST" else Sent()
    shown: dict[str, Any] = {
        "parts": parts(specification, form, sent),
        "reason": form.get("reason", method.reason if is_own(request, method) else ""),
        "is_own": is_own(request, method),
        "version": met.version if isinstance(met, Met) else met,
    }
    if isinstance(met, Met) and met.clashes:
        return {**shown, "clashes": met.clashes}
    if sent.faults:
        return {**shown, "wrong": [text for texts in sent.faults.values() for text in texts]}
    spec = with_reasons(with_weights(method.spec, specification.root, sent.entered), sent.reasons)
    if form.get("step") == "keep":
        kept = _keep(request, method, spec, form.get("reason", ""))
        return kept if isinstance(kept, HttpResponse) else {**shown, "wrong": [kept]}
    return {**shown, **moves_shown(request, Specification.from_dict(spec))}


def is_own(request: HttpRequest, method: Method) -> bool:
    """Whether it is a draft of this person, which they change in place."""
    return method_drafts.is_own(method, request.user)


def _met(request: HttpRequest, method: Method, table: list[Weighed]) -> Met | str:
    """What was sent, joined with one's own draft; of an unsent page the version that it carries."""
    if not is_own(request, method):
        return ""
    now, labels = {REASON: method.reason}, {REASON: "Why this version exists"}
    for weighed in table:
        for at, child in enumerate(weighed.node.children):
            for cell in _cells(weighed, at, QueryDict()):
                now[cell.name], labels[cell.name] = cell.value, cell.label
            now[f"reason:{child.code}"] = " ".join(child.reason.split())
            labels[f"reason:{child.code}"] = f"Why {child.label} counts so"
    if request.method != "POST":
        return draft_meeting.version_of(method, now)
    return draft_meeting.meet(_evenly_written(request.POST, now), method, now, labels)


def _evenly_written(sent: QueryDict, names: Iterable[str]) -> QueryDict:
    """The form with each value written as the page writes it: 0,4 is 0.400."""
    result = sent.copy()
    for name in names:
        if name in sent:
            text = sent.get(name, "")
            share = _thousandths(text) if name.startswith("share:") else None
            plain = " ".join(text.replace("\0", "").split())
            result[name] = plain if share is None else f"{share / WHOLE:.3f}"
    return result


def _keep(
    request: HttpRequest, method: Method, spec: dict[str, Any], stated: str
) -> HttpResponse | str:
    """Keep a draft; what is wrong in words where it is not kept."""
    reason = stated.replace("\0", "").strip()[:400]
    try:
        kept = method_drafts.keep(method, spec, by=request.user, reason=reason)
    except Refused as error:
        return "; ".join(fault.words for fault in error.faults)
    except RiskscoreError as error:
        return str(error)
    messages.success(
        request, f"{kept} is kept as a draft. It scores nothing before it is published."
    )
    return HttpResponseRedirect(reverse("admin:riskscore_method_review", args=[kept.pk]))
