"""Who opens what in admin: people of each group before each address, by its method."""

from typing import Any

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client

from riskscore.curation import roles
from tests.hostile.answers import give_up

#: Who asks: the ready groups, one of the staff in no group, an account outside the staff, nobody.
PEOPLE = (*roles.ROLES, "none", "outside", "anonymous")


def browsers() -> dict[str, Client]:
    """A browser of each."""
    found = {}
    for name in PEOPLE:
        client = Client(raise_request_exception=False)
        if name != "anonymous":
            user = User.objects.create_user(f"a-{name}", is_staff=name != "outside")
            user.groups.set(Group.objects.filter(name=name))
            client.force_login(user)
        found[name] = client
    return found


def opens(client: Client, method: str, path: str) -> bool:
    """Whether somebody gets past the door; what came of it is undone."""
    with transaction.atomic():
        answer: Any = client.generic(method, path, b"", "application/x-www-form-urlencoded")
        give_up(answer)
        transaction.set_rollback(True)
    to_log_in = answer.status_code == 302 and answer.headers["Location"].startswith("/admin/login/")
    return answer.status_code != 403 and not to_log_in
