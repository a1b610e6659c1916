"""Random pairs of edits of one record: whoever is later, no newer value is lost in silence."""

from concurrent.futures import ThreadPoolExecutor
from time import sleep
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscore.admin.ui.three_way import joined
from riskscore.models import Mineral, Place, Project, ProjectMineral
from tests.admin.conftest import form_of
from tests.admin.test_forms import page_of, resent, row_of

#: What either may write into a field; the first is what stands there before.
VALUES: dict[str, list[Any]] = {
    "name": ["Salar", "Salar Norte", "Salar Sur"],
    "stage": ["", "construction", "closed"],
    "state": ["draft", "archived"],
    "confidence": ["", "low", "high"],
    "latitude": [-23.5, -23.6, -24.0],
}
TERMS = ["", "brine", "carbonate"]
EDIT = st.fixed_dictionaries({name: st.sampled_from(each) for name, each in VALUES.items()})
#: What becomes of the copper row: its term, or None: deleted.
ROW = st.sampled_from([*TERMS, None])
CHOICE = st.sampled_from(["mine", "theirs"])


@pytest.fixture
def curator(db: None, tables_of_its_own: None) -> Client:
    Place.objects.get_or_create(code="ARG", defaults={"name": "Argentina"})
    for code in ("lithium", "copper"):
        Mineral.objects.get_or_create(code=code, defaults={"name": code})
    client = Client()
    client.force_login(User.objects.create_superuser("grace"))
    return client


def a_project() -> Project:
    project = Project.objects.create(
        key="salar-1", place_id="ARG", longitude=-66.4, kind="mine",
        **{name: each[0] for name, each in VALUES.items()},
    )  # fmt: skip
    for mineral, role in (("lithium", "primary"), ("copper", "secondary")):
        ProjectMineral.objects.create(project=project, mineral_id=mineral, role=role)
    return project


@pytest.mark.django_db
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    mine=EDIT, theirs=EDIT, my_row=ROW, their_row=ROW, choose=st.sampled_from(["mine", "theirs"])
)
def test_no_newer_value_of_either_is_lost_in_silence(
    curator: Client,
    mine: dict[str, Any],
    theirs: dict[str, Any],
    my_row: str | None,
    their_row: str | None,
    choose: str,
) -> None:
    with transaction.atomic():
        project = a_project()
        sent = {**form_of(curator, page_of(project)), **mine}
        row = row_of(sent, "minerals", "mineral", "copper")
        sent |= {f"{row}DELETE": "on"} if my_row is None else {f"{row}term": my_row}
        Project.objects.update(**theirs)
        copper = project.minerals.get(mineral="copper")
        key = f"minerals/{copper.pk}"
        if their_row is None:
            copper.delete()
        else:
            ProjectMineral.objects.filter(pk=copper.pk).update(term=their_row)

        answer = curator.post(page_of(project), sent)
        asked: set[str] = set()
        if answer.status_code == 200:
            asked = {clash.key for clash in answer.context["clashes"]}
            assert asked, "a form that is refused asks something"
            choices = {f"_choice:{each}": choose for each in asked}
            answer = curator.post(page_of(project), {**resent(answer), **choices})
        assert answer.status_code == 302
        project.refresh_from_db()
        for name, values in VALUES.items():
            was, my, their = values[0], mine[name], theirs[name]
            both = my not in (was, their) and their != was
            assert (f"/{name}" in asked) == both, name
            expected = (my if choose == "mine" else their) if both else (their if my == was else my)
            assert getattr(project, name) == expected, name
        left = project.minerals.filter(mineral="copper").values_list("term", flat=True).first()
        changed = my_row != "" and their_row != "" and my_row != their_row
        assert bool(asked & {key, f"{key}/term"}) == changed
        mine_holds = choose == "mine" if changed else their_row == ""
        assert left == (my_row if mine_holds else their_row)
        transaction.set_rollback(True)


TEXTS = st.sampled_from(["", "a", "b", "c"])
CHOICES = st.lists(st.sampled_from("abc"), unique=True).map(sorted)


@given(TEXTS, TEXTS, TEXTS)
def test_a_value_is_joined_alike_from_either_side(was: str, one: str, other: str) -> None:
    here, there = joined(was, one, other), joined(was, other, one)
    assert here.clash == there.clash == (one != other and was not in (one, other))
    assert here.clash or here.value == there.value


@given(CHOICES, CHOICES, CHOICES)
def test_lists_of_choices_keep_both_additions_and_both_removals(
    was: list[str], one: list[str], other: list[str]
) -> None:
    result = joined(was, one, other)
    assert not result.clash
    assert result == joined(was, other, one)
    added = (set(one) | set(other)) - set(was)
    kept = set(was) & set(one) & set(other)
    assert set(result.value) == added | kept


@pytest.mark.django_db(transaction=True)
def test_a_save_waits_for_the_one_that_came_first_and_keeps_its_value(curator: Client) -> None:
    project = a_project()
    sent = {**form_of(curator, page_of(project)), "stage": "closed"}

    def save() -> int:
        try:
            return curator.post(page_of(project), sent).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Project.objects.filter(pk=project.pk).update(name="First")
            saving = pool.submit(save)
            while not _somebody_waits():
                sleep(0.05)
        assert saving.result() == 302
    project.refresh_from_db()
    assert (project.name, project.stage) == ("First", "closed")


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        found = cursor.fetchone()
    return bool(found and found[0])


@pytest.mark.django_db
def test_opening_and_saving_a_form_stay_within_their_queries(
    curator: Client, django_assert_max_num_queries: Any
) -> None:
    project = a_project()
    with django_assert_max_num_queries(60):
        sent = form_of(curator, page_of(project))
    with django_assert_max_num_queries(60):
        assert curator.post(page_of(project), {**sent, "name": "Renamed"}).status_code == 302
