"""Drafts of methods as programs draw them: other weights by name, kept as one's own draft.

The checks of the shares and the way from a version to a draft are those of the table of weights in
admin, which calls the same functions.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from riskscore.curation import method_edits
from riskscore.curation.writes.write_faults import Fault, Refused, refuse
from riskscore.engine.errors import EngineError
from riskscore.engine.method import Method as Specification
from riskscore.engine.spec.tree import Node
from riskscore.engine.spec.weight_table import (
    DEFAULT,
    WHOLE,
    Weighed,
    weight_table,
    with_reasons,
    with_weights,
)
from riskscore.models import Method

#: By code of a child: a share 0..1, or one for each group of units.
Shares = Mapping[str, Any]
#: The same by code of the node.
Weights = Mapping[str, Shares]
Entered = dict[tuple[str, str], list[int]]
#: What a decimal number lies beside its thousandth.
ROUNDING = 1e-6
Reasons = Mapping[str, str]
Spec = dict[str, Any]
NO_REASON = "Say why this version exists; it stands beside the version for ever."
THREE = "give a number from 0 to 1 with at most three decimals"
UNWEIGHED = "Nothing hangs on weights here: one child, the greatest counts, or they are learnt."


def shares_fault(label: str, group: str, shares: list[int]) -> str:
    """What is wrong with the shares of a node's children, in thousandths; empty: nothing."""
    total = sum(shares)
    if total == WHOLE:
        return ""
    where = "" if group == DEFAULT else f", {group}"
    apart = abs(WHOLE - total) / WHOLE
    word = "missing" if total < WHOLE else "too much"
    return f"{label}{where}: the shares sum to {total / WHOLE:.3f}; {apart:.3f} is {word}"


def changed_spec(method: Method, weights: Weights, reasons: Reasons) -> Spec:
    """The specification of a version with other weights and reasons.

    Of a node that is named all shares sum to 1; a child that is not named keeps its own. Raises
    Refused with every fault (``/weights/indigenous/…``).
    """
    root = Specification.from_dict(method.spec).root
    table = {weighed.node.code: weighed for weighed in weight_table(root)}
    entered: Entered = {}
    faults: list[Fault] = []
    for code, children in weights.items():
        at = f"/weights/{code}"
        if code not in table:
            known = ", ".join(table)
            words = UNWEIGHED if _has(root, code) else f"no node {code!r}; there are {known}"
            faults.append(Fault(at, words))
            continue
        faults += _enter(table[code], children, at, entered)
    codes = {part.code for part in _every(root)}
    unknown = [code for code in reasons if code not in codes]
    faults += [Fault(f"/reasons/{code}", f"no node or indicator {code!r}") for code in unknown]
    refuse(faults)
    return with_reasons(with_weights(method.spec, root, entered), reasons)


def _has(root: Node, code: str) -> bool:
    return any(part.code == code for part in _every(root))


def _every(root: Node) -> Iterator[Any]:
    for node in root.nodes():
        yield node
        yield from node.children


def _enter(weighed: Weighed, children: Shares, at: str, entered: Entered) -> Iterator[Fault]:
    """Take the shares of one node; yields what is wrong with them."""
    node = weighed.node
    faults = list(_unknown(weighed, children, at))
    yield from faults
    if faults:
        return
    for column in weighed.columns:
        shares = list(column.shares)
        for place, child in enumerate(node.children):
            share = _of_group(children.get(child.code), column.group)
            if share is None:
                continue
            thousandths = _thousandths(share)
            if thousandths is None:
                yield Fault(f"{at}/{child.code}", THREE)
            else:
                shares[place] = thousandths
        if fault := shares_fault(node.label, column.group, shares):
            yield Fault(at, fault)
        entered[node.code, column.group] = shares


def _unknown(weighed: Weighed, children: Shares, at: str) -> Iterator[Fault]:
    """Children and groups that the node does not have."""
    codes = [child.code for child in weighed.node.children]
    groups = [column.group for column in weighed.columns]
    for code, said in children.items():
        if code not in codes:
            words = f"no child of {weighed.node.code}; there are {', '.join(codes)}"
            yield Fault(f"{at}/{code}", words)
        elif isinstance(said, Mapping) and (unknown := sorted(set(said) - set(groups))):
            yield Fault(f"{at}/{code}", f"no group {unknown[0]!r}; there are {', '.join(groups)}")


def _of_group(said: Any, group: str) -> Any:
    """What is said of a group, None where nothing is; a value alone is that of every group."""
    return said.get(group) if isinstance(said, Mapping) else said


def _thousandths(share: Any) -> int | None:
    """A share as a program sends it, in thousandths; None if it is none."""
    is_number = isinstance(share, int | float) and not isinstance(share, bool)
    if not is_number or not 0 <= share <= 1:
        return None
    thousandths = round(share * WHOLE)
    return thousandths if abs(share * WHOLE - thousandths) <= ROUNDING else None


def is_own(method: Method, by: Any) -> bool:
    """Whether it is this person's draft, which they may change."""
    return method.state == Method.State.DRAFT and method.created_by_id == by.pk


def keep(method: Method, spec: Spec, *, by: Any, reason: str) -> Method:
    """Change one's own draft, or begin one from another version. Raises as they do."""
    own = is_own(method, by)
    return (change if own else begin)(method, spec, by=by, reason=reason)


def change(draft: Method, spec: Spec, *, by: Any, reason: str) -> Method:
    """Change one's own draft. Raises Refused, and what ``method_edits.redraft`` raises."""
    with _checked(reason):
        return method_edits.redraft(draft, spec, by=by, reason=reason, seen=draft)


def begin(method: Method, spec: Spec, *, by: Any, reason: str) -> Method:
    """Begin a draft from a version, under the next free number.

    Raises Refused without a reason or a difference, and what ``method_edits.draft`` raises.
    """
    with _checked(reason):
        if spec == method.spec:
            refuse([Fault("", f"No weight and no reason differs from {method}.")])
        numbered = {**spec, "version": method_edits.next_version(method.code)}
        base = method if method.state in Method.EVER_PUBLISHED else method.based_on
        return method_edits.draft(numbered, by=by, reason=reason, based_on=base)


@contextmanager
def _checked(reason: str) -> Iterator[None]:
    if not reason:
        refuse([Fault("/reason", NO_REASON)])
    try:
        yield
    except EngineError as error:
        raise Refused([Fault("/spec", str(error))]) from None
