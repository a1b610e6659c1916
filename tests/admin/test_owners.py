"""Owners are confirmed, corrected and rejected: a new version, a rescoring, a line of history."""

from collections.abc import Callable

import pytest
from django.test import Client

from riskscore.curation import owner_edits
from riskscore.models import Domicile, Job, Ownership, Project
from riskscore.releases import owner_statements
from tests.admin.conftest import act, url


@pytest.fixture
def olaroz(bundle: None) -> Project:
    return Project.objects.get(key="icmm-13791")


def tsusho(olaroz: Project) -> Ownership:
    return olaroz.ownerships.get(company__key="toyota-tsusho", superseded_by__isnull=True)


def test_the_page_of_olaroz_shows_toyota_tsusho_as_unverified(
    page: Client, olaroz: Project
) -> None:
    text = page.get(url("project", "owners", olaroz.pk)).text
    assert "Toyota Tsusho Corporation" in text
    assert "unverified" in text
    assert "Concentration of the project" in text
    assert "0.0833 to 1" in text
    assert 'JPN<br><span class="small quiet">unverified' in text
    assert "unverified" in page.get(url("company") + "?q=toyota-tsusho").text
    home = page.get(url("company", "change", tsusho(olaroz).company_id)).text
    assert "from general knowledge; not compared with this address" in home
    assert tsusho(olaroz).state == "unverified"


def test_one_click_confirms_rescores_and_stands_in_the_history(
    page: Client, olaroz: Project
) -> None:
    old = tsusho(olaroz)
    back = url("project", "change", olaroz.pk)
    response = page.post(url("ownership", "confirm", old.pk), {"next": back})
    assert response.headers["Location"] == back
    new = tsusho(olaroz)
    assert (new.state, new.credibility, new.supersedes, new.release) == (
        "confirmed", 1.0, old, old.release,
    )  # fmt: skip
    assert new.entered_by is not None
    assert Job.objects.filter(edition=new.edition, scope={"keys": [olaroz.key]}).exists()
    history = page.get(url("project", "history", olaroz.pk)).text
    assert "<del>Unverified</del>" in history
    assert "<ins>Confirmed</ins>" in history
    assert "ada" in history


def test_many_are_rejected_at_once_and_count_nothing(page: Client, olaroz: Project) -> None:
    rows = list(olaroz.ownerships.all())
    act(page, "ownership", "reject_selected", *rows)
    assert not owner_statements.owners().filter(project=olaroz).exists()
    fresh = olaroz.ownerships.filter(state="rejected")
    assert (fresh.count(), fresh.values("edition").distinct().count()) == (len(rows), 1)


def test_the_actions_say_what_they_do(page: Client, olaroz: Project) -> None:
    text = page.get(url("ownership") + "?state__exact=unverified").text
    assert "they count nothing from now on, projects are rescored" in text
    assert "they count in full, projects are rescored" in text


def test_who_may_only_look_may_not_decide(as_staff: Callable[..., Client], olaroz: Project) -> None:
    client = as_staff("view_ownership", "view_project")
    old = tsusho(olaroz)
    assert client.post(url("ownership", "reject", old.pk)).status_code == 403
    act(client, "ownership", "reject_selected", old)
    assert tsusho(olaroz) == old
    assert "Reject the selected" not in client.get(url("ownership")).text


def test_a_correction_is_a_new_version_with_a_source(page: Client, olaroz: Project) -> None:
    old = tsusho(olaroz)
    address = url("ownership", "add")
    shown = page.get(f"{address}?replaces={old.pk}").context["adminform"].form
    assert shown.initial["company"] == old.company_id
    sent = {
        "project": str(olaroz.pk), "company": str(old.company_id), "share": "0.25",
        "credibility": "1", "replaces": str(old.pk), "url": "",
    }  # fmt: skip
    assert "an owner without a source is none" in page.post(address, sent).text
    page.post(address, {**sent, "url": "https://www.toyota-tsusho.com/ir"})
    new = tsusho(olaroz)
    assert (new.state, new.share, new.supersedes, new.basis) == ("corrected", 0.25, old, old.basis)


def test_shares_of_more_than_all_are_refused(page: Client, olaroz: Project) -> None:
    allkem, other = olaroz.ownerships.exclude(company__key="toyota-tsusho")
    address = url("ownership", "add")
    for old, share in ((allkem, "0.7"), (other, "0.5")):
        sent = {
            "project": str(olaroz.pk), "company": str(old.company_id), "share": share,
            "credibility": "1", "replaces": str(old.pk), "url": "https://a.example/x",
        }  # fmt: skip
        last = page.post(address, sent)
    assert "add up to 120%" in last.text


def test_of_two_curators_the_second_is_told(olaroz: Project) -> None:
    old = tsusho(olaroz)
    owner_edits.decide([old], "confirmed", by=None)
    with pytest.raises(owner_edits.Superseded, match="newer version: confirmed"):
        owner_edits.decide([old], "rejected", by=None)


def test_the_home_of_a_company_is_corrected_and_what_it_owns_is_rescored(
    page: Client, olaroz: Project
) -> None:
    company = tsusho(olaroz).company
    old = Domicile.objects.get(company=company)
    before = olaroz.input_version
    sent = {
        "company": str(company.pk), "place": "SGP", "parent": "", "state_owned": "false",
        "credibility": "1", "replaces": str(old.pk), "url": "https://a.example/x",
    }  # fmt: skip
    page.post(url("domicile", "add"), sent)
    new = Domicile.objects.get(company=company, superseded_by__isnull=True)
    assert (new.place_id, new.state, new.supersedes) == ("SGP", "corrected", old)
    olaroz.refresh_from_db()
    assert olaroz.input_version > before
    assert Job.objects.filter(edition=new.edition).exists()
    text = page.get(url("company", "change", company.pk)).text
    assert "Singapore" in text
    assert "Japan" in text


def test_companies_are_found_by_another_name(page: Client, olaroz: Project) -> None:
    assert "Comibol" in page.get(url("company") + "?q=comibol").text
