"""An API key is shown once, to whom it belongs, and opens nothing once revoked."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from riskscore import api_keys
from riskscore.models import ApiKey
from tests.admin.conftest import act, form_of, url

KEY = re.compile(r"rs_[0-9a-f]{8}_[\w-]+")


def make(page: Client, **changes: str) -> str:
    sent = {"name": "laptop", "scopes": "read", **changes}
    found = KEY.search(page.post(url("apikey", "add"), sent).text)
    return found.group() if found else ""


def test_a_new_key_is_shown_and_opens(page: Client, curator: User) -> None:
    plain = make(page, user=str(curator.pk))
    key = api_keys.find(plain)
    assert key is not None
    assert (key.name, key.user, key.scopes) == ("laptop", curator, ["read"])


def test_no_other_page_ever_shows_it(page: Client, curator: User) -> None:
    plain = make(page, user=str(curator.pk))
    key = ApiKey.objects.get()
    for address in (
        url("apikey"),
        url("apikey", "change", key.pk),
        url("apikey", "history", key.pk),
        "/admin/",
    ):
        assert plain not in page.get(address).text
    assert not any(plain in str(cookie) for cookie in page.cookies.values())
    assert key.digest != plain


def test_the_page_that_shows_it_is_not_kept_by_any_cache(page: Client, curator: User) -> None:
    sent = {"name": "laptop", "scopes": "read", "user": str(curator.pk)}
    response = page.post(url("apikey", "add"), sent)
    assert "no-store" in response.headers["Cache-Control"]


def test_a_key_acts_as_its_maker_unless_a_superuser_makes_it(
    as_staff: Callable[..., Client], curator: User
) -> None:
    staff = as_staff("add_apikey", "view_apikey", "change_apikey")
    key = api_keys.find(make(staff, user=str(curator.pk)))
    assert key is not None
    assert key.user != curator


def test_people_see_and_revoke_only_their_own_keys(
    as_staff: Callable[..., Client], curator: User
) -> None:
    plain = api_keys.issue(curator, "secret-project", ["read"])
    staff = as_staff("view_apikey", "change_apikey")
    key = ApiKey.objects.get()
    assert "secret-project" not in staff.get(url("apikey")).text
    act(staff, "apikey", "revoke_selected", key)
    assert api_keys.find(plain)


def test_a_revoked_key_opens_nothing(page: Client, curator: User) -> None:
    plain = api_keys.issue(curator, "laptop", ["read"])
    key = ApiKey.objects.get()
    act(page, "apikey", "revoke_selected", key)
    assert api_keys.find(plain) is None
    assert "revoked" in page.get(url("apikey")).text


def test_of_a_key_its_plan_alone_is_edited_and_by_superusers_alone(
    page: Client, curator: User, as_staff: Callable[..., Client]
) -> None:
    plain = api_keys.issue(curator, "laptop", ["read"])
    before = ApiKey.objects.get()
    address = url("apikey", "change", before.pk)
    sent = form_of(page, address)
    changed = {**sent, "name": "x", "scopes": "rescore", "user": "1", "plan": "heavy"}
    assert page.post(address, changed).status_code == 302
    key = api_keys.find(plain)
    assert key is not None
    assert key.plan == "heavy"
    assert (key.name, key.scopes, key.user) == ("laptop", ["read"], curator)
    refused = page.post(address, {**form_of(page, address), "plan": "endless"})
    assert "Nothing was saved" in refused.text
    assert ApiKey.objects.get().plan == "heavy"

    staff = as_staff("view_apikey", "change_apikey", "add_apikey")
    own = api_keys.find(make(staff, plan="heavy"))
    assert own is not None
    assert own.plan == "standard"
    mine = url("apikey", "change", own.pk)
    assert staff.post(mine, {"plan": "heavy"}).status_code == 403
    assert ApiKey.objects.get(pk=own.pk).plan == "standard"


@pytest.mark.parametrize("scope", ["", "everything"])
def test_a_key_needs_a_scope_that_exists(page: Client, curator: User, scope: str) -> None:
    assert not make(page, user=str(curator.pk), scopes=scope)
    assert not ApiKey.objects.exists()


def test_the_form_offers_what_its_user_may_and_refuses_the_rest(
    as_staff: Callable[..., Client],
) -> None:
    staff = as_staff("add_apikey", "view_apikey", "add_challenge")
    form = staff.get(url("apikey", "add")).text
    assert re.findall(r'name="scopes" value="(\w+)"', form) == ["read", "challenge"]
    assert not make(staff, scopes="rescore")
    assert not ApiKey.objects.exists()


def test_a_superuser_gives_others_no_more_than_they_may(
    page: Client, as_staff: Callable[..., Client]
) -> None:
    as_staff("view_score")
    vera = User.objects.get(is_superuser=False)
    sent = {"name": "laptop", "scopes": "rescore", "user": str(vera.pk)}
    assert "may not do what the scope rescore is for" in page.post(url("apikey", "add"), sent).text
    assert make(page, user=str(vera.pk))
