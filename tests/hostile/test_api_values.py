"""Every address of the API with what it was not meant for: a problem, nothing written, no failure.

The addresses come from the API's own document, which stands beside its router: a new one is tried
by itself, and the test fails if it does not know a row for a part of its path.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.conf import settings as real
from django.db import transaction
from django.test import Client

from riskscore import api_keys
from riskscore.models import ApiKey
from tests.api.conftest import PREFIX
from tests.hostile import values
from tests.hostile.answers import fault_of_reply, give_up
from tests.hostile.api_addresses import (
    PARAMETER,
    WRITING,
    Operation,
    document,
    example,
    operations,
    quoted,
    routed,
)
from tests.hostile.bodies import BODIES, REFUSED
from tests.hostile.rows import row_of_each
from tests.hostile.written import what_is_written


@dataclass(frozen=True, slots=True)
class Trial:
    """One request, and words for what is hostile in it."""

    words: str
    method: str
    path: str
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Program:
    """A program with every right."""

    key: str
    client: Client

    def send(self, trial: Trial) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", **trial.headers}
        return self.client.generic(
            trial.method, trial.path, trial.body, trial.kind, headers=headers
        )

    def json(self, path: str) -> Any:
        return self.send(Trial("", "GET", PREFIX + path)).json()


@pytest.fixture
def program(bundle: None, settings: Any, django_user_model: Any) -> Program:
    rates = dict.fromkeys(real.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"], "1000000/min")
    settings.REST_FRAMEWORK = {**real.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    ada = django_user_model.objects.create_superuser("ada")
    key = api_keys.issue(ada, "tests", list(ApiKey.Scope.values))
    row_of_each(ada)
    return Program(key, Client(raise_request_exception=False))


def lists_of(described: dict[str, Any]) -> set[str]:
    """The addresses without parts."""
    return {path.removeprefix(PREFIX) for path in described["paths"] if not PARAMETER.search(path)}


def parts_of(operation: Operation, program: Program, lists: set[str]) -> dict[str, str]:
    """A row for each part of the address: the first one of the list that the address is below."""
    parts: dict[str, str] = {}
    for found in PARAMETER.finditer(operation.path):
        before = operation.path[: found.start() - 1].removeprefix(PREFIX)
        before = PARAMETER.sub(lambda part: parts[part[1]], before)
        parts[found[1]] = _first(before, found[1], program, lists)
    return parts


#: A part that no list shows.
KNOWN = {"/errors": "invalid"}
NUMBERS = ("id", "number", "version", "job_id", "export_id", "delivery")
NAMES = ("key", "code", "name", "id", "number", "kind", "version")


def _first(before: str, name: str, program: Program, lists: set[str]) -> str:
    """The part of this name: what the address before it shows, or another list of that kind.

    Raises LookupError if there is none.
    """
    kind = before.rpartition("/")[2]
    for path in (before, *sorted(path for path in lists if path.endswith(f"/{kind}"))):
        said = program.json(path)
        row = next(iter(said.get("items", ())), said)
        for wanted in (name, "id") if name in NUMBERS else (name, *NAMES):
            if "instance" not in row and row.get(wanted) not in (None, ""):
                return str(row[wanted])
    if before not in KNOWN:
        raise LookupError(f"{before}/<{name}>")
    return KNOWN[before]


def valid_body(operation: Operation) -> Any:
    """A body that is taken; None where the address takes none."""
    if operation.body is None:
        return None
    made = BODIES.get(operation.name.replace(PREFIX, ""))
    return example(operation.body, operation.document) if made is None else made


def trials(operation: Operation, parts: dict[str, str], etag: str = "") -> Iterator[Trial]:
    method, path = operation.method.upper(), operation.address(quoted(parts))
    valid = valid_body(operation)
    body = json.dumps(valid).encode() if operation.body else b""
    seen = {"If-Match": etag} if etag else {}
    yield Trial("as the document says", method, path, body, headers=seen)
    for name in parts:
        for part in values.some(values.PARTS, f"{operation.name} {name}", 2):
            odd = operation.address({**quoted(parts), name: part})
            yield Trial(f"{name} is {values.shown(part)}", method, odd, body, headers=seen)
    yield from _queries(operation, method, path, body)
    if operation.body:
        yield from (
            replace(each, headers=each.headers or seen)
            for each in _bodies(operation, method, path, valid)
        )
    for other in values.some(values.METHODS, operation.name, 1):
        yield Trial("another method", other, path, body)
    name, value = values.some(list(values.OVERRIDES.items()), operation.name, 1)[0]
    yield Trial(name, method, path, body, headers={name: value})
    for accepted in values.some(
        ("text/html", "a/b", "\x7f", "*/*;q=x", "application/xml"), path, 1
    ):
        yield Trial("Accept", method, path, body, headers={"Accept": accepted})


def _queries(operation: Operation, method: str, path: str, body: bytes) -> Iterator[Trial]:
    for each in operation.queries:
        for value in values.some(values.TEXTS, f"{operation.name} {each['name']}", 1):
            query = values.encoded([(each["name"], value)])
            words = f"{each['name']} is {values.shown(value)}"
            yield Trial(words, method, f"{path}?{query}", body)
    names = [each["name"] for each in operation.queries]
    for value in values.some(values.TEXTS, operation.name, 1):
        query = values.encoded([(name, value) for name in names])
        yield Trial(f"everything is {values.shown(value)}", method, f"{path}?{query}", body)
    for name in names[:1]:
        query = values.encoded([(name, "1"), (name, "2")] * 40)
        yield Trial(f"{name} eighty times", method, f"{path}?{query}", body)
    for name in values.some(values.UNDECLARED, operation.name, 1):
        query = values.encoded([(name, ") OR 1=1--")])
        yield Trial(f"undeclared {values.shown(name)}", method, f"{path}?{query}", body)


def _bodies(operation: Operation, method: str, path: str, valid: Any) -> Iterator[Trial]:
    for pointer, _ in values.variants(valid):
        for value in values.some(values.JSON, f"{operation.name} {pointer}", 2):
            odd = values.with_part(valid, pointer, value)
            body = json.dumps(odd).encode()
            yield Trial(f"{pointer} is {values.shown(value)}", method, path, body)
        if len(valid) > 1 and pointer.count("/") == 1:
            alone = {name: part for name, part in valid.items() if name == pointer[1:]}
            yield Trial(f"{pointer} alone", method, path, json.dumps(alone).encode())
    for raw in values.some(values.RAW_BODIES, operation.name, 8):
        yield Trial(f"the body is {values.shown(raw)}", method, path, raw)
    sent = json.dumps(valid).encode()
    for kind in values.some(values.CONTENT_TYPES, operation.name, 4):
        yield Trial(f"content type {kind!r}", method, path, sent, kind)
    for name in ("is_staff", "__class__", "id", "created_by"):
        odd = {**valid, name: 1} if isinstance(valid, dict) else [name]
        yield Trial(f"unknown field {name}", method, path, json.dumps(odd).encode())
    for key in values.some(("", "a" * 10_000, "é", "a b", "\x7f", "'"), operation.name, 2):
        yield Trial("Idempotency-Key", method, path, sent, headers={"Idempotency-Key": key})
        yield Trial("If-Match", method, path, sent, headers={"If-Match": key})


def fault(program: Program, trial: Trial) -> str:
    """What is wrong with the answer, or with what was written before it; empty if nothing is."""
    with transaction.atomic(), what_is_written() as written:
        answer = program.send(trial)
        found = fault_of_reply(answer)
        if not found and answer.status_code >= 400 and written.tables:
            found = f"{answer.status_code}: it has written to {written.tables}"
        give_up(answer)
        transaction.set_rollback(True)
    return found


def test_the_document_has_every_address_of_the_router() -> None:
    described = {operation.path for operation in operations(document())}
    unlisted = {PREFIX, f"{PREFIX}/schema", f"{PREFIX}/docs"}
    assert routed() - unlisted <= described, "an address that the document does not tell of"


def etag_of(operation: Operation, parts: dict[str, str], program: Program) -> str:
    """The state that an edit is made from; empty for what is no edit."""
    if operation.method not in ("patch", "put"):
        return ""
    answer = program.send(Trial("", "GET", operation.address(quoted(parts))))
    return str(answer.headers.get("ETag", ""))


def filled(described: dict[str, Any], program: Program) -> Iterator[tuple[Operation, Any]]:
    """Each operation with its trials. Fails by name for those that nothing is known to show of."""
    lists, homeless = lists_of(described), set()
    for operation in operations(described):
        try:
            parts = parts_of(operation, program, lists)
            yield operation, trials(operation, parts, etag_of(operation, parts, program))
        except LookupError as error:
            homeless.add(str(error))
    assert not homeless, f"let row_of_each() make a row for {sorted(homeless)}"


def test_every_body_is_taken_where_nothing_in_it_is_hostile(program: Program) -> None:
    described = document()
    refused = {}
    for operation, tried in filled(described, program):
        if operation.method in WRITING:
            trial = next(tried)
            with transaction.atomic():
                answer = program.send(trial)
                transaction.set_rollback(True)
            if answer.status_code >= 400:
                refused[operation.name.replace(PREFIX, "")] = answer.text
    assert refused.keys() == REFUSED.keys(), f"give tests/hostile/bodies.py one: {refused}"


def test_no_address_fails_whatever_it_is_sent(program: Program) -> None:
    described = document()
    faults, count = [], 0
    for operation, tried in filled(described, program):
        for trial in tried:
            count += 1
            if found := fault(program, trial):
                faults.append(f"{operation.name}: {trial.words}: {found}")
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:60])
    assert count > 500
