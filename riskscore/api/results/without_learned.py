"""What scores would be without learned models, for an export that PostgreSQL writes."""

import struct
from collections.abc import Sequence
from typing import Any

import numpy as np

from riskscore.engine.explain.without import Stored
from riskscore.models import Lens, Method
from riskscore.models.scores import NODES
from riskscore.scoring.learned_contribution import without_learned_each
from riskscore.scoring.methods import fitted_method
from riskscore.scoring.stored_score import NOBODY
from riskscore.sources.row_writing import dumps
from riskscore.sql.copied_rows import Filled, Sent

COLUMNS = ("inputs", "method_id", "project__kind", *NODES)
#: Answers that an export keeps: projects that agree in what was scored share one.
MOST = 10_000
# PostgreSQL's array_send: dimensions, nulls, type, length and first index; then each float by size.
_HEAD = 20
_FLOATS = np.dtype([("size", ">i4"), ("value", ">f8")])


def filled(lens: Lens) -> Filled:
    """How an export of the scores through a lens is filled in."""
    kept: dict[tuple[Any, ...], bytes] = {}
    imports = lens.importer_id != NOBODY
    # All that scores may refer to: to ask the scores which they do would read each of them.
    methods = Method.objects.filter(code=lens.method_code, state__in=Method.EVER_PUBLISHED)
    fitted = {pk: fitted_method(pk) for pk in methods.values_list("pk", flat=True)}

    def make(rows: Sequence[Sent]) -> Sequence[bytes]:
        keys = [tuple(row) for row in rows]
        found = {key: kept[key] for key in keys if key in kept}
        unknown = list({key for key in keys if key not in found})
        scored = [_scored(key, imports=imports) for key in unknown]
        answers = without_learned_each(scored, lambda method: fitted[method])
        found |= {key: dumps(each or None) for key, each in zip(unknown, answers, strict=True)}
        if len(kept) + len(unknown) > MOST:
            kept.clear()
        kept.update((key, found[key]) for key in unknown)
        return [found[key] for key in keys]

    return Filled(COLUMNS, make)


def _scored(sent: Sent, *, imports: bool) -> tuple[int, Stored]:
    inputs, method, kind, *scores = sent
    values = np.frombuffer(inputs, _FLOATS, offset=_HEAD)["value"]
    by_node = {node: _float(score) for node, score in zip(NODES, scores, strict=True)}
    return int.from_bytes(method, "big"), Stored(values.tolist(), by_node, kind.decode(), imports)


def _float(sent: bytes | None) -> float | None:
    return None if sent is None else float(struct.unpack(">d", sent)[0])
