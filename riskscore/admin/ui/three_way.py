"""Two edits of one value, joined by what it was before both: the rule that loses neither."""

from dataclasses import dataclass

from riskscore.admin.ui.field_text import Text


@dataclass(frozen=True, slots=True)
class Joined:
    """What stands after both edits. A clash has no such value: a person has to choose."""

    value: Text
    clash: bool = False


def joined(was: Text | None, mine: Text, theirs: Text) -> Joined:
    """Join my edit and theirs of one value. ``was`` None: nobody knows what it was.

    Whoever changed it is followed; both alike are one edit; lists of choices are joined choice by
    choice, so both additions and both removals hold. Two different values for one are a clash.
    """
    if mine == theirs:
        return Joined(mine)
    if isinstance(was, list) and isinstance(mine, list) and isinstance(theirs, list):
        return Joined(_joined_choices(was, mine, theirs))
    if mine == was:
        return Joined(theirs)
    if theirs == was:
        return Joined(mine)
    return Joined(mine, clash=True)


def _joined_choices(was: list[str], mine: list[str], theirs: list[str]) -> list[str]:
    added, removed = set(mine) - set(was), set(was) - set(mine)
    return sorted((set(theirs) | added) - removed)
