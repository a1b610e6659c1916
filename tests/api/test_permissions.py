"""Who may ask what: every address of the API, and what each group may do there."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.urls import get_resolver

from riskscore import api_keys
from riskscore.api.framework.viewsets import ApiViewSet
from riskscore.api.public import Page, Public
from riskscore.curation import roles
from riskscore.models import ApiKey
from tests.api.conftest import PREFIX, Api, problem
from tests.make import make_job

pytestmark = pytest.mark.django_db

#: By address and method: whether each group may. A new address must be put in.
TABLE = """
                                                   viewer  curator  methodologist  operator
GET   /projects                                    yes     yes      yes            yes
GET   /projects/<key>                              yes     yes      yes            yes
POST  /projects                                    –       yes      –              –
PATCH /projects/<key>                              –       yes      –              –
PUT   /projects/bulk                               –       yes      –              –
GET   /projects/<key>/challenges                   yes     yes      yes            yes
POST  /projects/<key>/challenges                   yes     yes      yes            yes
GET   /projects/<key>/evidence                     yes     yes      yes            yes
POST  /projects/<key>/evidence                     –       yes      –              –
GET   /projects/<key>/freshness                    yes     yes      yes            yes
GET   /projects/<key>/land                         yes     yes      yes            yes
GET   /projects/<key>/owners                       yes     yes      yes            yes
POST  /projects/<key>/owners                       –       yes      –              –
POST  /projects/<key>/owners/<number>/decision     –       yes      –              –
GET   /projects/<key>/timeline                     yes     yes      yes            yes
GET   /projects/<key>/score                        yes     yes      yes            yes
GET   /projects/<key>/score/changes                yes     yes      yes            yes
GET   /projects/<key>/score/counterfactuals        yes     yes      yes            yes
GET   /projects/<key>/score/explanation            yes     yes      yes            yes
GET   /projects/<key>/score/history                yes     yes      yes            yes
GET   /scores                                      yes     yes      yes            yes
GET   /jobs                                        –       yes      yes            yes
POST  /jobs                                        –       yes      yes            yes
GET   /jobs/<job_id>                               –       yes      yes            yes
POST  /jobs/<job_id>/cancel                        –       –        –              yes
POST  /jobs/<job_id>/pause                         –       –        –              yes
POST  /jobs/<job_id>/resume                        –       –        –              yes
POST  /jobs/<job_id>/retry                         –       –        –              yes
GET   /jobs/<job_id>/errors                        –       yes      yes            yes
GET   /jobs/<job_id>/scores                        –       yes      yes            yes
GET   /jobs/<job_id>/events                        –       yes      yes            yes
GET   /changes                                     yes     yes      yes            yes
POST  /lookups                                     yes     yes      yes            yes
POST  /matches                                     yes     yes      yes            yes
GET   /exports                                     yes     yes      yes            yes
POST  /exports                                     yes     yes      yes            yes
GET   /exports/<export_id>                         yes     yes      yes            yes
DELETE /exports/<export_id>                         yes     yes      yes            yes
GET   /exports/<export_id>/events                  yes     yes      yes            yes
GET   /exports/<export_id>/file                    yes     yes      yes            yes
GET   /workers                                     –       –        –              yes
GET   /challenges                                  yes     yes      yes            yes
GET   /challenges/<number>                         yes     yes      yes            yes
GET   /methods                                     yes     yes      yes            yes
GET   /methods/<code>                              yes     yes      yes            yes
GET   /methods/<code>/<version>                    yes     yes      yes            yes
GET   /methods/<code>/<version>/audit              yes     yes      yes            yes
GET   /indicators                                  yes     yes      yes            yes
GET   /indicators/<key>                            yes     yes      yes            yes
GET   /indicators/<key>/values                     yes     yes      yes            yes
GET   /places                                      yes     yes      yes            yes
GET   /places/<code>                               yes     yes      yes            yes
GET   /minerals                                    yes     yes      yes            yes
GET   /minerals/<code>                             yes     yes      yes            yes
GET   /companies                                   yes     yes      yes            yes
GET   /companies/<key>                             yes     yes      yes            yes
POST  /companies                                   –       yes      –              –
GET   /observations                                yes     yes      yes            yes
GET   /supply-risks                                yes     yes      yes            yes
GET   /sourcing/dependence                         yes     yes      yes            yes
GET   /sourcing/briefings/buyers                   yes     yes      yes            yes
GET   /sourcing/briefings/portfolios/<name>        yes     yes      yes            yes
GET   /sourcing/briefings/projects/<key>           yes     yes      yes            yes
GET   /sourcing/shortlist                          yes     yes      yes            yes
GET   /sourcing/projects/<key>                     yes     yes      yes            yes
GET   /sourcing/stages                             yes     yes      yes            yes
GET   /sourcing/regions                            yes     yes      yes            yes
GET   /sourcing/regions/<code>                     yes     yes      yes            yes
GET   /sourcing/effects                            yes     yes      yes            yes
POST  /sourcing/effects                            yes     yes      yes            yes
GET   /sourcing/scenarios                          yes     yes      yes            yes
POST  /sourcing/scenarios                          –       –        yes            –
GET   /sourcing/scenarios/<code>                   yes     yes      yes            yes
GET   /sourcing/scenarios/<code>/<version>         yes     yes      yes            yes
GET   /sourcing/scenarios/<code>/effects           yes     yes      yes            yes
GET   /releases                                    yes     yes      yes            yes
GET   /releases/<code>                             yes     yes      yes            yes
GET   /releases/<code>/coverage                    yes     yes      yes            yes
GET   /accountability                              yes     yes      yes            yes
GET   /accountability/<number>                     yes     yes      yes            yes
GET   /land-layers                                 yes     yes      yes            yes
GET   /lenses                                      yes     yes      yes            yes
GET   /models                                      yes     yes      yes            yes
GET   /models/<kind>                               yes     yes      yes            yes
GET   /models/<kind>/<version>                     yes     yes      yes            yes
GET   /models/<kind>/<version>/predictions         yes     yes      yes            yes
GET   /usage                                       yes     yes      yes            yes
GET   /webhooks                                    yes     yes      yes            yes
POST  /webhooks                                    yes     yes      yes            yes
GET   /webhooks/<number>                           yes     yes      yes            yes
PATCH /webhooks/<number>                           yes     yes      yes            yes
DELETE /webhooks/<number>                          yes     yes      yes            yes
POST  /webhooks/<number>/rotate                    yes     yes      yes            yes
POST  /webhooks/<number>/test                      yes     yes      yes            yes
POST  /webhooks/<number>/replay                    yes     yes      yes            yes
GET   /webhooks/<number>/deliveries                yes     yes      yes            yes
GET   /webhooks/<number>/deliveries/<delivery>     yes     yes      yes            yes
POST  /webhooks/<number>/deliveries/<delivery>/replay yes  yes      yes            yes
GET   /sourcing/equity                             yes     yes      yes            yes
GET   /sourcing/portfolios                         yes     yes      yes            yes
POST  /sourcing/portfolios                         –       yes      –              –
GET   /sourcing/portfolios/<name>                  yes     yes      yes            yes
PATCH /sourcing/portfolios/<name>                  –       yes      –              –
PUT   /sourcing/portfolios/<name>                  –       yes      –              –
GET   /sourcing/portfolios/<name>/exposure         yes     yes      yes            yes
GET   /sourcing/portfolios/<name>/crossings        yes     yes      yes            yes
GET   /projects/<key>/statuses                     yes     yes      yes            yes
POST  /projects/<key>/statuses                     –       yes      –              –
GET   /projects/<key>/capacities                   yes     yes      yes            yes
POST  /projects/<key>/capacities                   –       yes      –              –
GET   /projects/<key>/footprints                   yes     yes      yes            yes
POST  /projects/<key>/footprints                   –       yes      –              –
GET   /companies/<key>/homes                       yes     yes      yes            yes
POST  /companies/<key>/homes                       –       yes      –              –
POST  /companies/<key>/homes/<number>/decision     –       yes      –              –
GET   /lists                                       –       yes      –              yes
POST  /lists                                       –       yes      –              yes
GET   /lists/<name>                                –       yes      –              yes
PATCH /lists/<name>                                –       yes      –              yes
GET   /imports                                     –       yes      –              yes
POST  /imports                                     –       yes      –              yes
GET   /imports/<id>                                –       yes      –              yes
POST  /imports/<id>/confirm                        –       yes      –              yes
POST  /imports/<id>/cancel                         –       yes      –              yes
GET   /imports/<intake>/faults                     –       yes      –              yes
GET   /methods/<code>/drafts                       yes     yes      yes            yes
POST  /methods/<code>/drafts                       –       –        yes            –
GET   /methods/<code>/drafts/<version>             yes     yes      yes            yes
PATCH /methods/<code>/drafts/<version>             –       –        yes            –
DELETE /methods/<code>/drafts/<version>            –       –        yes            –
GET   /methods/<code>/drafts/<version>/moves       yes     yes      yes            yes
POST  /methods/<code>/drafts/<version>/submit      –       –        yes            –
POST  /methods/<code>/drafts/<version>/publish     –       –        yes            –
POST  /methods/<code>/drafts/<version>/return      –       –        yes            –
"""
NAMES = tuple(roles.ROLES)
#: What stands for the parts of an address: there need be no such row.
NO_ROW = "01a20ce5-5906-7838-8d4a-000000000000"
PARTS = {
    "job_id": NO_ROW,
    "id": NO_ROW,
    "intake": NO_ROW,
    "delivery": NO_ROW,
    "export_id": NO_ROW,
    "number": "1",
    "version": "1",
}
#: What is sent by another method than GET and reads all the same: questions, and files of answers.
READING = {
    "POST /lookups", "POST /matches", "POST /sourcing/effects", "POST /exports",
    "DELETE /exports/<export_id>",
}  # fmt: skip
EVERY_SCOPE = list(ApiKey.Scope.values)


def table() -> dict[tuple[str, str], dict[str, bool]]:
    _, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {
        (method, address): {name: word == "yes" for name, word in zip(NAMES, words, strict=True)}
        for method, address, *words in lines
    }


#: By address, as Django calls it. A list and its items are two addresses of one viewset.
VIEWS: dict[str, Any] = {}


def addresses() -> Iterator[tuple[str, type[Any]]]:
    """Every address of the API, without the slash at its end, and its view."""
    mounted: Any = next(
        one for one in get_resolver().url_patterns if str(one.pattern).startswith("api/v1")
    )
    pattern: Any
    for pattern in mounted.url_patterns:
        route = re.sub(r"<\w+:(\w+)>", r"<\1>", str(pattern.pattern))
        if not route.endswith("/"):
            VIEWS[route] = pattern.callback
            yield route, pattern.callback.cls


def methods(route: str) -> list[str]:
    """What an address answers; a viewset says it per address (its actions)."""
    names = ("get", "post", "put", "patch", "delete")
    view = VIEWS[route]
    known = getattr(view, "actions", None) or [each for each in names if hasattr(view.cls, each)]
    return [name.upper() for name in names if name in known]


def send(api: Api, method: str, address: str) -> Any:
    path = re.sub(r"<(\w+)>", lambda part: PARTS.get(part[1], "none"), address)
    return api.client.generic(
        method, PREFIX + path, b"{}", "application/json",
        headers={"Authorization": f"Bearer {api.key}"} if api.key else {},
    )  # fmt: skip


def refused(answer: Any) -> bool:
    return answer.status_code == 403 and "lacks the permission" in answer.json()["detail"]


def member(*names: str, staff: bool = True) -> User:
    user = User.objects.create_user("a-member", is_staff=staff)
    user.groups.set(Group.objects.filter(name__in=names))
    return user


@pytest.fixture(autouse=True)
def groups(db: None) -> None:
    roles.restore()  # another test may have emptied the database


def test_every_address_and_method_stands_in_the_table_or_is_public() -> None:
    asked = {
        (method, route)
        for route, view in addresses()
        if not issubclass(view, Public | Page)
        for method in methods(route)
    }
    assert asked == table().keys()


def test_every_address_declares_permissions_that_exist() -> None:
    known = set(
        Permission.objects.filter(content_type__app_label="riskscore").values_list(
            "codename", flat=True
        )
    )
    for route, view in addresses():
        if issubclass(view, Public | Page):
            continue
        assert issubclass(view, ApiViewSet), route
        for method in methods(route):
            asked: Any = view(**VIEWS[route].initkwargs)
            asked.action = (getattr(VIEWS[route], "actions", None) or {}).get(method.lower())
            needed = asked.permissions(method)
            assert needed, f"{method} {route} declares no permission"
            assert set(needed) <= known, route


def test_what_is_public_is_this_and_nothing_else() -> None:
    public = {route for route, view in addresses() if issubclass(view, Public | Page)}
    assert public == {"", "/schema", "/docs", "/errors/<code>"}


@pytest.mark.parametrize("role", NAMES)
def test_a_key_with_every_scope_opens_what_the_group_of_its_user_may(role: str) -> None:
    api = Api(api_keys.issue(member(role), "tests", EVERY_SCOPE))
    found = {
        (method, address): not refused(send(api, method, address)) for method, address in table()
    }
    assert found == {key: words[role] for key, words in table().items()}


@pytest.mark.parametrize("role", NAMES)
def test_a_browser_reads_what_the_group_of_its_user_may(role: str) -> None:
    browser = Client()
    browser.force_login(member(role))
    reading = {key: words[role] for key, words in table().items() if key[0] == "GET"}
    found = {
        (method, address): not refused(send(Api(client=browser), method, address))
        for method, address in reading
    }
    assert found == reading


@pytest.mark.parametrize("somebody", ["of the staff", "outside"])
def test_who_is_in_no_group_reads_nothing(somebody: str) -> None:
    browser = Client()
    browser.force_login(member(staff=somebody == "of the staff"))
    for method, address in table():
        if method == "GET":
            assert refused(send(Api(client=browser), method, address)), address


def test_rights_end_with_the_group_and_the_key_with_the_account() -> None:
    user = member("curator")
    api = Api(api_keys.issue(user, "tests", EVERY_SCOPE))
    job = make_job(created_by=user)
    assert api.get(f"/jobs/{job.pk}").status_code == 200
    user.groups.set(Group.objects.filter(name="viewer"))
    said = problem(api.get(f"/jobs/{job.pk}"), 403, "forbidden")
    assert "view_job" in said["detail"]
    assert api.get("/places").status_code == 200
    User.objects.filter(pk=user.pk).update(is_staff=False)
    problem(api.get("/places"), 401, "unauthenticated")


def test_a_browser_session_writes_nothing_at_any_address() -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.create_superuser("ada"))
    for method, address in table():
        if method != "GET":
            problem(send(Api(client=browser), method, address), 401, "unauthenticated")


def test_a_key_that_may_only_read_opens_no_address_that_writes() -> None:
    ada = User.objects.create_superuser("ada")
    api = Api(api_keys.issue(ada, "tests", ["read"]))
    open_to_it = {
        f"{method} {address}"
        for method, address in table()
        if method != "GET" and send(api, method, address).status_code != 403
    }
    assert open_to_it == READING


def test_nothing_but_the_bulk_write_changes_many_at_a_time() -> None:
    lists = {f"{method} {address}" for method, address in table() if "<" not in address}
    assert {each for each in lists if each.split()[0] in ("PUT", "PATCH", "DELETE")} == {
        "PUT /projects/bulk"
    }


def test_a_scope_never_widens_what_the_account_may() -> None:
    api = Api(api_keys.issue(member("viewer"), "tests", ["read", "rescore"]))
    said = problem(api.post("/jobs", {"scope": {"all": True}}), 403, "forbidden")
    assert "add_job" in said["detail"]


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        ("viewer", ["read", "challenge", "webhook"]),
        (
            "curator",
            ["read", "rescore", "challenge", "portfolio", "curate", "list", "import", "webhook"],
        ),
        ("methodologist", ["read", "rescore", "challenge", "scenario", "method", "webhook"]),
        ("operator", ["read", "rescore", "challenge", "list", "import", "webhook"]),
    ],
)
def test_the_scopes_that_a_member_may_give_a_key(role: str, scopes: list[str]) -> None:
    assert api_keys.scopes_of(member(role)) == scopes


def test_a_method_that_an_address_does_not_have_is_405_for_everybody() -> None:
    api = Api(api_keys.issue(member("viewer"), "tests", ["read"]))
    problem(api.send("DELETE", "/places"), 405, "method_not_allowed")
