"""Every address costs the same number of statements, however many rows it answers with."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from riskscore import api_keys
from riskscore.models import ApiKey
from riskscore.scoring import inputs
from tests.api.conftest import PREFIX, Api
from tests.api.many_rows import FEW, Filled, fill
from tests.api.openapi_document import committed
from tests.bundled import TEMPLATE
from tests.databases import connected_to, copied
from tests.settings import PROCESS

pytestmark = pytest.mark.django_db

NAME = f"test_riskscore_filled_{PROCESS}"
MANY_ON_A_PAGE = 20
METHOD, MODEL = "/methods/critical-minerals", "/models/disruption"

#: How the parts of addresses are called among what was filled, by how an address begins.
PARTS = {
    "/challenges/{number}": "/challenges/{challenge}",
    "/companies/{key}": "/companies/{company}",
    "/exports/{export_id}": "/exports/{export}",
    "/imports/{id}": "/imports/{intake}",
    "/indicators/{key}": "/indicators/con.import_risk",
    "/lists/{name}": "/lists/{list}",
    "/methods/{code}/{version}": f"{METHOD}/4",
    "/methods/{code}": METHOD,
    "/minerals/{code}": "/minerals/{mineral}",
    "/models/{kind}/{version}": f"{MODEL}/1",
    "/models/{kind}": MODEL,
    "/places/{code}": "/places/{place}",
    "/releases/{code}": "/releases/{release}",
    "/sourcing/briefings/portfolios/{name}": "/sourcing/briefings/portfolios/{portfolio}",
    "/sourcing/scenarios/{code}/{version}": "/sourcing/scenarios/{scenario}/1",
    "/sourcing/scenarios/{code}": "/sourcing/scenarios/{scenario}",
    "/sourcing/portfolios/{name}": "/sourcing/portfolios/{portfolio}",
    "/sourcing/regions/{code}": "/sourcing/regions/{region}",
    "/webhooks/{number}": "/webhooks/{webhook}",
    "{key}": "{project}",
}
#: What has to be asked for besides.
ASKED = {
    "/indicators/{key}/values": "importer=JPN",
    "/observations": "indicator=wgi.voice",
    "/supply-risks": "importer=JPN",
    "/sourcing/briefings/buyers": "buyer=JPN&mineral=lithium&region={region}",
    "/sourcing/dependence": "buyer=JPN",
    "/sourcing/equity": "buyer={buyers}&mineral=lithium",
    "/sourcing/effects": "scenario={scenario}",
    "/sourcing/shortlist": "buyer=JPN&mineral=lithium&top={top}",
    "/sourcing/stages": "buyer=JPN",
}
#: Addresses that are not compared, each with the reason.
ALONE = {
    "": "says where the others are",
    "/schema": "the document, which is kept",
    "/errors/{code}": "a page that is no row",
    "/usage": "counts of one key",
    "/indicators": "always all of them",
    "/accountability": "there is no check in the bundle; tests/api/test_accountability.py has some",
    "/accountability/{number}": "one row",
    "/exports/{export_id}/file": "a file that a worker has made",
    "/methods/{code}/drafts": "there is no draft in the bundle, and one author has few",
    "/methods/{code}/drafts/{version}": "one row",
    "/methods/{code}/drafts/{version}/moves": "all scores by one statement",
    "/projects/{key}/score/changes": "two rows of history, whatever lies between them",
    "/sourcing/projects/{key}": "one row of the shortlist, which is compared",
}
#: Statements more where there are many rows, of addresses that name the companies that own what
#: they show: one statement for all companies, left out where nothing shown has an owner.
NAMES_OF_OWNERS = {
    "/projects": 1,
    "/sourcing/briefings/portfolios/{name}": 2,  # as it stands, and as it stood
    "/sourcing/briefings/projects/{key}": 1,
    "/sourcing/portfolios/{name}/exposure": 1,
    "/sourcing/shortlist": 1,
}


@pytest.fixture(scope="module")
def filled(
    bundle_database: str, django_db_blocker: DjangoDbBlocker
) -> Iterator[tuple[Api, Filled]]:
    """A client, and what its user has written, in a copy of the bundle."""
    with django_db_blocker.unblock():
        copied(TEMPLATE, NAME)
    with connected_to(NAME):
        with django_db_blocker.unblock():
            user = User.objects.create_superuser("who-has-many")
            api = Api(api_keys.issue(user, "tests", list(ApiKey.Scope.values)))
            found = fill(user)
        inputs.known_at.cache_clear()
        yield api, found
    inputs.known_at.cache_clear()


def reads() -> dict[str, bool]:
    """The addresses that are read, and whether in pages."""
    return {
        path.removeprefix(PREFIX): any(
            each["name"] == "page_size" for each in methods["get"].get("parameters", ())
        )
        for path, methods in committed()["paths"].items()
        if "get" in methods
    }


def asked(path: str, names: dict[str, Any], size: int | None) -> str:
    there = path
    for begin, instead in PARTS.items():
        if begin in there:
            there = there.replace(begin, instead)
            break
    query = [ASKED[path]] if path in ASKED else []
    query += [f"page_size={size}"] if size else []
    return "?".join([there, "&".join(query)] if query else [there]).format(**names)


def statements(api: Api, address: str) -> int:
    api.get(address)  # what is kept in the process is kept by now
    with CaptureQueriesContext(connection) as counted:
        response = api.get(address)
    assert response.status_code == 200, f"{address}: {response.content!r}"
    return len(counted)


def test_every_address_that_is_left_out_exists() -> None:
    assert reads().keys() >= ALONE.keys() | NAMES_OF_OWNERS.keys()


@pytest.mark.parametrize("path", [path for path in reads() if path not in ALONE])
def test_many_rows_cost_as_many_statements_as_few(path: str, filled: tuple[Api, Filled]) -> None:
    api, names = filled
    if reads()[path]:
        addresses = [asked(path, names.many, size) for size in (FEW, MANY_ON_A_PAGE)]
    else:
        addresses = [asked(path, names.few, None), asked(path, names.many, None)]
    few, many = (statements(api, address) for address in addresses)
    assert 0 <= many - few <= NAMES_OF_OWNERS.get(path, 0), addresses


#: Questions by a body, how it is written for some keys, and how many keys are many.
BULK = [
    ("/lookups", lambda keys: {"keys": keys}, 200),
    ("/lookups", lambda keys: {"keys": keys, "what": "projects"}, 200),
    ("/matches", lambda keys: {"lines": [{"name": f"Mine {key}"} for key in keys]}, 20),
]


@pytest.mark.parametrize(("path", "body", "number"), BULK)
def test_many_keys_and_lines_cost_as_many_statements_as_two(
    path: str, body: Any, number: int, filled: tuple[Api, Filled]
) -> None:
    api, _ = filled
    keys = [row["key"] for row in api.json("/scores?page_size=200&fields=key")["items"]]
    counts = []
    for some in (keys[:2], keys[:number]):
        api.post(path, body(some))
        with CaptureQueriesContext(connection) as counted:
            assert api.post(path, body(some)).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1]
