"""Many draws of some units' scores at once: (draws, units) arrays up the tree, values only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from riskscore.engine.arrays import Bools, Counts, Floats, Mass, over
from riskscore.engine.catalogue import INDICATORS
from riskscore.engine.counter import Keys, key_of, normals, uniforms
from riskscore.engine.formulas.aggregation import Aggregation, copeland_against
from riskscore.engine.nodes.balance import Term, raised
from riskscore.engine.nodes.block import Block
from riskscore.engine.nodes.evaluated import Evaluated
from riskscore.engine.scaling.fixed import OrdinalTable, Scaling
from riskscore.engine.spec.noise import Noise, Sample
from riskscore.engine.spec.tree import Leaf, Node
from riskscore.engine.uncertainty.unknown import drawn, left_out, shared_uniforms

Rows = slice | npt.NDArray[np.intp]


class Part(NamedTuple):
    """A child in the draws: its values, its weights (0 where it does not count), and where it may
    only raise the node. Arrays are (draws, b), or broadcast to it."""

    child: Leaf | Node
    values: Floats
    weight: Mass
    raises: Bools | bool


class Drawing:
    """Draws for one block of units. ``values`` maps node codes to (draws, b) arrays.

    ``keys`` are the units' own keys; a column's errors are keyed by the frame's ``error_keys``
    where it has them, so that units of one place share the place's error. ``scores`` are the
    results of all nodes on the block. ``factors`` keeps the drawn weights, which are the same for
    all units, from block to block.
    """

    def __init__(
        self,
        block: Block,
        noise: Noise,
        sample: Sample,
        keys: Keys,
        scores: Mapping[str, Evaluated],
        factors: dict[str, Floats] | None = None,
    ) -> None:
        self.block, self.noise, self.sample, self.keys = block, noise, sample, keys
        self.scores = scores
        self.factors = {} if factors is None else factors
        self.shape = (len(sample), block.size)
        self.values: dict[str, Floats] = {}

    def column_keys(self, column: str) -> Keys:
        """(b,) what a column's errors are keyed by."""
        shared = self.block.frame.error_keys.get(column)
        return self.keys if shared is None else shared[self.block.rows]

    def leaf(self, leaf: Leaf, parent: Node) -> tuple[Floats, Bools | None, Bools | bool]:
        """(draws, b) scaled values, where they count (None: everywhere), and where they may only
        raise the node. Arrays may have one row or column, which broadcasts.
        """
        i = self.block.index[leaf.code]
        values = self._noisy(leaf)
        if not self.block.gaps[i]:
            return values, None, leaf.raises_only
        missing = self.block.unknown[i]
        low, high = leaf.scaling.span()
        if leaf.optional or not np.isfinite(high - low):
            return np.where(missing, 0.0, values), ~missing, leaf.raises_only
        if self.noise.unknown == "known" or self._is_unknown_to_all(leaf):
            everywhere = np.ones(1, dtype=bool)
            return self._left_out(leaf, np.array(values), missing, everywhere)
        values = self._drawn(leaf, parent, values, missing)
        if self.noise.unknown == "between":
            return values, None, leaf.raises_only
        return self._left_out(leaf, values, missing, self._draws_without(leaf, parent))

    def _draws_without(self, leaf: Leaf, parent: Node) -> Bools:
        """(draws,) where a leaf is left out. What may only raise a node is left out together: one
        by one, some of many would always raise it."""
        if leaf.raises_only:
            share = self.noise.nodes_left_out
            return left_out(self.noise, self.sample, f"{parent.path}: raising", share)
        return left_out(self.noise, self.sample, leaf.path, self.noise.left_out)

    def _left_out(
        self, leaf: Leaf, values: Floats, missing: Bools, draws: Bools
    ) -> tuple[Floats, Bools | None, Bools | bool]:
        """Missing cells left out, in some draws, as the score leaves them out: by rules 2 they
        count at the best finding where that raises. Works on ``values`` in place."""
        best = leaf.scaling.span()[0]
        where = draws[:, None] & missing
        if self.block.rules > 1 and best > self.block.scale[0]:
            np.copyto(values, best, where=where)
            return values, None, where | leaf.raises_only
        if len(draws) == 1:  # nothing was drawn
            np.copyto(values, 0.0, where=where)
        return values, np.logical_not(where, out=where), leaf.raises_only

    def _is_unknown_to_all(self, leaf: Leaf) -> bool:
        """Whether other leaves have distributions and this has none: nobody knows what it may show,
        so it is in the bounds and not in the draws."""
        return (
            self.noise.unknown == "distribution"
            and leaf.distribution is None
            and self.block.has_distributions
        )

    def _drawn(self, leaf: Leaf, parent: Node, values: Floats, missing: Bools) -> Floats:
        """Unknown cells drawn from their distribution, or evenly between best and worst."""
        keys = self.column_keys(leaf.column)[missing]
        out = np.array(np.broadcast_to(values, self.shape))
        if self.noise.unknown == "distribution" and leaf.distribution is not None:
            known = leaf.distribution, self.scores[parent.code].context[missing]
            out[:, missing] = drawn(self.noise, self.sample, leaf.column, keys, known)
        else:
            low, high = leaf.scaling.span()
            u = shared_uniforms(self.noise, self.sample, leaf.column, keys)
            out[:, missing] = low + (high - low) * u
        return out

    def _noisy(self, leaf: Leaf) -> Floats:
        """Scaled values with the errors of the raw ones; (1, b) where nothing is uncertain."""
        plain: Floats = self.block.scaled[self.block.index[leaf.code]][None, :]
        errors, imputed = self._errors(leaf), self._imputed(leaf)
        alternatives = self.noise.scaling.get(leaf.code, ())
        if errors is None and imputed is None and not alternatives:
            return plain
        raw = self.block.before_scale(leaf)
        distinct, first, at = self._groups(self.column_keys(leaf.column), raw, errors, imputed)
        noisy = np.broadcast_to(raw[first], (self.shape[0], len(first)))
        if errors is not None:
            noisy = noisy + errors[first] * self._normals(leaf, distinct)
        if imputed is not None:
            noisy = noisy + imputed[first] * self._residuals(leaf, distinct)
            if isinstance(leaf.scaling, OrdinalTable):
                noisy = leaf.scaling.nearest(noisy)
        scaled = self._scaled(leaf, noisy, alternatives)
        # One key for the whole block stays one column, which broadcasts.
        return scaled if len(first) == 1 else np.take(scaled, at, axis=1)

    def _groups(
        self, keys: Keys, raw: Floats, errors: Floats | None, imputed: Floats | None
    ) -> tuple[Keys, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Distinct keys, a unit of each, and each unit's key: units of one key with one value and
        one error, measured or imputed alike, are drawn once. Where values differ within a key,
        each unit is its own."""
        distinct, first, at = np.unique(keys, return_index=True, return_inverse=True)
        if all(_same(x[first][at], x) for x in (raw, errors, imputed) if x is not None):
            return distinct, first, at
        return keys, np.arange(len(keys)), np.arange(len(keys))

    def _errors(self, leaf: Leaf) -> Floats | None:
        """(b,) standard errors of the raw values, 0 where nobody states one; None: nowhere."""
        stated = self.block.frame.standard_errors
        i = self.block.index[leaf.code]
        noisy = self.noise.errors and stated is not None and self.block.present[i]
        if not noisy or stated is None or isinstance(leaf.scaling, OrdinalTable):
            return None
        errors = np.nan_to_num(stated[self.block.rows, self.block.frame.index(leaf.column)])
        if not errors.any():
            return None
        return leaf.preparation.spread(errors, self.block.frame, self.block.rows)

    def _imputed(self, leaf: Leaf) -> Floats | None:
        """(b,) 1 where a cell is imputed and varies for it, else 0; None: nowhere."""
        imputed = self.block.imputed[self.block.index[leaf.code]]
        if imputed is None or not self.noise.errors or not self.block.residuals(leaf):
            return None
        return imputed.astype(np.float64)

    def _residuals(self, leaf: Leaf, keys: Keys) -> Floats:
        """(draws, keys) errors of an imputed cell: residuals of the imputation, equally likely."""
        values, numbers = np.array(self.block.residuals(leaf)), self.sample.numbers["errors"]
        u = uniforms(self.noise.seed, f"imputed:{leaf.column}", keys, numbers)
        return np.asarray(values[(u * len(values)).astype(np.int64)])

    def _normals(self, leaf: Leaf, keys: Keys) -> Floats:
        """Errors in standard units: a part shared by the source, the rest the column's own."""
        row = INDICATORS.get(leaf.column)
        source = row.sources[0] if row is not None else ""
        numbers, rho = self.sample.numbers["errors"], self.noise.correlation if source else 0.0
        z = np.zeros((self.shape[0], len(keys)))
        if rho > 0:
            z += np.sqrt(rho) * normals(self.noise.seed, f"source:{source}", keys, numbers)
        if rho < 1:
            z += np.sqrt(1 - rho) * normals(self.noise.seed, f"column:{leaf.column}", keys, numbers)
        return z

    def _scaled(self, leaf: Leaf, noisy: Floats, alternatives: tuple[Scaling, ...]) -> Floats:
        scaled = np.empty(noisy.shape)
        choice = self._choice("scaling", leaf.code, 1 + len(alternatives))
        for number, scaling in enumerate((leaf.scaling, *alternatives)):
            rows = choice == number
            if rows.any():
                raw = np.ascontiguousarray(leaf.preparation.finish(noisy[rows])).ravel()
                flat = np.empty_like(raw)
                scaling.apply(raw, flat)
                scaled[rows] = flat.reshape(-1, noisy.shape[1])
        return scaled

    def _choice(self, factor: str, code: str, options: int) -> Counts:
        """(draws,) which of the alternatives each draw takes."""
        key = np.array([key_of(code)], dtype=np.uint64)
        u = uniforms(self.noise.seed, factor, key, self.sample.numbers[factor])[:, 0]
        return (u * options).astype(np.int64)

    def weight(self, child: Leaf | Node) -> Mass:
        """(draws, 1) or (draws, b) weights of a child."""
        factor = self.factors.get(child.path)
        if factor is None:
            key = np.array([key_of(child.path)], dtype=np.uint64)
            u = uniforms(self.noise.seed, "weights", key, self.sample.numbers["weights"])
            factor = self.factors[child.path] = 1.0 + self.noise.weights * (2.0 * u - 1.0)
        return self.block.mass(child.weight) * factor

    def node(self, node: Node) -> Floats:
        """(draws, b) values of a node, NaN where nothing counts; keeps them in ``values``."""
        parts = list(self._parts(node))
        rules = (node.aggregation, *self.noise.aggregation.get(node.code, ()))
        if len(rules) == 1:
            result = self._join(node, rules[0], parts, slice(None))
        else:
            result = np.empty(self.shape)
            choice = self._choice("aggregation", node.code, len(rules))
            for number, rule in enumerate(rules):
                rows = np.flatnonzero(choice == number)
                if len(rows):
                    result[rows] = self._join(node, rule, parts, rows)
        self.values[node.code] = result
        return result

    def _parts(self, node: Node) -> Iterator[Part]:
        """The children that count somewhere; leaves that only raise come last."""
        raising = [c for c in node.children if isinstance(c, Leaf) and c.raises_only]
        for child in (*(c for c in node.children if c not in raising), *raising):
            if not child.weight.ever:
                continue
            if isinstance(child, Node):
                values, counts = self._counted(child, node, self.node(child))
                raises = self._raises(child)
            elif self.block.present[self.block.index[child.code]]:
                values, counts, raises = self.leaf(child, node)
            else:
                continue
            weight = self.weight(child)
            weight = weight if counts is None else np.multiply(weight, counts)
            yield Part(child, values, weight, raises)

    def _raises(self, child: Node) -> Bools | bool:
        """(b,) where a child may only raise its parent."""
        raises = self.scores[child.code].only_raises
        return False if raises is None or not raises.any() else raises

    def _counted(self, child: Node, parent: Node, values: Floats) -> tuple[Floats, Bools | None]:
        """A node's draws, and where they count in its parent; None: everywhere.

        A node that is not assessed is drawn from its distribution, within its bounds, in the draws
        that do not leave it out. Without a distribution it stays out of the draws as it stays out
        of the score; what it could do is in the bounds.
        """
        score = self.scores[child.code]
        assessed = ~np.isnan(score.value)
        counts: Bools = ~np.isnan(values) & assessed
        if counts.all():
            return values, None
        if self.noise.unknown != "distribution" or child.distribution is None:
            return values, counts
        missing = ~assessed
        known = child.distribution, self.scores[parent.code].value[missing]
        found = drawn(self.noise, self.sample, child.code, self.keys[missing], known)
        values = values.copy()
        values[:, missing] = np.clip(found, score.low[missing], score.high[missing])
        out = left_out(self.noise, self.sample, child.path, self.noise.nodes_left_out)
        return values, ~np.isnan(values) & ~(out[:, None] & missing)

    def _join(
        self,
        node: Node,
        rule: Aggregation,
        parts: list[Part],
        rows: Rows,
    ) -> Floats:
        if rule.kind == "max":
            return self._greatest(parts, rows)
        if rule.kind == "copeland":
            return self._copeland(node, parts, rows)
        if node.rules > 1:
            return self._raised(rule, parts, rows)
        size = len(range(*rows.indices(self.shape[0]))) if isinstance(rows, slice) else len(rows)
        num, den = np.zeros((size, self.shape[1])), np.zeros((1, 1))
        term = np.empty_like(num)
        for child, values, weight, _ in parts:
            f, w = rule.forward(_rows(values, rows)), _rows(weight, rows)
            if isinstance(child, Leaf) and child.raises_only:
                w = w * np.where((den == 0) | (f > over(num, den)), 1.0, 0.0)
            num += _product(f, w, term)
            den = den + w
        return rule.inverse(over(num, den))

    def _raised(self, rule: Aggregation, parts: list[Part], rows: Rows) -> Floats:
        """The mean in each draw; what may only raise is admitted from the highest down."""
        size = len(range(*rows.indices(self.shape[0]))) if isinstance(rows, slice) else len(rows)
        num, den = np.zeros((size, self.shape[1])), np.zeros((1, 1))
        term, raising = np.empty_like(num), []
        for child, values, weight, raises in parts:
            f, w = rule.forward(_rows(values, rows)), _rows(weight, rows)
            held = raises if isinstance(raises, bool) else _rows(raises, rows)
            steady = w if raises is False else np.multiply(w, np.logical_not(held))
            if np.any(held):
                raising.append(Term(f, np.multiply(w, held)))
            finite = isinstance(child, Leaf) and rule.p > 0
            num += f * steady if finite else _product(f, steady, term)
            den = den + steady
        if not raising:
            return rule.inverse(over(num, den))
        return rule.inverse(raised(num, np.array(np.broadcast_to(den, num.shape)), raising).mean())

    def _greatest(self, parts: list[Part], rows: Rows) -> Floats:
        result = np.full((len(_rows(np.empty(self.shape), rows)), self.shape[1]), np.nan)
        for _, values, weight, _ in parts:
            counted = np.where(np.greater(_rows(weight, rows), 0), _rows(values, rows), np.nan)
            np.fmax(result, counted, out=result)
        return result

    def _copeland(self, node: Node, parts: list[Part], rows: Rows) -> Floats:
        """Rank of each draw against the frozen reference, one draw at a time."""
        assert node.reference is not None  # noqa: S101 - a fitted tree has it
        position = {child.code: i for i, child in enumerate(node.children)}
        kept = [position[part.child.code] for part in parts]
        table = [np.broadcast_to(_rows(part.values, rows), self.shape) for part in parts]
        weights = np.array([np.broadcast_to(part.weight, self.shape)[:, 0] for part in parts])
        result = np.empty(self.shape)
        for d in range(self.shape[0]):
            x = np.stack([values[d] for values in table], axis=1)
            share = weights[:, d] / weights[:, d].sum()
            result[d] = copeland_against(x, node.reference[:, kept], share)
        return result


def _product(f: Floats, w: Floats, scratch: Floats) -> Floats:
    """f·w, 0 where w is 0 whatever f is; in ``scratch`` when it has that shape."""
    shape = np.broadcast_shapes(f.shape, w.shape)
    term = np.multiply(f, w, out=scratch if shape == scratch.shape else None)
    if not w.all():
        np.copyto(term, 0.0, where=w == 0)
    return np.asarray(term)


def _rows(array: Mass | Bools, rows: Rows) -> Floats:
    """Some draws of an array that may have a single row for all of them."""
    values = np.atleast_2d(np.asarray(array, dtype=np.float64))
    if isinstance(rows, slice) or len(values) == 1:
        return values
    return np.asarray(values[rows])


def _same(left: Floats, right: Floats) -> bool:
    return bool(np.array_equal(left, right, equal_nan=True))
