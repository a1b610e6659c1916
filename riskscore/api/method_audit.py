"""The audit of a method: the address, its shape, and its rows as JSON."""

from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.catalogues import versions
from riskscore.api.framework import shapes
from riskscore.api.framework.endpoint import Endpoint
from riskscore.api.framework.resources import Row
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.scoring.audits import method_audit, ranked_sample
from riskscore.scoring.stored_score import not_nan

R = "−1 to 1; null for fewer than 3 projects or a constant."
INDICATOR = shapes.record(
    {
        "indicator": shapes.text("Key in the catalogue, or code of the leaf."),
        "label": shapes.text("Its name."),
        "dimension": shapes.text("The dimension in which it lies."),
        "weight": shapes.number("Nominal weight among its siblings, as the method writes it."),
        "effective_weight": shapes.number(
            "Nominal weight in the composite: weights multiplied down the tree, 0 to 1. They add "
            "up to 1."
        ),
        "influence": shapes.optional(
            shapes.number(
                "Measured influence on the composite, 0 to 1: the squared correlation with it. "
                "Far from the effective weight, the weight does not do what it says."
            )
        ),
        "correlation_with_dimension": shapes.optional(shapes.number(f"Pearson's r, {R}")),
        "correlation_with_composite": shapes.optional(shapes.number(f"Pearson's r, {R}")),
        "known": shapes.number("Share of the projects that have a value, 0 to 1."),
        "rank_shift": shapes.optional(
            shapes.number(
                "By how many ranks a project of the sample moves on average without it; null where "
                "nothing is left to score."
            )
        ),
    },
    "One indicator.",
)
PAIR = shapes.record(
    {
        "one": shapes.text("Code of a child."),
        "other": shapes.text("Code of another child."),
        "kind": shapes.one_of(
            ["redundant", "unrelated", "opposed"],
            "redundant: r is 0.92 or more; unrelated: |r| below 0.3; opposed: r below −0.3.",
        ),
    },
    "Two children of a node that say the same, or do not belong together.",
)
NODE = shapes.record(
    {
        "node": shapes.text("Code of the node."),
        "label": shapes.text("Its name."),
        "alpha": shapes.optional(
            shapes.number("Cronbach's α of its children, 1 if they move as one; null below two.")
        ),
        "pairs": shapes.several(PAIR, "What is odd about its children."),
    },
    "One node.",
)
AUDIT = shapes.record(
    {
        "method": shapes.text("Code of the method."),
        "version": shapes.whole("Its version."),
        "importer": shapes.text("The buyer's place; WLD is nobody."),
        "edition": shapes.whole("What had been recorded: the edition of the view's newest job."),
        "as_of": shapes.day("The day that the facts describe."),
        "projects": shapes.whole("How many projects were audited."),
        "sample": shapes.text("How they were chosen."),
        "indicators": shapes.several(INDICATOR, "In the method's order."),
        "nodes": shapes.several(NODE, "The composite first."),
    },
    "Whether a method does what its weights say, over the projects of a buyer's view.",
)
PARAMETERS = tuple(each for each in lenses.LENS_PARAMETERS if each.name != "method")


class MethodAudit(Endpoint):
    """The audit of a method version: weights against measured influence, correlations, ranks."""

    tag = "methods"
    shows = ("method", "score")
    parameters = PARAMETERS
    answers = {"get": (200, shapes.reference("MethodAudit"))}

    def get(self, _request: Request, code: str, version: int) -> Response:
        """Return the audit over the projects that are scored through a buyer's view."""
        method = get_object_or_404(versions(), code=code, version=version)
        lens = lenses.chosen({**self.query_values, "method": code})
        result = method_audit.method_audit(method, lens)
        return Response(
            {
                "method": code,
                "version": version,
                "importer": lens.importer_id,
                "edition": result.edition,
                "as_of": result.as_of,
                "projects": result.size,
                "sample": ranked_sample.RULE.format(most=ranked_sample.SAMPLE),
                "indicators": [_indicator(leaf, result) for leaf in result.leaves],
                "nodes": [_node(node, result) for node in result.method.nodes],
            }
        )


def _indicator(leaf: Leaf, result: method_audit.MethodAudit) -> Row:
    report = result.report
    return {
        "indicator": leaf.code,
        "label": leaf.label,
        "dimension": result.nodes_of[leaf.code],
        "weight": leaf.weight.default,
        "effective_weight": report.effective_weight[leaf.code],
        "influence": not_nan(report.influence[leaf.code]),
        "correlation_with_dimension": not_nan(result.by_node[leaf.code]),
        "correlation_with_composite": not_nan(result.by_root[leaf.code]),
        "known": report.not_nan.get(leaf.code, 0.0),
        "rank_shift": not_nan(report.rank_shift[leaf.code]),
    }


def _node(node: Node, result: method_audit.MethodAudit) -> Row:
    return {
        "node": node.code,
        "label": node.label,
        "alpha": not_nan(result.report.alpha[node.code]),
        "pairs": [
            {"one": one, "other": other, "kind": kind}
            for one, other, kind in result.report.flags[node.code]
        ],
    }
