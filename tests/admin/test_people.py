"""People and groups: pages of Django's own, which nothing of ours may empty."""

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.test import Client

from tests.admin.conftest import form_of

pytestmark = pytest.mark.django_db
ADD = "/admin/auth/user/add/"
SECRET = "kassandra 77 x"


@pytest.fixture
def root() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_a_person_is_added_with_name_and_password_and_given_a_group(root: Client) -> None:
    sent = {**form_of(root, ADD), "username": "vera", "password1": SECRET, "password2": SECRET}
    assert root.post(ADD, sent).status_code == 302
    vera = User.objects.get(username="vera")
    assert vera.check_password(SECRET)
    change = f"/admin/auth/user/{vera.pk}/change/"
    call_command("roles", "--restore")  # another test may have emptied the database
    viewer = Group.objects.get(name="viewer")
    root.post(change, {**form_of(root, change), "is_staff": "on", "groups": [viewer.pk]})
    vera.refresh_from_db()
    assert vera.is_staff
    assert list(vera.groups.all()) == [viewer]
    assert SECRET not in root.get(change).text


def test_nobody_is_added_without_a_name(root: Client) -> None:
    answer = root.post(ADD, form_of(root, ADD))
    assert answer.status_code == 200
    assert "required" in answer.text
    assert User.objects.count() == 1


def test_a_password_is_changed_on_its_own_page(root: Client) -> None:
    vera = User.objects.create_user("vera", password="another one 5")
    page = f"/admin/auth/user/{vera.pk}/password/"
    assert root.get(page).status_code == 200
    sent = {"password1": SECRET, "password2": SECRET, "usable_password": "true"}
    assert root.post(page, sent).status_code == 302
    vera.refresh_from_db()
    assert vera.check_password(SECRET)
