"""Every kind of record that people edit, for pairs of edits: one of it, its form, its address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

import yaml
from django.contrib.auth.models import Group, User
from django.test import Client

from riskscore.admin.methods import spec_text
from riskscore.engine.method import Method as Specification
from riskscore.models import (
    Company,
    Evidence,
    Lens,
    Method,
    Mineral,
    Portfolio,
    Project,
    ProjectList,
    ProjectMineral,
    Region,
    SavedMapping,
    Schedule,
    Webhook,
)
from riskscore.releases.editions import next_edition
from tests.admin.conftest import form_of, url
from tests.admin.test_forms import row_of
from tests.make import make_mineral, make_place, make_project
from tests.processes import ROOT

Stated = dict[str, Any]
CHANGES = "PATCH with If-Match"
BARE, REPLACES = "PATCH", "PUT with If-Match"


def _form(browser: Client, record: Any, address: str) -> Stated:
    return form_of(browser, address)


def _as_stated(_record: Any, _opened: Stated, stated: Stated) -> Stated:
    return stated


@dataclass(frozen=True)
class Kind:
    """A record that people edit, and what may stand in its fields: first what stands before.

    ``door``: its address in the API, where it has one; ``ways``: how it is written there. What is
    stated of it is told to the form by ``filled``, to the API by ``body``. The fields of ``sets``
    are joined member by member: nobody is asked about them.
    """

    make: Callable[[], Any]
    address: Callable[[Any], str]
    values: Mapping[str, list[Any]]
    read: Callable[[Any], Any] = field(default=lambda record: record)
    opened: Callable[[Client, Any, str], Stated] = _form
    filled: Callable[[Any, Stated, Stated], Stated] = _as_stated
    door: Callable[[Any], str] | None = None
    body: Callable[[Any, Stated], Stated] = field(default=lambda _record, stated: stated)
    ways: tuple[str, ...] = (CHANGES,)
    sets: frozenset[str] = frozenset()


def owner() -> User:
    """Whose the records are that belong to somebody."""
    return User.objects.get(username="grace")


def _page(model: str) -> Callable[[Any], str]:
    return lambda record: url(model, "change", record.pk)


def _newest(statement: Any) -> Any:
    return Evidence.objects.get(project=statement.project, superseded_by=None)


def _evidence() -> Evidence:
    project = make_project(key="paired", state="draft")
    return Evidence.objects.create(
        project=project, kind="strike", happened_on="2024-05-01", severity=0.5, credibility=0.7,
        url="https://a.example/1", note="", edition=next_edition("a test"),
    )  # fmt: skip


# --- A project with two rows of a part ------------------------------------------------------------
@dataclass
class WithCopper:
    """A project as it is read here: its fields, and the term of its copper."""

    project: Any

    def __getattr__(self, name: str) -> Any:
        if name == "term":
            return self.project.minerals.get(mineral="copper").term
        return getattr(self.project, name)


def _project() -> Any:
    project = make_project(key="paired", name="Alpha", state="draft")
    project.minerals.all().delete()
    for code, role in (("lithium", "primary"), ("copper", "secondary")):
        make_mineral(code)
        ProjectMineral.objects.create(project=project, mineral_id=code, role=role)
    return project


def _project_form(_project: Any, opened: Stated, stated: Stated) -> Stated:
    row = row_of(opened, "minerals", "mineral", "copper")
    plain = {name: value for name, value in stated.items() if name != "term"}
    return {**plain, f"{row}term": stated["term"]}


def _project_body(_project: Any, stated: Stated) -> Stated:
    plain = {name: value for name, value in stated.items() if name != "term"}
    lithium = {"mineral": "lithium", "role": "primary"}
    copper = {"mineral": "copper", "role": "secondary", "term": stated["term"]}
    return {**plain, "minerals": [lithium, copper]}


# --- A list ---------------------------------------------------------------------------------------
MEMBERS = ("one-1", "two-2", "three-3")


def _list() -> ProjectList:
    members = [make_project(key=key) for key in MEMBERS]
    made = ProjectList.objects.create(name="alpha")
    made.projects.set(members[:1])
    return made


@dataclass
class WithMembers:
    """A list as it is read here: the keys of its projects."""

    kept: ProjectList

    @property
    def projects(self) -> list[str]:
        """Sorted."""
        return sorted(self.kept.projects.values_list("key", flat=True))


def _list_form(_kept: Any, _opened: Stated, stated: Stated) -> Stated:
    numbers = {project.key: project.pk for project in map(_member, stated["projects"])}
    return {"projects": [str(numbers[key]) for key in stated["projects"]]}


def _member(key: str) -> Any:
    return Project.objects.get(key=key)


# --- A draft of a method --------------------------------------------------------------------------
SPEC = yaml.safe_load((ROOT / "fixtures/methods/critical-minerals-v4.yaml").read_text())


def _spec(title: str) -> Stated:
    return {**SPEC, "code": "paired", "version": 1, "title": title}


def _draft() -> Method:
    parsed = Specification.from_dict(_spec("Alpha"))
    return Method.objects.create(
        code="paired", version=1, spec=parsed.to_dict(), hash=parsed.hash, state="draft",
        reason="Alpha", created_by=owner(),
    )  # fmt: skip


def _draft_page(browser: Client, _draft: Any, address: str) -> Stated:
    shown = browser.get(address).context
    return {"_version": shown["version"], **shown["form"].initial}


def _draft_form(_draft: Any, opened: Stated, stated: Stated) -> Stated:
    text = spec_text.read(opened["text"]) | {"title": stated["text"]}
    return {"reason": stated["reason"], "text": spec_text.write(text)}


@dataclass
class WithTitle:
    """A draft as it is read here: the reason, and the title of its text."""

    draft: Method

    def __getattr__(self, name: str) -> Any:
        return self.draft.spec["title"] if name == "text" else getattr(self.draft, name)


def _draft_body(_draft: Any, stated: Stated) -> Stated:
    return {"reason": stated["reason"], "spec": _spec(stated["text"])}


def _webhook() -> Webhook:
    return Webhook.objects.create(
        owner=owner(), url="https://a.example/hook", name="Alpha", types=["job.finished"],
        lens=Lens.objects.get(), secret="sealed",
    )  # fmt: skip


NAMES = ["Alpha", "Beta", "Gamma"]
SLUGS = ["alpha", "beta", "gamma"]
ALIASES = ["", "a,b", "c"]
KINDS = {
    "project": Kind(
        _project, _page("project"),
        {"name": NAMES, "stage": ["", "construction", "closed"],
         "state": ["draft", "archived", "archived"], "term": ["", "brine", "carbonate"]},
        WithCopper, filled=_project_form,
        door=lambda _record: "/projects/paired", body=_project_body,
    ),
    "company": Kind(
        lambda: Company.objects.create(key="paired", name="Alpha", aliases=["a"]),
        _page("company"), {"name": NAMES, "aliases": ["a", "a,b", "c"]},
    ),
    "mineral": Kind(
        lambda: Mineral.objects.create(code="paired", name="Alpha"),
        _page("mineral"), {"name": NAMES, "aliases": ALIASES},
    ),
    "place": Kind(
        lambda: make_place("PPP", name="Alpha"), _page("place"), {"name": NAMES, "aliases": ALIASES}
    ),
    "region": Kind(
        lambda: Region.objects.create(code="paired", name="Alpha", source="a test"),
        _page("region"), {"name": NAMES, "aliases": ALIASES},
    ),
    "name of a list": Kind(
        lambda: ProjectList.objects.create(name="alpha"), _page("projectlist"), {"name": SLUGS}
    ),
    "list": Kind(
        _list, _page("projectlist"),
        {"projects": [["one-1"], ["one-1", "two-2"], ["three-3"], []]},
        WithMembers, filled=_list_form, door=lambda _record: "/lists/alpha",
        sets=frozenset({"projects"}),
    ),
    "schedule": Kind(
        lambda: Schedule.objects.create(name="alpha", what="stale", every="day", at=time(3)),
        _page("schedule"),
        {"name": SLUGS, "what": ["stale", "everything", "everything"],
         "every": ["day", "hour", "hour"]},
    ),
    "savedmapping": Kind(
        lambda: SavedMapping.objects.create(name="Alpha", source="owners"),
        _page("savedmapping"), {"name": NAMES, "sheet": ["", "one", "two"]},
    ),
    "group": Kind(
        lambda: Group.objects.create(name="Alpha"),
        lambda record: f"/admin/auth/group/{record.pk}/change/", {"name": NAMES},
    ),
    "user": Kind(
        lambda: User.objects.create_user("paired", first_name="Alpha", last_name="Alpha"),
        lambda record: f"/admin/auth/user/{record.pk}/change/",
        {"first_name": NAMES, "last_name": NAMES},
    ),
    "evidence": Kind(
        _evidence, lambda record: url("evidence", "add") + f"?replaces={record.pk}",
        {"severity": [0.5, 0.6, 0.9], "note": ["", "one", "two"],
         "status": ["reported", "verified", "disputed"]},
        _newest,
    ),
    "method": Kind(
        _draft, lambda record: url("method", "new-version", record.pk),
        {"reason": NAMES, "text": NAMES}, WithTitle, opened=_draft_page, filled=_draft_form,
        door=lambda _record: "/methods/paired/drafts/1", body=_draft_body,
    ),
    "portfolio": Kind(
        lambda: Portfolio.objects.create(
            name="paired", about="Alpha", owner=owner(), lens=Lens.objects.get()
        ),
        _page("portfolio"), {"about": NAMES},
        door=lambda _record: "/sourcing/portfolios/paired", ways=(CHANGES, BARE, REPLACES),
    ),
    "webhook": Kind(
        _webhook, _page("webhook"), {"name": NAMES},
        door=lambda record: f"/webhooks/{record.pk}", ways=(CHANGES, BARE),
    ),
}  # fmt: skip
