"""What a file refuses, a form refuses in the same sentence: each value is sent by both ways."""

import csv
import io
from datetime import timedelta
from types import ModuleType

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from riskscore.curation import record_checks
from riskscore.models import Company, Mineral, Ownership, Place, Project, ProjectMineral
from riskscore.releases.editions import next_edition
from riskscore.sources.bad_file import BadFile
from riskscore.sources.checks.fault import Fault
from riskscore.sources.reading import Reading
from riskscore.sources.tables import capacities, evidence, offtake, owners, projects, statuses
from tests.admin.conftest import form_of, url
from tests.intake.files import take_in

pytestmark = pytest.mark.django_db

SOURCE = "https://a.example/1"
#: By kind: the layout of files, a row of one, and the same in the fields of the form.
KINDS: dict[str, tuple[ModuleType, dict[str, str], dict[str, str]]] = {
    "project": (
        projects,
        {"key": "salar-1", "name": "Salar", "latitude": "-23.5", "longitude": "-66.4",
         "kind": "mine", "stage": ""},
        {},
    ),
    "evidence": (
        evidence,
        {"project": "salar-1", "kind": "strike", "date": "2024-05-01", "url": SOURCE,
         "severity": "0.5", "credibility": "0.5", "level": "", "expires": "", "note": ""},
        {"kind": "strike", "happened_on": "2024-05-01", "url": SOURCE, "severity": "0.5",
         "credibility": "0.5", "status": "reported"},
    ),
    "capacities": (
        capacities,
        {"project": "salar-1", "mineral": "copper", "year": "2025", "unit": "t", "source": SOURCE,
         "amount": "5", "low": "", "high": "", "credibility": "1", "reason": ""},
        {"mineral": "copper", "year": "2025", "unit": "t", "url": SOURCE, "amount": "5",
         "basis": "stated", "credibility": "1"},
    ),
    "offtakes": (
        offtake,
        {"project": "salar-1", "buyer": "B", "place": "JPN", "share": "0.5", "source": SOURCE,
         "since": "", "until": ""},
        {"buyer": "B", "place": "JPN", "share": "0.5", "url": SOURCE},
    ),
    "statuses": (
        statuses,
        {"project": "salar-1", "status": "closed", "since": "2024-01-01", "source": SOURCE,
         "credibility": "1", "note": ""},
        {"status": "closed", "since": "2024-01-01", "url": SOURCE, "credibility": "1"},
    ),
    "ownership": (
        owners,
        {"project": "salar-1", "owner": "Vale", "share": "0.5", "since": "", "until": "",
         "url": SOURCE, "credibility": "1", "note": ""},
        {"share": "0.5", "url": SOURCE, "credibility": "1"},
    ),
}  # fmt: skip
#: The columns of files that have another name in forms.
IN_FORMS = {"date": "happened_on", "expires": "expires_on", "source": "url"}
BAD: list[tuple[str, dict[str, str]]] = [
    ("project", {"name": '=HYPERLINK("x")'}),
    ("project", {"name": "＋1"}),
    ("project", {"name": "Sal\u0007ar"}),
    ("project", {"name": "Salar\u202egnp.exe"}),
    ("project", {"name": "x" * 201}),
    ("project", {"latitude": "95"}),
    ("project", {"longitude": "-181"}),
    ("project", {"stage": "constructoin zzz"}),
    ("project", {"kind": "castle"}),
    ("evidence", {"url": "ftp://a.example/1"}),
    ("evidence", {"url": "https://nowhere"}),
    ("evidence", {"severity": "7"}),
    ("evidence", {"severity": "inf"}),
    ("evidence", {"credibility": "-0.1"}),
    ("evidence", {"level": "gold"}),
    ("evidence", {"kind": "certification", "level": "platinum"}),
    ("evidence", {"kind": "gossip"}),
    ("evidence", {"expires": "2020-01-01"}),
    ("evidence", {"date": "1066-10-14"}),
    ("evidence", {"date": "the other day"}),
    ("evidence", {"note": "x" * 401}),
    ("capacities", {"amount": "-1"}),
    ("capacities", {"amount": "2000000000"}),
    ("capacities", {"amount": "3000", "unit": "million t"}),
    ("capacities", {"unit": "%"}),
    ("capacities", {"low": "4"}),
    ("capacities", {"low": "6", "high": "9"}),
    ("capacities", {"amount": ""}),
    ("capacities", {"amount": "", "low": "4", "high": "9"}),
    ("capacities", {"year": "1800"}),
    ("capacities", {"unit": "=t"}),
    ("capacities", {"credibility": "2"}),
    ("offtakes", {"share": "1.4"}),
    ("offtakes", {"share": "0"}),
    ("offtakes", {"since": "2025-01-01", "until": "2024-01-01"}),
    ("offtakes", {"since": "0024-01-01"}),
    ("offtakes", {"buyer": "@SUM(1)"}),
    ("offtakes", {"source": "http://x"}),
    ("statuses", {"credibility": "1.1"}),
    ("statuses", {"since": "2999-01-01"}),
    ("ownership", {"share": "57.5"}),
    ("ownership", {"since": "2025-01-01", "until": "2024-01-01"}),
    ("ownership", {"url": "gopher://a.example"}),
]


