"""Files for the tests of the intake, and taking them in here and now."""

import io
from typing import Any

from riskscore.intake import requests, run
from riskscore.models import Intake

LAW = "indicator,place,year,value,standard_error\n"


def queue(text: str | bytes, source: str, name: str = "file.csv", **wanted: Any) -> Intake:
    """An intake that waits, its file in the database."""
    content = text.encode() if isinstance(text, str) else text
    return requests.take_in(io.BytesIO(content), name, requests.ImportOptions(source, **wanted))


def take_in(text: str | bytes, source: str, name: str = "file.csv", **wanted: Any) -> Intake:
    """Take a file in, in this process, and return what has come of it."""
    return finish(queue(text, source, name, **wanted))


def finish(intake: Intake) -> Intake:
    run.take_in(intake.id)
    requests.follow_intakes()
    return Intake.objects.get(id=intake.id)


def faults(intake: Intake) -> list[tuple[int | None, str, str]]:
    """(line, column, reason) of each fault, in the order of the file."""
    return list(intake.faults.order_by("line", "id").values_list("line", "column", "reason"))
