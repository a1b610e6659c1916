"""Which partial releases (corrections) a table of derived values came from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from riskscore.releases.effective import InForce

Values = Mapping[Any, Any]


def credited(
    releases: InForce, partial: Sequence[int], derived: Callable[[InForce], Values]
) -> dict[Any, list[int]]:
    """By key of a value: ids of the partial releases without which it would be another.

    ``derived`` makes the values from releases in force. The partial releases are halved until
    single ones are left, and a half without which nothing changes is left alone. Where the whole
    changes a value and neither half does, all of it is named.
    """
    now = derived(releases)
    result: dict[Any, list[int]] = {}

    def look(group: Sequence[int]) -> set[Any]:
        then = derived(releases.without(*group))
        changed = {key for key in now.keys() | then.keys() if now.get(key) != then.get(key)}
        if len(group) > 1 and changed:
            half = len(group) // 2
            left = changed - look(group[:half]) - look(group[half:])
        else:
            left = changed
        for key in left:
            result.setdefault(key, []).extend(group)
        return changed

    if partial:
        look(sorted(partial))
    return {key: sorted(set(ids)) for key, ids in result.items()}
