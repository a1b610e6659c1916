"""Scenarios in admin: looked at, and written as the next version."""

import json
from collections.abc import Callable

from django.test import Client

from riskscore.models import Scenario
from tests.admin.conftest import url

CUT = {"kind": "export_cut", "place": "CHL", "mineral": "copper", "cut": 0.5}


def write(page: Client, code: str, shocks: object) -> str:
    sent = {"code": code, "title": "Chile halves its copper", "about": "", "source": "",
            "shocks": json.dumps(shocks)}  # fmt: skip
    return page.post(url("scenario", "add"), sent, follow=True).text


def test_a_scenario_is_written_and_its_next_version_too(page: Client) -> None:
    write(page, "chile-halves", [CUT])
    write(page, "chile-halves", [CUT | {"cut": 0.9}])
    found = Scenario.objects.filter(code="chile-halves").order_by("version")
    assert [(row.version, row.shocks[0]["cut"]) for row in found] == [(1, 0.5), (2, 0.9)]
    assert str(found[0].created_by) == "ada"
    shown = page.get(url("scenario", "change", found[1].pk)).text
    assert "0.9" in shown
    assert 'name="_save"' not in shown


def test_what_cannot_be_meant_is_said_by_its_place_in_the_list(page: Client) -> None:
    text = write(page, "chile-halves", [CUT | {"cut": 1.2}, CUT | {"place": "XXX"}])
    assert "/shocks/0/cut: say a number from 0 to 1" in text
    assert "/shocks/1/place:" in text
    assert "Enter a valid JSON" in page.post(
        url("scenario", "add"), {"code": "x1", "title": "x", "shocks": "[{"}, follow=True
    ).text  # fmt: skip
    assert "no such place" not in write(page, "No Slug", [CUT])
    assert not Scenario.objects.filter(created_by__isnull=False).exists()


def test_the_librarys_codes_are_its_own(page: Client) -> None:
    assert "library&#x27;s scenario" in write(page, "china-stops", [CUT])
    assert Scenario.objects.filter(code="china-stops").count() == 1


def test_looking_needs_a_permission_and_writing_another(as_staff: Callable[..., Client]) -> None:
    reader = as_staff("view_scenario")
    assert "china-stops" in reader.get(url("scenario")).text
    assert reader.get(url("scenario", "add")).status_code == 403