@pytest.fixture
def person(db: None, tables_of_its_own: None) -> Client:
    """A curator's browser; nothing else is loaded."""
    for code, name in (("ARG", "Argentina"), ("JPN", "Japan")):
        Place.objects.get_or_create(code=code, defaults={"name": name})
    client = Client()
    client.force_login(User.objects.create_superuser("grace"))
    return client


@pytest.fixture
def salar(person: Client) -> Project:
    """A draft, so that saving starts no job."""
    project = Project.objects.create(
        key="salar-1", name="Salar", place_id="ARG", latitude=-23.5, longitude=-66.4,
        kind="mine", state="draft",
    )  # fmt: skip
    copper, _ = Mineral.objects.get_or_create(code="copper", defaults={"name": "Copper"})
    ProjectMineral.objects.create(project=project, mineral=copper, role="primary")
    return project


def by_form(person: Client, project: Project, kind: str, bad: dict[str, str]) -> set[str]:
    """What the form says, after saving with these values was refused."""
    _, _, sound = KINDS[kind]
    stated = {**sound, **{IN_FORMS.get(column, column): value for column, value in bad.items()}}
    if kind == "project":
        address = url("project", "change", project.pk)
        sent = {**form_of(person, address), **stated}
    elif kind in ("evidence", "ownership"):
        address = url(kind, "add")
        company, _ = Company.objects.get_or_create(key="vale", defaults={"name": "Vale"})
        sent = {"project": project.pk, "company": company.pk, **stated}
    else:
        address = url("project", "change", project.pk)
        row = {f"{kind}-0-{column}": value for column, value in stated.items()}
        sent = {**form_of(person, address), f"{kind}-TOTAL_FORMS": "1", **row}
    answer = person.post(address, sent)
    assert answer.status_code == 200, "it was saved"
    return {fault.words for fault in answer.context["faults"]}


def by_file(kind: str, bad: dict[str, str]) -> BadFile:
    """The fault of a file whose only row has these values."""
    layout, sound, _ = KINDS[kind]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(sound))
    writer.writeheader()
    writer.writerow({**sound, **bad})
    (found,) = [
        row
        for row in layout.rows(io.BytesIO(text.getvalue().encode()), "file.csv", Reading())
        if isinstance(row, BadFile)
    ]
    return found


@pytest.mark.parametrize(("kind", "bad"), BAD)
def test_a_form_and_a_file_refuse_the_same_value_in_the_same_sentence(
    person: Client, salar: Project, kind: str, bad: dict[str, str]
) -> None:
    fault = by_file(kind, bad)
    said = by_form(person, salar, kind, bad)
    assert Fault(fault.reason, fault.remedy).sentence in said
    assert fault.column in bad or fault.column in ("amount", "low", "high", "reason")


def _refused(text: str, source: str) -> tuple[str, str]:
    """(column, reason) of the one fault of an import."""
    found = take_in(text, source).faults.values_list("column", "reason")
    ((column, reason),) = found
    return column, reason


def test_what_only_the_calendar_shows_is_refused_alike(person: Client, salar: Project) -> None:
    today = timezone.localdate()
    tomorrow, in_years = str(today + timedelta(days=2)), str(today + timedelta(days=800))
    column, reason = _refused(
        f"project,status,since,source\nsalar-1,closed,{tomorrow},{SOURCE}\n", "statuses"
    )
    said = by_form(person, salar, "statuses", {"since": tomorrow})
    assert (column, Fault(reason, "").sentence in said) == ("since", True)
    column, reason = _refused(
        f"project,kind,date,url\nsalar-1,strike,{in_years},{SOURCE}\n", "evidence"
    )
    said = by_form(person, salar, "evidence", {"date": in_years})
    assert (column, Fault(reason, "").sentence in said) == ("date", True)


def test_owners_of_more_than_all_are_refused_alike_also_beside_those_on_file(
    person: Client, salar: Project
) -> None:
    bhp = Company.objects.create(key="bhp", name="BHP")
    Ownership.objects.create(
        project=salar, company=bhp, share=0.6, state="confirmed", url=SOURCE,
        edition=next_edition("a test"),
    )  # fmt: skip
    column, reason = _refused("project,owner,share,url\nsalar-1,Vale,50%,\n", "owners")
    assert reason == "with it the shares add up to 110%, which is more than all"
    said = by_form(person, salar, "ownership", {"share": "0.5"})
    assert (column, Fault(reason, "").sentence in said) == ("share", True)
    # A row that restates an owner on file stands in its place.
    assert take_in("project,owner,share,url,state\nsalar-1,BHP,90%,,corrected\n", "owners").changed


def test_programs_ask_the_same_rules_and_get_the_fields_with_their_remedies() -> None:
    with pytest.raises(record_checks.BadRecord) as refused:
        record_checks.refuse(
            record_checks.of_project,
            {"name": "=1+1", "stage": "constructoin zzz", "latitude": 95.0, "kind": "mine"},
        )
    assert set(refused.value.faults) == {"name", "stage", "latitude"}
    assert all(fault.remedy for fault in refused.value.faults.values())
    assert not list(record_checks.of_project({"stage": "care"}, stage="care"))
