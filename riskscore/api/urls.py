"""The addresses under `/api/v1`, with and without a slash at the end."""

from django.urls import path

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
from riskscore.api.extracts import change_feed, export_files, lookups, matches
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
from riskscore.api.webhooks import deliveries, webhooks
from riskscore.api.work import job_events, job_scores, jobs, usage, workers
from riskscore.api.writing import draft_views, import_views, list_views, statement_actions

PROJECT = "/projects/<slug:key>"
SCORE = f"{PROJECT}/score"
JOB = "/jobs/<uuid:job_id>"
METHOD = "/methods/<slug:code>/<int:version>"
MODEL = "/models/<slug:kind>/<int:version>"
SOURCING = "/sourcing"
SCENARIO = f"{SOURCING}/scenarios/<slug:code>"
PORTFOLIO = f"{SOURCING}/portfolios/<slug:name>"
BRIEFING = f"{SOURCING}/briefings"

router = Router()
router.add("/projects", projects.ProjectViewSet)
router.add(f"{PROJECT}/challenges", challenges.ChallengeOfProjectViewSet)
router.add(f"{PROJECT}/evidence", evidence.EvidenceViewSet)
router.add(f"{PROJECT}/freshness", freshness.FreshnessViewSet)
router.add(f"{PROJECT}/land", lands.LandOfProjectViewSet)
router.add(f"{PROJECT}/owners", owners.OwnershipViewSet)
router.add(f"{PROJECT}/timeline", timeline.TimelineViewSet)
router.add(SCORE, scores.CurrentScoreViewSet)
router.add(f"{SCORE}/changes", changes.ScoreChangesViewSet)
router.add(f"{SCORE}/counterfactuals", counterfactuals.CounterfactualViewSet)
router.add(f"{SCORE}/explanation", explanations.ExplanationViewSet)
router.add(f"{SCORE}/history", scores.HistoryViewSet)
router.add("/scores", scores.ScoreViewSet)
router.add("/jobs", jobs.JobViewSet)
router.add(f"{JOB}/events", job_events.JobEventsViewSet)
router.add(f"{JOB}/errors", jobs.JobErrorViewSet)
router.add(f"{JOB}/scores", job_scores.JobScoreViewSet)
router.add("/workers", workers.WorkerViewSet)
router.add("/challenges", challenges.ChallengeViewSet)
router.add("/methods", catalogues.MethodViewSet)
router.add(METHOD, catalogues.MethodVersionViewSet)
router.add(f"{METHOD}/audit", method_audit.MethodAuditViewSet)
router.add("/indicators", catalogues.IndicatorViewSet)
router.add("/indicators/<str:key>/values", indicator_values.IndicatorValueViewSet)
router.add("/places", catalogues.PlaceViewSet)
router.add("/minerals", catalogues.MineralViewSet)
router.add("/companies", companies.CompanyViewSet)
router.add("/observations", observations.ObservationViewSet)
router.add("/supply-risks", supply_risks.SupplyRiskViewSet)
router.add(f"{SOURCING}/dependence", dependence.DependenceViewSet)
router.add(f"{BRIEFING}/buyers", briefings.BuyerBriefingViewSet)
router.add(f"{BRIEFING}/portfolios/<slug:name>", briefings.PortfolioBriefingViewSet)
router.add(f"{BRIEFING}/projects/<slug:key>", briefings.ProjectBriefingViewSet)
router.add(f"{SOURCING}/shortlist", shortlist.ShortlistViewSet)
router.add(f"{SOURCING}/projects/<slug:key>", shortlist.ProjectForBuyerViewSet)
router.add(f"{SOURCING}/stages", stages.ChainViewSet)
router.add(f"{SOURCING}/regions", regions.RegionViewSet)
router.add(f"{SOURCING}/effects", effects.EffectViewSet)
router.add(f"{SOURCING}/scenarios", scenarios.ScenarioViewSet)
router.add(f"{SCENARIO}/<int:version>", scenarios.ScenarioVersionViewSet)
router.add(f"{SCENARIO}/effects", effects.EffectOfOneViewSet)
router.add(f"{SOURCING}/equity", equity.EquityViewSet)
router.add(f"{SOURCING}/portfolios", portfolios.PortfolioViewSet)
router.add(f"{PORTFOLIO}/exposure", portfolios.ExposureViewSet)
router.add(f"{PORTFOLIO}/crossings", portfolios.CrossingViewSet)
router.add("/releases", releases.ReleaseViewSet)
router.add("/releases/<str:code>/coverage", releases.ReleaseCoverageViewSet)
router.add("/accountability", accountability.CheckViewSet)
router.add("/land-layers", lands.LandLayerViewSet)
router.add("/lenses", catalogues.LensViewSet)
router.add("/models", learned.ModelViewSet)
router.add(MODEL, learned.ModelVersionViewSet)
router.add(f"{MODEL}/predictions", learned.PredictionViewSet)
router.add(f"{PROJECT}/statuses", statement_actions.StatusViewSet)
router.add(f"{PROJECT}/capacities", statement_actions.CapacityViewSet)
router.add(f"{PROJECT}/footprints", statement_actions.FootprintViewSet)
router.add("/companies/<slug:key>/homes", statement_actions.HomeViewSet)
router.add("/lists", list_views.ProjectListViewSet)
router.add("/imports", import_views.ImportViewSet)
router.add("/imports/<uuid:intake>/faults", import_views.FaultViewSet)
router.add("/methods/<slug:code>/drafts", draft_views.DraftViewSet)
router.add("/changes", change_feed.ChangesViewSet)
router.add("/lookups", lookups.LookupViewSet)
router.add("/matches", matches.MatchViewSet)
router.add("/exports", export_files.ExportViewSet)
router.add("/usage", usage.UsageViewSet)
router.add("/webhooks", webhooks.WebhookViewSet)
router.add("/webhooks/<int:number>/deliveries", deliveries.DeliveryViewSet)
router.add("/schema", public.Document)
router.add("/errors/<slug:code>", public.ProblemType)

contents = public.Contents.as_view({"get": "retrieve"}, detail=True)
urlpatterns = [
    path("", contents),
    path("/", contents),
    *router.with_slashes,
    path("/docs", public.Page.as_view()),
    path("/docs/", public.Page.as_view()),
]
