"""Two and twenty-four of everything that people write, for tests of what long lists cost."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from riskscore import models
from riskscore.models.sourcing.portfolios import LimitCrossing, PortfolioLimit, Position
from riskscore.releases.editions import next_edition
from tests.make import make_job

FEW, MANY = 2, 24
NOW = datetime(2026, 11, 2, tzinfo=UTC)
URL = "https://example.org/report"

#: What the bundle has few and many of, as figures, countries and countries behind a name.
OF_FEW = {"mineral": "lithium", "place": "CHL", "release": "icmm-2025-09",
          "region": "central-america", "buyers": "JPN", "top": 2}  # fmt: skip
OF_MANY = {"mineral": "copper", "place": "EUU", "release": "wgi-1996-2023",
           "region": "africa", "buyers": "EUU", "top": 20}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands for the parts of an address: with few rows behind it, and with many."""

    few: dict[str, Any]
    many: dict[str, Any]


def fill(user: User) -> Filled:
    """Write rows of each kind for a user, on the bundle."""
    few, many = ({**about(user, number), **of_user(user, number)} for number in (FEW, MANY))
    return Filled({**few, **OF_FEW}, {**many, **OF_MANY})


def about(user: User, number: int) -> dict[str, Any]:
    """State so many things about a project and a company, and return their keys."""
    score = models.Score.objects.filter(lens__importer="WLD", composite__isnull=False)
    project = score.order_by("project_id")[number].project
    edition = next_edition("test")
    stated = {"project": project, "edition": edition, "entered_by": user}
    owner = models.Company.objects.create(key=f"holder-{number}", name=f"Holder {number}")
    mineral = project.minerals.get(role="primary").mineral
    home = None
    for each in range(number):
        day = date(2020, 1, 1) + timedelta(days=40 * each)
        models.Evidence.objects.create(kind="strike", happened_on=day, url=URL, **stated)
        models.ProjectStatus.objects.create(status="operating", since=day, url=URL, **stated)
        models.Capacity.objects.create(
            mineral=mineral, year=2000 + each, amount=1.0, unit="t", url=URL, **stated
        )
        models.Footprint.objects.create(
            outline=None, source=URL, **{**stated, "edition": next_edition("test")}
        )
        part = models.Company.objects.create(key=f"part-{number}-{each}", name=f"Part {each}")
        models.Ownership.objects.create(company=part, share=0.02, url=URL, **stated)
        home = models.Domicile.objects.create(
            company=owner, place_id="CHL", url=URL, edition=edition, entered_by=user,
            supersedes=home,
        )  # fmt: skip
        models.Challenge.objects.create(
            project=project, statement=f"wrong {each}", url=URL, filed_by=user
        )
    kept = models.ScoreHistory.objects.filter(project=project, lens__importer="WLD").first()
    assert kept is not None
    for _ in range(number - 1):
        kept.pk, kept.computed_at = None, kept.computed_at - timedelta(seconds=60)
        kept.save(force_insert=True)
    return {"project": project.key, "company": owner.key}


def of_user(user: User, number: int) -> dict[str, Any]:
    """Keep so many things of a user's own, and return how the last of each is called."""
    lens = models.Lens.objects.get(method_code="critical-minerals", importer="WLD")
    projects = list(models.Project.objects.filter(scores__lens=lens).order_by("id")[:number])
    portfolio = models.Portfolio.objects.create(name=f"held-{number}", owner=user, lens=lens)
    limit = PortfolioLimit.objects.create(portfolio=portfolio, what="composite", at_most=50)
    held = models.ProjectList.objects.create(name=f"list-{number}", created_by=user)
    held.projects.set(projects)
    job = make_job(created_by=user, apart=True, state="succeeded", lens=lens)
    hook = models.Webhook.objects.create(
        owner=user, url=URL, types=["job.finished"], lens=lens, secret="x"
    )
    intake = models.Intake.objects.create(
        source="projects", layout="projects", file="a.csv", size=1, sha256="0" * 64,
        created_by=user, state="failed",
    )  # fmt: skip
    names = [field.name for field in models.scores.ScoreColumns._meta.get_fields()]
    for each, project in enumerate(projects):
        mineral = project.minerals.earliest("id").mineral
        Position.objects.create(
            portfolio=portfolio, project=project, mineral=mineral, kt_per_year=1.0
        )
        LimitCrossing.objects.create(
            portfolio=portfolio, limit=limit, what="composite", at_most=50, before="within",
            after="above", cause="edit", positions=[],
        )  # fmt: skip
        models.ItemError.objects.create(job=job, project=project, code="failed", detail="x")
        score = models.Score.objects.get(project=project, lens=lens)
        columns = {name: getattr(score, name) for name in names}
        models.JobScore.objects.create(job=job, project=project, **columns)
        sent = models.WebhookDelivery.objects.create(
            webhook=hook, type="job.finished", subject=str(each), at=NOW, state="failed",
            finished_at=NOW, attempts=number,
        )  # fmt: skip
        models.WebhookAttempt.objects.create(delivery=sent, seconds=1.0)
        models.IntakeFault.objects.create(intake=intake, line=each, reason="wrong", remedy="mend")
        make_job(created_by=user, lens=lens)
        models.Export.objects.create(
            what="scores", format="csv", scope={"all": True}, lens=lens, created_by=user
        )
        models.ProjectList.objects.create(name=f"other-{number}-{each}", created_by=user)
        models.Portfolio.objects.create(name=f"other-{number}-{each}", owner=user, lens=lens)
        models.Webhook.objects.create(
            owner=user, url=URL, types=["job.finished"], lens=lens, secret="x"
        )
        models.Intake.objects.create(
            source="projects", layout="projects", file="b.csv", size=1, sha256="0" * 64,
            created_by=user, state="failed",
        )  # fmt: skip
        models.WorkerPulse.objects.create(worker=f"worker-{number}-{each}")
    for _ in range(number - 1):
        models.WebhookAttempt.objects.create(delivery=sent, seconds=1.0)
    return {
        "portfolio": portfolio.name, "list": held.name, "job_id": job.pk, "webhook": hook.pk,
        "delivery": sent.pk, "intake": intake.pk, "export": models.Export.objects.latest("id").pk,
        "scenario": models.Scenario.objects.earliest("id").code,
        "challenge": models.Challenge.objects.filter(filed_by=user).latest("id").pk,
    }  # fmt: skip
