"""A row of each table that the bundle leaves empty, so that pages and addresses have one to show."""

from datetime import date

from django.contrib.auth.models import User

from riskscore.curation import challenges, project_edits, watches
from riskscore.jobs import requests
from riskscore.models import Evidence, Portfolio, Project
from tests.api.test_accountability import checked


def row_of_each(by: User) -> None:
    """Make them, through the doors that people use."""
    project = Project.objects.filter(place="CHL", minerals__mineral="copper").earliest("key")
    watches.watch(by, [project])
    requests.start({"keys": [project.key]}, by=by)
    statement = Evidence(
        project=project, kind="strike", happened_on="2026-01-01", url="https://a.example"
    )
    project_edits.add_evidence(statement, by=by)
    challenges.file(project, "The strike ended in March.", "https://a.example", by=by)
    Portfolio.objects.create(name="everything", owner=by, lens=requests.default_lens())
    checked(date(2025, 6, 1))
