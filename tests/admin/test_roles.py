"""The four ready groups: what opens for whom, and that nobody is led to a closed door."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.test import Client

from riskscore.admin.site import PAGES
from riskscore.curation import challenges, project_edits, roles
from riskscore.jobs import requests
from riskscore.models import Evidence, Project
from tests.admin.conftest import url

#: By page: what each group may do there. – is absent from the menu and 403; look is a list; add is
#: a list and new rows; edit is add, and changes; change is changes without new rows.
TABLE = """
                     viewer  curator  methodologist  operator
project              look    edit     look           look
evidence             look    add      look           look
challenge            add     add      add            add
ownership            look    add      look           look
company              look    edit     look           look
domicile             look    add      look           look
score                look    look     look           look
scorehistory         look    look     look           look
scoreaccountability  look    look     look           look
portfolio            look    edit     look           look
limitcrossing        look    look     look           look
job                  –       look     look           look
chunk                –       –        –              look
itemerror            –       look     look           look
jobscore             –       look     look           look
schedule             –       –        –              edit
projectlist          –       edit     –              edit
stalemark            –       –        –              look
transition           –       –        –              look
workerpulse          –       –        –              look
method               look    look     look           look
methodchoice         look    look     look           look
lens                 look    look     edit           look
scenario             look    look     add            look
learnedmodel         look    look     look           look
learnedswitch        look    look     add            look
prediction           look    look     look           look
trainingrequest      –       –        look           look
intake               –       add      –              add
savedmapping         –       change   –              change
export               look    look     look           look
source               look    look     look           look
release              look    look     look           look
withdrawal           look    look     look           look
edition              look    look     look           look
observation          look    look     look           look
place                look    change   look           look
placemember          look    look     look           look
region               look    edit     look           look
mineral              look    change   look           look
locality             look    look     look           look
exportflow           look    look     look           look
landlayer            look    add      look           look
land                 look    look     look           look
footprint            look    add      look           look
apikey               –       –        –              edit
webhook              edit    edit     edit           edit
webhookdelivery      look    look     look           look
idempotencykey       –       –        –              look
"""
#: Status of the list and of the form for a new row, whether rows may be changed; in a word.
WORDS = {
    (403, 403, False): "–",
    (200, 403, False): "look",
    (200, 200, False): "add",
    (200, 200, True): "edit",
    (200, 403, True): "change",
}
NAMES = tuple(roles.ROLES)
POLICY = "default-src 'self'"


def table() -> dict[str, dict[str, str]]:
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    return {page: dict(zip(head, words, strict=True)) for page, *words in lines}


def somebody(role: str) -> Client:
    """A browser of somebody who is in this group only."""
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def everything(bundle: None, project: Project) -> Project:
    """Rows in the tables that the bundle leaves empty."""
    ada = User.objects.create_superuser("ada")
    requests.start({"all": True}, by=ada)
    statement = Evidence(
        project=project, kind="strike", happened_on="2026-01-01", url="https://a.example"
    )
    project_edits.add_evidence(statement, by=ada)
    challenges.file(project, "The strike ended in March.", "https://a.example", by=ada)
    return project


def test_the_groups_of_the_database_are_those_of_the_table(db: None) -> None:
    held = {
        name: set(Permission.objects.filter(group__name=name).values_list("codename", flat=True))
        for name in NAMES
    }
    assert held == {name: set(role.codenames) for name, role in roles.ROLES.items()}


def test_the_migration_s_groups_are_those_of_the_table(bundle: None) -> None:
    assert [found for found in roles.differences() if found.lacks or found.has_more] == []


def test_what_was_changed_of_a_group_stays_until_somebody_restores_it(
    bundle: None, capsys: pytest.CaptureFixture[str]
) -> None:
    viewer = Group.objects.get(name="viewer")
    viewer.permissions.remove(Permission.objects.get(codename="add_challenge"))
    Group.objects.get(name="operator").delete()
    call_command("roles")
    said = capsys.readouterr().out
    assert "It lacks add_challenge." in said
    assert "operator: " in said
    assert "The group is gone: --restore makes it again." in said
    call_command("roles", "--restore")
    assert capsys.readouterr().out.count("It is as it came.") == 4


def test_every_page_stands_in_the_table(bundle: None) -> None:
    pages = {model._meta.model_name for group in PAGES.values() for model in group}
    assert table().keys() == pages


@pytest.mark.parametrize("role", NAMES)
def test_what_opens_for_a_group_and_what_its_menu_shows(role: str, everything: Project) -> None:
    client = somebody(role)
    menu = client.get("/admin/").text
    found = {}
    for page in table():
        listed, form = (client.get(url(page, action)) for action in ("changelist", "add"))
        assert (f'href="{url(page)}"' in menu) == (listed.status_code == 200), page
        shown = admin.site.get_model_admin(apps.get_model("riskscore", page))
        edits = shown.has_change_permission(listed.wsgi_request)
        found[page] = WORDS.get((listed.status_code, form.status_code, edits), "something else")
    expected = {page: words[role] for page, words in table().items()}
    assert found == expected


class Doors(HTMLParser):
    """Links of a page, and its forms that have a button: where each goes and what it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.form: tuple[str, dict[str, str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(unescape(given["href"]))
        if tag == "form":
            posts = given.get("method", "").lower() == "post"
            self.form = (given.get("action", ""), {}) if posts else None
        if self.form is None or tag not in ("input", "button"):
            return
        if given.get("name"):
            self.form[1].setdefault(given["name"], given.get("value", ""))
        default = "submit" if tag == "button" else "text"
        if given.get("type", default) == "submit" and self.form not in self.forms:
            self.forms.append(self.form)


def doors_of(answer: Any) -> Doors:
    """The links and forms of an answer; none where it is no page."""
    doors = Doors()
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        doors.feed(answer.text)
    return doors


#: What in an address is one of many, and what stands for it.
OF_MANY = (
    (r"^/admin/riskscore/\w+/(saved/|export\.\w+)$", r"/admin/riskscore/T/\1"),
    (r"^(/admin/riskscore/\w+/)(?!add/|train/)[^/]+/", r"\1N/"),
    (r"^/admin/(mineral|place|projects|region)/[^/]+/", r"/admin/\1/N/"),
    (r"/projects/[^/]+/$", "/projects/N/"),
)


def pattern(address: str) -> str:
    """Addresses of one kind: a page of every row need not be opened, nor every sorted list."""
    path, _, query = address.partition("?")
    for of_many, one in OF_MANY:
        path = re.sub(of_many, one, path)
    if "/riskscore/T/" in path:
        return path
    names = {part.split("=")[0] for part in query.split("&")}
    return f"{path}?{'&'.join(sorted(names - BESIDE))}"


#: Parameters that show the same rows otherwise.
BESIDE = {"q", "o", "p", "after", "at", "columns", "_facets", "_changelist_filters", ""}


def walk(client: Client) -> Iterator[tuple[str, Any, str]]:
    """Every kind of page that can be reached from the first one: address, answer, where from."""
    waiting, seen = deque([("/admin/", "")]), {pattern("/admin/")}
    while waiting:
        address, came_from = waiting.popleft()
        answer = client.get(address, follow=True)
        if answer.streaming:
            list(answer)  # one that nobody reads to its end would hold a snapshot
        yield address, answer, came_from
        base = answer.wsgi_request.path
        if base.startswith("/admin/riskscore/") and pattern(address) != pattern(base):
            continue  # a narrowed list has the links of the whole one
        doors = doors_of(answer)
        for link in doors.links:
            if link.startswith(("http", "#", "javascript", "mailto")) or "logout" in link:
                continue
            if urlsplit(link).path.endswith(".xlsx"):
                continue  # a file on disk, which nobody would close here; lists test theirs
            target = base + link if link.startswith("?") else link
            if target.startswith("/") and pattern(target) not in seen:
                seen.add(pattern(target))
                waiting.append((target.split("#")[0], base))


@pytest.mark.parametrize("role", ["viewer", "curator"])
def test_no_link_and_no_button_of_any_page_ends_at_a_closed_door(
    role: str, everything: Project
) -> None:
    client, ends = somebody(role), []
    forms: dict[str, tuple[str, dict[str, str], str]] = {}
    pages = list(walk(client))
    for address, answer, came_from in pages:
        if answer.status_code != 200:
            ends.append((answer.status_code, address, came_from))
        for action, sent in doors_of(answer).forms:
            forms.setdefault(pattern(action or address), (action or address, sent, address))
    for target, sent, address in forms.values():
        if "logout" not in target:
            status = client.post(target, sent).status_code
            if status == 403 or status >= 500:
                ends.append((status, target, address))
    assert ends == []
    assert len(pages) > 60


@pytest.mark.parametrize(
    ("address", "status", "words"),
    [
        ("/admin/riskscore/schedule/", 403, "You are signed in as a-viewer, and your groups do"),
        ("/admin/riskscore/project/x/rescore/", 405, ""),
        ("/admin/nowhere/at-all/", 404, "No page has this address"),
    ],
)
def test_a_refusal_is_a_page_with_a_way_back(
    bundle: None, address: str, status: int, words: str
) -> None:
    answer = somebody("viewer").get(
        address, headers={"Referer": "http://testserver/admin/riskscore/project/?q=a"}
    )
    assert answer.status_code == status
    if words:
        assert words in answer.text
        assert 'href="/admin/riskscore/project/?q=a"' in answer.text
        assert "<style" not in answer.text
    assert POLICY in answer.headers["Content-Security-Policy"] or not words


def test_a_form_that_is_too_old_says_so(bundle: None) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("ada"))
    answer = client.post(url("challenge", "add"), {})
    assert answer.status_code == 403
    assert "This form is too old" in answer.text
    assert POLICY in answer.headers["Content-Security-Policy"]


def test_a_page_elsewhere_is_a_page_for_a_browser_and_a_problem_for_a_program(bundle: None) -> None:
    browser = Client().get("/nowhere", headers={"Accept": "text/html"})
    assert (browser.status_code, "No page has this address" in browser.text) == (404, True)
    assert Client().get("/nowhere").headers["Content-Type"] == "application/problem+json"
    api = Client().get("/api/v1/nowhere", headers={"Accept": "text/html"})
    assert api.headers["Content-Type"] == "application/problem+json"
