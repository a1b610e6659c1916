"""Every refusal has a code, a message and a remedy, wherever it comes from and whoever shows it."""

import importlib
import inspect
import pkgutil

import pytest
from django.core.management import CommandError, call_command

import riskscore
from riskscore.admin.methods.methods import NewVersion
from riskscore.api.framework.exception_handler import problem_of
from riskscore.api.framework.problems import KINDS, Problem
from riskscore.curation.challenges import TooMany
from riskscore.engine.errors import FitError, MethodError
from riskscore.errors import (
    ConflictError,
    ForbiddenError,
    NotFoundError,
    RiskscoreError,
    UnavailableError,
    ValidationError,
)
from riskscore.intake.requests import CannotTakeIn
from riskscore.jobs.requests import CannotStart
from riskscore.jobs.scope import BadScope
from riskscore.sources import BadFile
from riskscore.sources.maps import BadMap

DATABASE = "riskscore.sql.database"
#: Exceptions that no person reads: they end a worker's piece of work, and their catcher is ours.
#: And two of Django's kinds, which its own code must know; their line holds the remedy.
REPORT = "riskscore.intake.reports.import_report"
CONTROL_FLOW = {
    "riskscore.jobs.work_items.LeaseLost": "another worker has it; what this one did is dropped",
    f"{REPORT}.Cancelled": "ends the reading of a file that was cancelled",
    f"{DATABASE}.older_code.OlderCode": "the database cannot be used: clients get 503, jobs wait",
    f"{DATABASE}.pooling.NeedsSession": "a configuration that cannot work: commands say its line",
    "riskscore.serving.held_requests.Held": "lets a thread go on; its request is answered later",
    f"{REPORT}.Rejected": "ends an import whose faults stand in its report",
}


def exceptions() -> dict[str, type[BaseException]]:
    """Every exception class that a module of the package defines, by its dotted name."""
    found: dict[str, type[BaseException]] = {}
    for module in pkgutil.walk_packages(riskscore.__path__, "riskscore."):
        if ".migrations" in module.name or module.name in ("riskscore.asgi", "riskscore.wsgi"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            ours = inspect.isclass(value) and value.__module__ == module.name
            if ours and issubclass(value, BaseException):
                found[f"{module.name}.{name}"] = value
    return found


def test_every_exception_of_ours_has_the_one_base_or_a_reason_why_nobody_reads_it() -> None:
    plain = {name for name, kind in exceptions().items() if not issubclass(kind, RiskscoreError)}
    assert plain == set(CONTROL_FLOW)


def test_every_kind_of_refusal_has_a_code_of_its_own_and_a_remedy() -> None:
    kinds = [kind for kind in exceptions().values() if issubclass(kind, RiskscoreError)]
    codes = [kind.code for kind in kinds if kind is not Problem]
    assert not [kind for kind in kinds if not kind.remedy]
    twice = {code for code in codes if codes.count(code) > 1}
    assert twice == {"forbidden"}  # whoever may not, may not: one code


def test_an_error_is_one_line_of_place_message_and_remedy() -> None:
    assert str(ValidationError("it is empty", place="file", remedy="upload it again")) == (
        "file: it is empty; upload it again"
    )
    assert str(ConflictError("It has ended.", remedy="Start anew.")) == "It has ended. Start anew."
    told = ConflictError("it runs still")
    assert str(told) == "it runs still"
    assert (told.code, told.message, bool(told.remedy)) == ("conflict", "it runs still", True)


def test_what_a_file_or_a_map_does_wrong_keeps_its_place() -> None:
    bad = BadFile("not a number", row=3, column="value", value="x", remedy="Write a number.")
    assert str(bad.within("a.csv")) == (
        "a.csv, row 3, column value: not a number (found 'x'). Write a number."
    )
    assert (bad.code, bad.message, bad.remedy) == ("bad_file", "not a number", "Write a number.")
    wrong = BadMap("feature 2", "has no geometry", "leave it out or draw it")
    assert str(wrong) == "feature 2 has no geometry: leave it out or draw it"
    assert (wrong.code, wrong.place) == ("bad_map", "feature 2")


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (CannotStart("nothing is loaded yet"), "cannot_start", 409),
        (TooMany("20 of your challenges are open"), "too_many_challenges", 429),
        (BadScope("scope: give one"), "bad_request", 400),
        (CannotTakeIn("file: it is empty"), "cannot_import", 409),
        (NotFoundError("no such thing"), "not_found", 404),
        (ForbiddenError("not yours"), "forbidden", 403),
    ],
)
def test_the_api_answers_a_refusal_with_its_problem(
    error: RiskscoreError, code: str, status: int
) -> None:
    problem = problem_of(error)
    assert problem is not None
    assert (problem.code, problem.detail) == (code, str(error))
    assert KINDS[code].status == status
    assert problem.remedy


@pytest.mark.parametrize(
    "error", [FitError("no spread"), MethodError("a/b", "rule", "x"), UnavailableError("away")]
)
def test_what_is_not_the_fault_of_a_request_is_an_internal_error(error: RiskscoreError) -> None:
    assert problem_of(error) is None


def test_a_command_ends_with_the_line_of_the_refusal() -> None:
    with pytest.raises(CommandError, match=r"^--map place: write NAME=WORD, such as"):
        call_command("intake", __file__, "--source", "wgi", "--map", "place")


def test_a_page_of_admin_shows_the_line_of_the_refusal_beside_its_field() -> None:
    form = NewVersion({"text": "a: 1\na: 2", "reason": "a try"})
    assert form.errors["text"] == ["line 2, column 1: the key 'a' stands twice"]
