"""Who opens what in admin: every address that is more than a list or a form of a table, and what
each group may do there. Lists and forms stand in the table of tests/admin/test_roles.py."""

import pytest
from django.contrib.auth.models import User

from benchmarks import admin_addresses
from tests.hostile.admin_doors import filled
from tests.hostile.rows import row_of_each
from tests.hostile.who_opens import PEOPLE, browsers, opens

#: By method and address. ``none`` is of the staff and in no group, ``outside`` has an account
#: only. A new address must be put in.
TABLE = """
                                       viewer curator methodologist operator none outside anonymous
POST rescore-everything/                  –    yes    yes    yes    –    –    –
POST ask/                                 yes  yes    yes    yes    –    –    –
GET  coverage/                            yes  yes    yes    yes    –    –    –
GET  alerts/                              yes  yes    yes    yes    –    –    –
POST alerts/read/                         yes  yes    yes    yes    –    –    –
GET  alerts/<int:number>/                 yes  yes    yes    yes    –    –    –
GET  watchlist/                           yes  yes    yes    yes    –    –    –
POST watchlist/                           yes  yes    yes    yes    –    –    –
POST watch/                               yes  yes    yes    yes    –    –    –
GET  sourcing/                            yes  yes    yes    yes    –    –    –
GET  sourcing/dependence/                 yes  yes    yes    yes    –    –    –
GET  sourcing/shortlist/                  yes  yes    yes    yes    –    –    –
GET  sourcing/shortlist.<str:kind>        yes  yes    yes    yes    –    –    –
GET  sourcing/scenarios/                  yes  yes    yes    yes    –    –    –
GET  sourcing/briefing/projects/<slug:key>/          yes yes yes yes – – –
GET  sourcing/briefing/buyers/                       yes yes yes yes – – –
GET  sourcing/briefing/portfolios/<int:number>/      yes yes yes yes – – –
GET  map/                                 yes  yes    yes    yes    –    –    –
GET  map/clusters/                        yes  yes    yes    yes    –    –    –
GET  map/outlines/                        yes  yes    yes    yes    –    –    –
GET  map/lands/                           yes  yes    yes    yes    –    –    –
GET  map/projects/<int:number>/           yes  yes    yes    yes    –    –    –
GET  matrix/                              yes  yes    yes    yes    –    –    –
GET  place/<slug:code>/                   yes  yes    yes    yes    –    –    –
GET  mineral/<slug:code>/                 yes  yes    yes    yes    –    –    –
GET  search/                              yes  yes    yes    yes    yes  –    –
GET  search.json                          yes  yes    yes    yes    yes  –    –
GET  riskscore/project/<path:number>/follow/         yes yes yes yes – – –
GET  riskscore/project/<path:number>/score/          yes yes yes yes – – –
GET  riskscore/project/<path:number>/why/            yes yes yes yes – – –
GET  riskscore/project/<path:number>/peers/          yes yes yes yes – – –
GET  riskscore/project/<path:number>/what-if/        yes yes yes yes – – –
GET  riskscore/project/<path:number>/owners/         yes yes yes yes – – –
GET  riskscore/project/<path:number>/evidence/       yes yes yes yes – – –
GET  riskscore/project/<path:number>/land/           yes yes yes yes – – –
POST riskscore/project/<path:object_id>/rescore/     –   yes yes yes – – –
POST riskscore/challenge/<path:object_id>/decline/   –   yes –   –   – – –
GET  riskscore/challenge/<path:object_id>/observation/ – yes –   –   – – –
POST riskscore/challenge/<path:object_id>/observation/ – yes –   –   – – –
POST riskscore/challenge/<path:object_id>/assign/    –   yes –   –   – – –
POST riskscore/ownership/<path:object_id>/confirm/   –   yes –   –   – – –
POST riskscore/ownership/<path:object_id>/reject/    –   yes –   –   – – –
POST riskscore/domicile/<path:object_id>/confirm/    –   yes –   –   – – –
POST riskscore/domicile/<path:object_id>/reject/     –   yes –   –   – – –
POST riskscore/landlayer/mended/<uuid:key>/          –   yes –   –   – – –
GET  riskscore/landlayer/<path:object_id>/withdraw/  –   yes –   yes – – –
POST riskscore/landlayer/<path:object_id>/withdraw/  –   yes –   yes – – –
GET  riskscore/score/<path:object_id>/why/           yes yes yes yes – – –
POST riskscore/job/<path:object_id>/cancel/          –   –   –   yes – – –
POST riskscore/job/<path:object_id>/pause/           –   –   –   yes – – –
POST riskscore/job/<path:object_id>/resume/          –   –   –   yes – – –
POST riskscore/job/<path:object_id>/retry/           –   –   –   yes – – –
GET  riskscore/intake/<path:object_id>/columns/      –   yes –   yes – – –
POST riskscore/intake/<path:object_id>/columns/      –   yes –   yes – – –
POST riskscore/intake/<path:object_id>/columns-again/ –  yes –   yes – – –
POST riskscore/intake/<path:object_id>/confirm/      –   yes –   yes – – –
POST riskscore/intake/<path:object_id>/cancel/       –   yes –   yes – – –
POST riskscore/intake/<path:object_id>/without-bad/  –   yes –   yes – – –
GET  riskscore/intake/<path:object_id>/report/       –   yes –   yes – – –
GET  riskscore/intake/<path:object_id>/to-mend/      –   yes –   yes – – –
GET  riskscore/method/<path:object_id>/new-version/  –   –   yes –   – – –
POST riskscore/method/<path:object_id>/new-version/  –   –   yes –   – – –
GET  riskscore/method/<path:object_id>/weights/      –   –   yes –   – – –
POST riskscore/method/<path:object_id>/weights/      –   –   yes –   – – –
GET  riskscore/method/<path:object_id>/review/       yes yes yes yes – – –
GET  riskscore/method/<path:object_id>/compare/      yes yes yes yes – – –
POST riskscore/method/<path:object_id>/discard/      –   –   yes –   – – –
GET  riskscore/learnedmodel/<int:pk>/card.md         yes yes yes yes – – –
GET  riskscore/learnedmodel/train/                   –   –   yes –   – – –
POST riskscore/learnedmodel/train/                   –   –   yes –   – – –
GET  riskscore/learnedmodel/<int:pk>/decide/         –   –   yes –   – – –
POST riskscore/learnedmodel/<int:pk>/decide/         –   –   yes –   – – –
GET  riskscore/release/<path:object_id>/withdraw/    –   yes –   yes – – –
POST riskscore/release/<path:object_id>/withdraw/    –   yes –   yes – – –
"""
#: What each list of a table has; Django's own pages of an account.
OF_A_LIST = ("_changelist", "_add", "_change", "_history", "_delete", "_export", "_saved",
             "_saved_new", "_saved_change")  # fmt: skip
