"""People before the admin pages, and how a page is read."""

from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from riskscore.jobs import requests
from riskscore.models import Lens, Project


@pytest.fixture
def tables_of_its_own() -> Iterator[None]:
    """Django remembers the numbers of tables, and other tests have a database of their own."""
    ContentType.objects.clear_cache()
    yield
    ContentType.objects.clear_cache()


@pytest.fixture
def curator(bundle: None) -> User:
    """Somebody who may do everything."""
    return User.objects.create_superuser("ada")


@pytest.fixture
def page(curator: User) -> Client:
    """The curator's browser, on the loaded and scored bundle."""
    client = Client()
    client.force_login(curator)
    return client


@pytest.fixture
def as_staff(bundle: None) -> Callable[..., Client]:
    """A browser of somebody with some permissions only."""

    def make(*permissions: str) -> Client:
        user = User.objects.create_user(f"staff-{User.objects.count()}", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        assert user.user_permissions.count() == len(permissions)
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def lens(bundle: None) -> Lens:
    return requests.default_lens()


@pytest.fixture
def project(lens: Lens) -> Project:
    """A copper mine of Chile."""
    return Project.objects.filter(
        scores__lens=lens, place="CHL", minerals__mineral="copper", flags=[]
    ).earliest("key")


def url(model: str, action: str = "changelist", *arguments: Any) -> str:
    """The address of an admin page."""
    end = {"changelist": "", "add": "add/"}.get(
        action, "/".join(map(str, arguments)) + f"/{action}/"
    )
    return f"/admin/riskscore/{model}/{end}"


def form_of(page: Client, address: str) -> dict[str, Any]:
    """What a browser would send back if somebody opened this form and saved it unchanged."""
    context = page.get(address).context
    sets = [each.formset for each in context["inline_admin_formsets"]]
    sent = _values(context["adminform"].form)
    if version := context.get("version"):
        sent["_version"] = version
    for formset in sets:
        sent |= _values(formset.management_form)
        for each in formset.forms:
            sent |= _values(each)
    return sent


def act(page: Client, model: str, action: str, *rows: Any, **extra: Any) -> Any:
    """Choose rows of a list, take an action on them, and answer yes to its question."""
    sent = {"action": action, "_selected_action": [str(row.pk) for row in rows], **extra}
    asked = page.post(url(model), sent, follow=True)
    if asked.context is None or "pinned" not in asked.context:
        return asked
    answer = {"action": action, "pinned": asked.context["pinned"], **dict(asked.context["carried"])}
    return page.post(asked.context["confirm"], answer, follow=True)


def _values(form: Any) -> dict[str, Any]:
    values = ((bound.html_name, bound.value()) for bound in form)
    return {name: value for name, value in values if value is not None and value is not False}


class Inline(HTMLParser):
    """Collects what a strict content policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        handlers = [name for name in names if name.startswith("on")]
        if (
            handlers
            or "style" in names
            or tag == "style"
            or (tag == "script" and "src" not in names)
        ):
            self.found.append(f"<{tag} {attrs}>")


def inline_of(text: str) -> list[str]:
    """Scripts, styles and handlers that stand inside the page."""
    parser = Inline()
    parser.feed(text)
    return parser.found
