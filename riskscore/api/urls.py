"""The addresses under `/api/v1`, with and without a slash at the end."""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, path

from riskscore.api import (
    accountability,
    catalogues,
    challenges,
    evidence,
    freshness,
    indicator_values,
    lands,
    learned,
    method_audit,
    observations,
    projects,
    public,
    releases,
    supply_risks,
    timeline,
)
from riskscore.api.framework.routers import Router
from riskscore.api.ownership import companies, owners
from riskscore.api.results import changes, counterfactuals, explanations, scores
from riskscore.api.sourcing import (
    briefings,
    dependence,
    effects,
    equity,
    portfolios,
    regions,
    scenarios,
    shortlist,
    stages,
)
from riskscore.api.work import job_actions, job_scores, jobs, workers


def both(route: str, view: Callable[..., Any], name: str = "") -> Iterator[URLPattern]:
    """The address as written, and with the slash that people type."""
    yield path(route, view, name=name or None)
    yield path(f"{route}/", view)


router = Router()
router.register("/workers", workers.WorkerViewSet, "worker")

KEY = "projects/<slug:key>"
JOB = "jobs/<uuid:job_id>"
SCENARIO = "sourcing/scenarios/<slug:code>"
PORTFOLIO = "sourcing/portfolios/<slug:name>"

urlpatterns = [
    *router.with_slashes,
    *both("", public.Contents.as_view()),
    *both("/projects", projects.Projects.as_view()),
    *both(f"/{KEY}", projects.OneProject.as_view()),
    *both(f"/{KEY}/challenges", challenges.ChallengesOfProject.as_view()),
    *both(f"/{KEY}/evidence", evidence.EvidenceOfProject.as_view()),
    *both(f"/{KEY}/freshness", freshness.FreshnessOfProject.as_view()),
    *both(f"/{KEY}/land", lands.LandOfProject.as_view()),
    *both(f"/{KEY}/owners", owners.OwnersOfProject.as_view()),
    *both(f"/{KEY}/timeline", timeline.TimelineOfProject.as_view()),
    *both(f"/{KEY}/score", scores.CurrentScore.as_view()),
    *both(f"/{KEY}/score/changes", changes.ScoreChanges.as_view()),
    *both(f"/{KEY}/score/counterfactuals", counterfactuals.Counterfactuals.as_view()),
    *both(f"/{KEY}/score/explanation", explanations.Explanation.as_view()),
    *both(f"/{KEY}/score/history", scores.History.as_view()),
    *both("/scores", scores.Scores.as_view()),
    *both("/jobs", jobs.Jobs.as_view()),
    *both(f"/{JOB}", jobs.OneJob.as_view()),
    *both(f"/{JOB}/cancel", job_actions.Cancel.as_view()),
    *both(f"/{JOB}/pause", job_actions.Pause.as_view()),
    *both(f"/{JOB}/resume", job_actions.Resume.as_view()),
    *both(f"/{JOB}/retry", job_actions.Retry.as_view()),
    *both(f"/{JOB}/errors", jobs.JobErrors.as_view()),
    *both(f"/{JOB}/scores", job_scores.JobScores.as_view()),
    *both("/challenges", challenges.Challenges.as_view()),
    *both("/challenges/<int:number>", challenges.OneChallenge.as_view()),
    *both("/methods", catalogues.Methods.as_view()),
    *both("/methods/<slug:code>", catalogues.OneMethod.as_view()),
    *both("/methods/<slug:code>/<int:version>", catalogues.OneMethod.as_view()),
    *both("/methods/<slug:code>/<int:version>/audit", method_audit.MethodAudit.as_view()),
    *both("/indicators", catalogues.Indicators.as_view()),
    *both("/indicators/<str:key>", catalogues.OneIndicator.as_view()),
    *both("/indicators/<str:key>/values", indicator_values.IndicatorValues.as_view()),
    *both("/places", catalogues.Places.as_view()),
    *both("/places/<slug:code>", catalogues.OnePlace.as_view()),
    *both("/minerals", catalogues.Minerals.as_view()),
    *both("/minerals/<slug:code>", catalogues.OneMineral.as_view()),
    *both("/companies", companies.Companies.as_view()),
    *both("/companies/<slug:key>", companies.OneCompany.as_view()),
    *both("/observations", observations.Observations.as_view()),
    *both("/supply-risks", supply_risks.SupplyRisks.as_view()),
    *both("/sourcing/dependence", dependence.Dependences.as_view()),
    *both("/sourcing/briefings/buyers", briefings.BuyerBriefing.as_view()),
    *both("/sourcing/briefings/portfolios/<slug:name>", briefings.PortfolioBriefing.as_view()),
    *both("/sourcing/briefings/projects/<slug:key>", briefings.ProjectBriefing.as_view()),
    *both("/sourcing/shortlist", shortlist.Shortlist.as_view()),
    *both("/sourcing/projects/<slug:key>", shortlist.ProjectForBuyer.as_view()),
    *both("/sourcing/stages", stages.Chains.as_view()),
    *both("/sourcing/regions", regions.Regions.as_view()),
    *both("/sourcing/regions/<slug:code>", regions.OneRegion.as_view()),
    *both("/sourcing/effects", effects.Effects.as_view()),
    *both("/sourcing/scenarios", scenarios.Scenarios.as_view()),
    *both(f"/{SCENARIO}", scenarios.OneScenario.as_view()),
    *both(f"/{SCENARIO}/<int:version>", scenarios.OneScenario.as_view()),
    *both(f"/{SCENARIO}/effects", effects.EffectsOfOne.as_view()),
    *both("/releases", releases.Releases.as_view()),
    *both("/releases/<str:code>", releases.OneRelease.as_view()),
    *both("/releases/<str:code>/coverage", releases.CoverageOfRelease.as_view()),
    *both("/accountability", accountability.Checks.as_view()),
    *both("/accountability/<int:number>", accountability.OneCheck.as_view()),
    *both("/land-layers", lands.Layers.as_view()),
    *both("/lenses", catalogues.Lenses.as_view()),
    *both("/models", learned.Models.as_view()),
    *both("/models/<slug:kind>", learned.OneModel.as_view()),
    *both("/models/<slug:kind>/<int:version>", learned.OneModel.as_view()),
    *both("/models/<slug:kind>/<int:version>/predictions", learned.Predictions.as_view()),
    *both("/sourcing/equity", equity.Equity.as_view()),
    *both("/sourcing/portfolios", portfolios.Portfolios.as_view()),
    *both(f"/{PORTFOLIO}", portfolios.OnePortfolio.as_view()),
    *both(f"/{PORTFOLIO}/exposure", portfolios.Exposure.as_view()),
    *both(f"/{PORTFOLIO}/crossings", portfolios.Crossings.as_view()),
    *both("/schema", public.Document.as_view(), "schema"),
    *both("/docs", public.Page.as_view()),
    *both("/errors/<slug:code>", public.ProblemType.as_view()),
]