#: Whoever does not own the webhook finds nothing there (tests/admin/test_webhooks.py).
OF_AN_OWNER = {"riskscore_webhook_rotate", "riskscore_webhook_test",
               "riskscore_webhook_replay_failed"}  # fmt: skip
OF_DJANGO = {
    "login", "logout", "password_change", "password_change_done", "autocomplete", "jsi18n",
    "view_on_site", "index", "app_list",
}  # fmt: skip


def table() -> dict[tuple[str, str], tuple[str, ...]]:
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    assert tuple(head) == PEOPLE
    return {(method, address): tuple(words) for method, address, *words in lines}


def own_addresses() -> set[str]:
    """Addresses of admin that are more than what every table has."""
    found = set()
    for route, pattern in admin_addresses.patterns():
        name = str(pattern.name)
        of_a_list = name.endswith(OF_A_LIST) and name.count("_") > 1
        asks = name.endswith("_confirm") and "object_id" not in route
        if not (of_a_list or asks or name in OF_DJANGO | OF_AN_OWNER):
            found.add(route.removeprefix("admin/"))
    return found


def test_every_address_stands_in_the_table() -> None:
    assert own_addresses() == {address for _, address in table()}


@pytest.mark.django_db
def test_each_group_opens_what_the_table_says(bundle: None) -> None:
    row_of_each(User.objects.create_superuser("ada"))
    people = browsers()
    found = {}
    for method, address in table():
        path = filled(f"admin/{address}")
        assert path, f"no row for {address}"
        words = (opens(people[name], method, path) for name in PEOPLE)
        found[method, address] = tuple("yes" if word else "–" for word in words)
    wrong = {key: words for key, words in found.items() if words != table()[key]}
    assert wrong == {}
