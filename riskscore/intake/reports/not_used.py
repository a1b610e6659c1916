"""What of a file is not used, by reason and with examples, and what to know of the file: kept on
the row of its import, in bounded size whatever the file."""

from collections.abc import Iterable
from typing import Any

from riskscore.models import Intake
from riskscore.sources.left_out import LeftOut, Remark, TableFound

#: Reasons that are told apart, examples of each, remarks, and letters of one text.
MOST_REASONS, MOST_EXAMPLES, MOST_REMARKS, MOST_LETTERS = 100, 5, 50, 200
OTHER = "other reasons"


def note(intake: Intake, parts: Iterable[Any]) -> None:
    """Count every :class:`LeftOut` and keep every :class:`Remark` of the parts on the import.

    What is no such part is passed over. The row is not saved here.
    """
    for part in parts:
        if isinstance(part, LeftOut):
            _count(intake, part)
        elif isinstance(part, Remark):
            _remark(intake, part.text[:MOST_LETTERS])
            if isinstance(part, TableFound):
                intake.read_as = {"sheet": part.sheet, "header_row": part.header_row}


def _count(intake: Intake, part: LeftOut) -> None:
    if part.is_row:
        intake.left_out += part.count
    reasons = intake.left_out_by_reason
    reason = part.reason[:MOST_LETTERS]
    if reason not in reasons and len(reasons) >= MOST_REASONS:
        reason = OTHER
    found = reasons.setdefault(reason, {"count": 0, "examples": []})
    found["count"] += part.count
    example = _example(part)
    if example and len(found["examples"]) < MOST_EXAMPLES and example not in found["examples"]:
        found["examples"].append(example)


def _example(part: LeftOut) -> str:
    plain = part.example.replace("\0", "\N{REPLACEMENT CHARACTER}")[:MOST_LETTERS]
    where = "" if part.row is None else f"line {part.row}"
    return ": ".join(text for text in (where, plain) if text)


def _remark(intake: Intake, text: str) -> None:
    if text and text not in intake.remarks and len(intake.remarks) < MOST_REMARKS:
        intake.remarks.append(text)
