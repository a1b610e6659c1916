"""The audit of a method: the address, its shape, and its rows as JSON."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from riskscore.api import lenses
from riskscore.api.catalogues import versions
from riskscore.api.framework.row_serializers import Row
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.lenses import LensQuery
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.scoring.audits import method_audit, ranked_sample
from riskscore.scoring.stored_score import not_nan

R = "−1 to 1; null for fewer than 3 projects or a constant."


class AuditedIndicatorSerializer(serializers.Serializer[Any]):
    """One indicator."""

    indicator = serializers.CharField(help_text="Key in the catalogue, or code of the leaf.")
    label = serializers.CharField(help_text="Its name.")
    dimension = serializers.CharField(help_text="The dimension in which it lies.")
    weight = serializers.FloatField(
        help_text="Nominal weight among its siblings, as the method writes it."
    )
    effective_weight = serializers.FloatField(
        help_text=(
            "Nominal weight in the composite: weights multiplied down the tree, 0 to 1. They "
            "add up to 1."
        )
    )
    influence = serializers.FloatField(
        allow_null=True,
        help_text=(
            "Measured influence on the composite, 0 to 1: the squared correlation with it. "
            "Far from the effective weight, the weight does not do what it says."
        ),
    )
    correlation_with_dimension = serializers.FloatField(
        allow_null=True, help_text=f"Pearson's r, {R}"
    )
    correlation_with_composite = serializers.FloatField(
        allow_null=True, help_text=f"Pearson's r, {R}"
    )
    known = serializers.FloatField(help_text="Share of the projects that have a value, 0 to 1.")
    rank_shift = serializers.FloatField(
        allow_null=True,
        help_text=(
            "By how many ranks a project of the sample moves on average without it; null "
            "where nothing is left to score."
        ),
    )


class OddPairSerializer(serializers.Serializer[Any]):
    """Two children of a node that say the same, or do not belong together."""

    one = serializers.CharField(help_text="Code of a child.")
    other = serializers.CharField(help_text="Code of another child.")
    kind = serializers.ChoiceField(
        ["redundant", "unrelated", "opposed"],
        help_text="redundant: r is 0.92 or more; unrelated: |r| below 0.3; opposed: r below −0.3.",
    )


class AuditedNodeSerializer(serializers.Serializer[Any]):
    """One node."""

    node = serializers.CharField(help_text="Code of the node.")
    label = serializers.CharField(help_text="Its name.")
    alpha = serializers.FloatField(
        allow_null=True,
        help_text="Cronbach's α of its children, 1 if they move as one; null below two.",
    )
    pairs = OddPairSerializer(help_text="What is odd about its children.", many=True)


class MethodAuditSerializer(serializers.Serializer[Any]):
    """Whether a method does what its weights say, over the projects of a buyer's view."""

    method = serializers.CharField(help_text="Code of the method.")
    version = serializers.IntegerField(help_text="Its version.")
    importer = serializers.CharField(help_text="The buyer's place; WLD is nobody.")
    edition = serializers.IntegerField(
        help_text="What had been recorded: the edition of the view's newest job."
    )
    as_of = serializers.DateField(help_text="The day that the facts describe.")
    projects = serializers.IntegerField(help_text="How many projects were audited.")
    sample = serializers.CharField(help_text="How they were chosen.")
    indicators = AuditedIndicatorSerializer(help_text="In the method's order.", many=True)
    nodes = AuditedNodeSerializer(help_text="The composite first.", many=True)


class AuditQuery(serializers.Serializer[Any]):
    """The buyer's view whose projects are audited."""

    importer = LensQuery._declared_fields["importer"]


class MethodAuditViewSet(ApiViewSet):
    """The audit of a method version: weights against measured influence, correlations, ranks."""

    tag = "methods"
    shows = ("method", "score")
    queries = {"retrieve": AuditQuery}
    lookup_field = ""

    @extend_schema(responses=MethodAuditSerializer)
    def retrieve(self, _request: Request, code: str, version: int) -> Response:
        """Return the audit over the projects that are scored through a buyer's view."""
        method = get_object_or_404(versions(), code=code, version=version)
        lens = lenses.chosen({**self.query, "method": code})
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
