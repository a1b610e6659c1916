"""Files of many rows: asked for, made by a worker under one snapshot, fetched by their owner."""

import hashlib
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pyarrow.parquet as pq
import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from riskscore import api_keys
from riskscore.curation.extracts import (
    file_maker,
    file_requests,
    file_store,
    signed_links,
    watched_exports,
)
from riskscore.curation.extracts.changed_since import delta
from riskscore.curation.extracts.file_requests import (
    MayNotExport,
    NoSuchExport,
    TooManyExports,
    UnknownExport,
)
from riskscore.curation.extracts.signed_links import LinkClosed
from riskscore.jobs import ledger, work_items
from riskscore.jobs.scope import BadScope
from riskscore.models import ApiKey, Export, Lens
from riskscore.sql.position import Position
from tests.curation.extracts.score_rows import make_score
from tests.make import make_job, make_project

pytestmark = pytest.mark.django_db(transaction=True)
ALL = {"all": True}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.EXPORT_FOLDER = tmp_path / "exports"
    return tmp_path / "exports"


@pytest.fixture
def owner() -> User:
    user = User.objects.create_user("owner", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return user


@pytest.fixture
def lens() -> Lens:
    """Three scored projects, one of them archived, and one without a score."""
    for key, state in (("a", "published"), ("b", "published"), ("gone", "archived")):
        make_score(make_project(key=f"mine-{key}", name=f"={key}", state=state), 40.0)
    make_project(key="unscored")
    return make_job().lens


def asked(owner: User, lens: Lens, what: str = "scores", form: str = "ndjson") -> Export:
    return file_requests.request(what, form, ALL, by=owner, lens=lens)


def made(export: Export) -> Export:
    file_maker.drain()
    export.refresh_from_db()
    return export


def content(export: Export) -> bytes:
    assert export.state == "succeeded", export.error
    held = file_requests.file_of(export, export.created_by).read_bytes()
    assert (len(held), hashlib.sha256(held).hexdigest()) == (export.size, export.sha256)
    return bytes(held)


SCORED = ["mine-a", "mine-b"]


@pytest.mark.parametrize(
    ("what", "keys"), [("scores", SCORED), ("projects", [*SCORED, "unscored"]), ("events", [])]
)
def test_every_table_is_made_in_every_format(
    owner: User, lens: Lens, what: str, keys: list[str]
) -> None:
    files = {form: asked(owner, lens, what, form) for form in ("csv", "ndjson", "geojson")}
    files |= {form: made(asked(owner, lens, what, form)) for form in ("parquet", "xlsx")}
    whole = {form: content(made(export)) for form, export in files.items()}
    lines = [orjson.loads(line) for line in whole["ndjson"].splitlines()]
    assert [line["key"] for line in lines[:-1]] == keys
    assert lines[-1]["rows"] == len(keys) == files["csv"].rows
    features = orjson.loads(whole["geojson"])["features"]
    assert [each["properties"]["key"] for each in features] == keys
    assert pq.read_table(io.BytesIO(whole["parquet"]))["key"].to_pylist() == keys
    sheet = openpyxl.load_workbook(io.BytesIO(whole["xlsx"]))["rows"]
    names = [cell.value for cell in sheet[1]]
    assert [row[names.index("key")].value for row in sheet.iter_rows(min_row=2)] == keys
    assert len(whole["csv"].decode().splitlines()) == 1 + len(keys)
    if what == "scores":
        assert b"'=a" in whole["csv"], "formulas are disarmed"


def test_a_file_says_from_where_changes_go_on(owner: User, lens: Lens) -> None:
    export = made(asked(owner, lens))
    assert export.edition == make_job().edition_id
    make_project(key="later")
    found = delta(Position.given(export.position), lens).changes
    assert [change.key for change in found] == ["later"]


def test_a_file_opens_for_its_owner_alone_and_while_they_may_see_it(
    owner: User, lens: Lens
) -> None:
    export = made(asked(owner, lens))
    other = User.objects.create_superuser("other")
    with pytest.raises(NoSuchExport):
        file_requests.file_of(export, other)
    with pytest.raises(NoSuchExport):
        file_requests.own(other, export.pk)
    owner.user_permissions.remove(Permission.objects.get(codename="view_score"))
    with pytest.raises(MayNotExport, match="view_score"):
        file_requests.file_of(export, User.objects.get(pk=owner.pk))
    with pytest.raises(MayNotExport, match="view_score"):
        asked(User.objects.get(pk=owner.pk), lens)


def test_a_file_is_not_made_for_whoever_lost_the_permission_meanwhile(
    owner: User, lens: Lens
) -> None:
    export = asked(owner, lens)
    owner.user_permissions.clear()
    assert made(export).state == "failed"
    assert "view_project" in export.error


def test_a_link_opens_one_file_until_its_end(
    owner: User, lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    export, other = made(asked(owner, lens)), made(asked(owner, lens))
    link, until = signed_links.link_for(export.pk, owner.pk)
    assert signed_links.opened(link, export.pk) == export
    for wrong in (link[:-1], "", "x" * 600, link.replace(":", "")):
        with pytest.raises(LinkClosed):
            signed_links.opened(wrong, export.pk)
    with pytest.raises(LinkClosed, match="another file"):
        signed_links.opened(link, other.pk)
    monkeypatch.setattr(timezone, "now", lambda: until + timedelta(seconds=1))
    with pytest.raises(LinkClosed, match="over"):
        signed_links.opened(link, export.pk)


@pytest.mark.parametrize("lost", ["account", "permission", "key", "file"])
def test_a_link_closes_with_what_it_stands_on(owner: User, lens: Lens, lost: str) -> None:
    api_keys.issue(owner, "reader", ["read"])
    export, key = made(asked(owner, lens)), ApiKey.objects.get()
    link, _ = signed_links.link_for(export.pk, owner.pk, key)
    assert signed_links.opened(link, export.pk) == export
    if lost == "account":
        User.objects.update(is_active=False)
    elif lost == "permission":
        owner.user_permissions.clear()
    elif lost == "key":
        ApiKey.objects.update(revoked_at=timezone.now())
    else:
        file_requests.delete(export)
    with pytest.raises((LinkClosed, MayNotExport, NoSuchExport)):
        signed_links.opened(link, export.pk)


def test_a_request_that_cannot_be_meant_is_refused(owner: User, lens: Lens) -> None:
    for what, form, scope, error in (
        ("keys", "csv", ALL, UnknownExport), ("scores", "pickle", ALL, UnknownExport),
        ("scores", "csv", {}, BadScope), ("scores", "csv", {"keys": ["nobody"]}, BadScope),
    ):  # fmt: skip
        with pytest.raises(error):
            file_requests.request(what, form, scope, by=owner, lens=lens)
    assert not Export.objects.exists()


def test_one_person_may_have_five_files_made_at_a_time(owner: User, lens: Lens) -> None:
    for _ in range(file_requests.MOST_OPEN):
        asked(owner, lens)
    with pytest.raises(TooManyExports):
        asked(owner, lens)
    file_maker.drain()
    assert asked(owner, lens).state == "queued"


def test_a_full_disk_is_said_and_leaves_nothing(owner: User, lens: Lens, settings: Any) -> None:
    settings.EXPORT_MB = 0
    export = made(asked(owner, lens))
    assert (export.state, "MB" in export.error) == ("failed", True)
    assert list(file_store.folder().iterdir()) == []


def test_a_file_larger_than_what_is_left_is_given_up(
    owner: User, lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_store, "room", lambda: 100)
    for form in ("ndjson", "xlsx"):
        export = made(asked(owner, lens, form=form))
        assert (export.state, "takes more than" in export.error) == ("failed", True)
    assert list(file_store.folder().iterdir()) == []


def test_files_go_after_their_days_and_so_does_what_a_lost_worker_left(
    owner: User, lens: Lens, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, stays = made(asked(owner, lens)), made(asked(owner, lens))
    Export.objects.filter(pk=over.pk).update(kept_until=timezone.now())
    left = file_store.workshop(over, over.token)
    (left / "rows").write_bytes(b"half")
    file_requests.sweep()
    assert {path.name for path in file_store.folder().iterdir()} == {
        file_store.place_of(stays).name, left.name,
    }  # fmt: skip
    monkeypatch.setattr(file_store, "LEFT_BEHIND_S", -1)
    file_requests.sweep()
    assert [path.name for path in file_store.folder().iterdir()] == [
        file_store.place_of(stays).name
    ]
    over.refresh_from_db()
    with pytest.raises(NoSuchExport):
        file_requests.file_of(over, owner)


def test_what_a_dead_worker_was_making_is_made_by_another(owner: User, lens: Lens) -> None:
    export = asked(owner, lens)
    dead = file_requests.claim()
    assert dead is not None
    Export.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    ledger.sweep()
    assert made(export).state == "succeeded"
    assert export.attempts == 2
    with pytest.raises(work_items.LeaseLost):
        work_items.finish(dead, "failed")


def test_who_waits_sees_a_mark_that_rises_to_the_end(owner: User, lens: Lens) -> None:
    export = asked(owner, lens)
    before = watched_exports.look([export.pk])[export.pk]
    made(export)
    after = watched_exports.look([export.pk])[export.pk]
    assert (before.ended, after.ended) == (False, True)
    assert after.mark > before.mark
    assert watched_exports.show(export.pk) == {
        "id": str(export.pk),
        "state": "succeeded",
        "rows": 2,
    }
