"""What is said of a map that was read: what was mended, and which lands lie on each other."""

from collections import Counter
from collections.abc import Iterator, Sequence

import shapely

from riskscore.sources.maps.feature_names import Shape
from riskscore.sources.maps.mending import Mended, size_words

#: Mended features that are told one by one, the most moved first.
MOST_TOLD = 40
MOST_NAMED = 3


def about_all(shapes: Sequence[Shape], repairs: Sequence[tuple[str, Mended]]) -> Iterator[str]:
    """Sentences on what was mended and on what lies on the map twice."""
    yield from _about_repairs(repairs)
    yield from _about_same(shapes)


def _about_repairs(repairs: Sequence[tuple[str, Mended]]) -> Iterator[str]:
    if not repairs:
        return
    before, after = (sum(getattr(one, name) for _, one in repairs) for name in ("before", "after"))
    sizes = f"{size_words(before)} → {size_words(after)}"
    yield f"features mended: {len(repairs):,}, {sizes} in all; shares are of the mended area"
    ordered = sorted(repairs, key=lambda repair: -abs(repair[1].moved))
    for name, one in ordered[:MOST_TOLD]:
        yield f"mended: {name}: {one.words}"
    if (rest := len(repairs) - MOST_TOLD) > 0:
        yield f"and features mended whose area moved less: {rest:,}"


def _about_same(shapes: Sequence[Shape]) -> Iterator[str]:
    """Lands with one and the same outline: each stays, and together they count once."""
    keys = [shapely.to_wkb(shapely.normalize(shape.geometry)) for shape in shapes]
    often = Counter(keys)
    same = [shape.name for key, shape in zip(keys, shapes, strict=True) if often[key] > 1]
    if same:
        few = ", ".join(name[:40] for name in same[:MOST_NAMED])
        yield f"lands whose outline another has too, which count once: {len(same):,} ({few})"
