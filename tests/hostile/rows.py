"""A row of each table that the bundle leaves empty, so that pages have one to show.

What people type holds an element of HTML: tests/hostile/answers.py looks for it on every page.
"""

from datetime import date

from django.contrib.auth.models import User

from riskscore import api_keys
from riskscore.curation import challenges, method_edits, owner_edits, project_edits, watches
from riskscore.jobs import requests
from riskscore.models import (
    Company,
    Domicile,
    Evidence,
    Export,
    LandLayer,
    Method,
    Ownership,
    Portfolio,
    Project,
    ProjectList,
    SavedList,
    SavedMapping,
    TrainingRequest,
    Webhook,
)
from riskscore.releases.editions import next_edition
from riskscore.webhooks import stored_secrets, subscriptions
from tests.api.test_accountability import checked
from tests.hostile.answers import ELEMENT
from tests.intake.files import LAW, queue


def row_of_each(by: User) -> None:
    """Make them, through the doors that people use."""
    project = Project.objects.filter(place="CHL", minerals__mineral="copper").earliest("key")
    shown = Project.objects.filter(state=Project.State.PUBLISHED)
    for each in (project, shown.earliest("pk"), shown.latest("pk")):
        Project.objects.filter(pk=each.pk).update(name=f"{ELEMENT} {each.key}")
    watches.watch(by, [project])
    requests.start({"keys": [project.key]}, by=by)
    another = User.objects.create_superuser(f"not-{by.username}")
    statement = Evidence(
        project=project, kind="strike", happened_on="2026-01-01", url="https://a.example",
        note=ELEMENT,
    )  # fmt: skip
    project_edits.add_evidence(statement, by=another)
    challenges.file(project, f"The strike ended in March. {ELEMENT}", "https://a.example", by=by)
    queue(LAW + "wgi.law,Chile,2023,0.9,0.1\n", "observations")
    _kept(by, project)
    _of_the_first(by)
    checked(date(2025, 6, 1))


def _kept(by: User, project: Project) -> None:
    """What people keep for themselves, and drafts."""
    Portfolio.objects.create(
        name="everything", about=ELEMENT, owner=by, lens=requests.default_lens()
    )
    ProjectList.objects.create(name="some", created_by=by).projects.add(project)
    SavedList.objects.create(
        owner=by, rows="project", name=f"mine {ELEMENT}", query={"place": ["CHL"]}
    )
    SavedMapping.objects.create(
        name=f"ours {ELEMENT}", source="observations", layout="observations"
    )
    TrainingRequest.objects.create(kind="labour", created_by=by)
    api_keys.issue(by, f"laptop {ELEMENT}", ["read"])
    newest = Method.objects.filter(code="critical-minerals").latest("version")
    spec = {**newest.spec, "version": method_edits.next_version(newest.code)}
    method_edits.draft(spec, by=by, reason=f"another weight {ELEMENT}", based_on=newest)
    LandLayer.objects.create(
        kind="lands",
        code="test-lands",
        name=f"Lands of a test {ELEMENT}",
        steward=f"Nobody {ELEMENT}",
        file="a.zip",
        lands_count=1,
        source="https://a.example",
        licence="CC0",
        places=["CHL"],
        edition=next_edition("a layer"),
        sha256="0" * 64,
        entered_by=by,
    )


def _of_the_first(by: User) -> None:
    """What lists of the API show of the first project and the first company; what is sent out."""
    company = Company.objects.earliest("key")
    project = Project.objects.filter(state=Project.State.PUBLISHED).earliest("key")
    Company.objects.create(key="a-company", name=f"A company {ELEMENT}")
    Company.objects.filter(pk=company.pk).update(name=f"Another company {ELEMENT}")
    source = {"url": "https://a.example", "note": ELEMENT}
    owner_edits.record(Domicile(company=company, place_id="CHL", **source), by=by)
    owner_edits.record(Ownership(project=project, company=company, **source), by=by)
    lens = requests.default_lens()
    hook = Webhook.objects.create(
        owner=by, lens=lens, url="https://a.example/hook", types=["job.finished"],
        secret=stored_secrets.closed(stored_secrets.made()),
    )  # fmt: skip
    subscriptions.send_test(hook)
    Export.objects.create(
        what="projects", format="csv", scope={"keys": [project.key]}, lens=lens, created_by=by
    )
