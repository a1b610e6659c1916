"""The admin site: Home as its first page, models in groups, guarded answers."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST
from unfold.sites import UnfoldAdminSite

from riskscore import models
from riskscore.admin.access.api_keys import ApiKeyAdmin, IdempotencyKeyAdmin
from riskscore.admin.access.deliveries import WebhookDeliveryAdmin
from riskscore.admin.access.log_ins import FailedLogIns
from riskscore.admin.access.webhooks import WebhookAdmin
from riskscore.admin.home import home_links, home_page, waiting
from riskscore.admin.land.lands import FootprintAdmin, LandAdmin, LandLayerAdmin
from riskscore.admin.map import map_links
from riskscore.admin.methods.learned_models import (
    LearnedModelAdmin,
    LearnedSwitchAdmin,
    PredictionAdmin,
    TrainingRequestAdmin,
)
from riskscore.admin.methods.lenses import LensAdmin
from riskscore.admin.methods.methods import MethodAdmin, MethodChoiceAdmin
from riskscore.admin.methods.scenarios import ScenarioAdmin
from riskscore.admin.profiles import profile_links
from riskscore.admin.projects.challenges import ChallengeAdmin
from riskscore.admin.projects.evidence import EvidenceAdmin
from riskscore.admin.projects.owners import CompanyAdmin, DomicileAdmin, OwnershipAdmin
from riskscore.admin.projects.projects import ProjectAdmin
from riskscore.admin.results.accountability import ScoreAccountabilityAdmin
from riskscore.admin.results.scores import JobScoreAdmin, ScoreAdmin, ScoreHistoryAdmin
from riskscore.admin.search import search_page
from riskscore.admin.sources.intakes import IntakeAdmin
from riskscore.admin.sources.observations import (
    EditionAdmin,
    ObservationAdmin,
    ReleaseAdmin,
    SourceAdmin,
)
from riskscore.admin.sources.places import (
    LocalityAdmin,
    MineralAdmin,
    PlaceAdmin,
    PlaceMemberAdmin,
    RegionAdmin,
)
from riskscore.admin.sources.saved_mappings import SavedMappingAdmin
from riskscore.admin.sourcing import links
from riskscore.admin.sourcing.portfolios import LimitCrossingAdmin, PortfolioAdmin
from riskscore.admin.ui import menu, open_links, refused
from riskscore.admin.ui.lists.listed import Listed
from riskscore.admin.withdrawals.withdrawn_list import WithdrawalAdmin
from riskscore.admin.work import start_jobs
from riskscore.admin.work.jobs import ChunkAdmin, ItemErrorAdmin, JobAdmin
from riskscore.admin.work.records import (
    ExportAdmin,
    ExportFlowAdmin,
    ProjectListAdmin,
    ScheduleAdmin,
    StaleMarkAdmin,
    TransitionAdmin,
    WorkerPulseAdmin,
)
from riskscore.config import page_scripts
from riskscore.models import Job

if TYPE_CHECKING:
    Site = admin.AdminSite
else:
    Site = UnfoldAdminSite

#: What a page may load: its own scripts and styles, nothing inline, nothing foreign.
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)

#: The pages in the order in which people look for them. The site registers them itself: a module
#: that did so when imported would ask for the site while the site is being made.
PAGES: "dict[str, dict[type[Model], type[admin.ModelAdmin[Any]]]]" = {
    "Projects": {
        models.Project: ProjectAdmin,
        models.Evidence: EvidenceAdmin,
        models.Challenge: ChallengeAdmin,
        models.ProjectList: ProjectListAdmin,
        models.Ownership: OwnershipAdmin,
        models.Company: CompanyAdmin,
        models.Domicile: DomicileAdmin,
        models.LandLayer: LandLayerAdmin,
        models.Land: LandAdmin,
        models.Footprint: FootprintAdmin,
    },
    "Results": {
        models.Score: ScoreAdmin,
        models.ScoreHistory: ScoreHistoryAdmin,
        models.ScoreAccountability: ScoreAccountabilityAdmin,
    },
    "Sourcing": {
        models.Portfolio: PortfolioAdmin,
        models.LimitCrossing: LimitCrossingAdmin,
    },
    "Jobs": {
        models.Job: JobAdmin,
        models.Schedule: ScheduleAdmin,
        models.Intake: IntakeAdmin,
        models.SavedMapping: SavedMappingAdmin,
        models.Export: ExportAdmin,
    },
    "Methods": {
        models.Method: MethodAdmin,
        models.Lens: LensAdmin,
        models.Scenario: ScenarioAdmin,
        models.LearnedModel: LearnedModelAdmin,
        models.TrainingRequest: TrainingRequestAdmin,
    },
    "What is known": {
        models.Source: SourceAdmin,
        models.Release: ReleaseAdmin,
        models.Withdrawal: WithdrawalAdmin,
        models.Observation: ObservationAdmin,
        models.Place: PlaceAdmin,
        models.PlaceMember: PlaceMemberAdmin,
        models.Region: RegionAdmin,
        models.Mineral: MineralAdmin,
        models.Locality: LocalityAdmin,
    },
    "Access": {
        models.ApiKey: ApiKeyAdmin,
        models.Webhook: WebhookAdmin,
        models.WebhookDelivery: WebhookDeliveryAdmin,
    },
    menu.OPERATIONS: {
        models.ItemError: ItemErrorAdmin,
        models.JobScore: JobScoreAdmin,
        models.Chunk: ChunkAdmin,
        models.Transition: TransitionAdmin,
        models.WorkerPulse: WorkerPulseAdmin,
        models.StaleMark: StaleMarkAdmin,
        models.Edition: EditionAdmin,
        models.ExportFlow: ExportFlowAdmin,
        models.Prediction: PredictionAdmin,
        models.MethodChoice: MethodChoiceAdmin,
        models.LearnedSwitch: LearnedSwitchAdmin,
        models.IdempotencyKey: IdempotencyKeyAdmin,
    },
}


class RiskSite(Site):
    site_header = "riskscore"
    site_title = "riskscore"
    index_title = "Overview"
    site_url = None
    index_template = home_page.TEMPLATE

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        for pages in PAGES.values():
            for model, page in pages.items():
                self.register(model, page)
        self.register(AccessAttempt, FailedLogIns)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Every list of the site has its files, and every form its version, whoever wrote them:
        users and groups too. Columns of a list are those that its page names: no password."""
        page = admin_class or Listed
        if not issubclass(page, Listed):
            page = type(page.__name__, (Listed, page), _own_settings(page))
        super().register(model_or_iterable, page, **options)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """With the menu as it is shown, the search of everything, and the script of the menus."""
        context: dict[str, Any] = super().each_context(request)
        home = reverse("admin:index")
        waits = {reverse(name): n for name, n in waiting.badges(request).items()}
        return {
            **context,
            "available_apps": menu.shown(context["available_apps"], request.path, waits),
            "menu_script": page_scripts.NAME if page_scripts.is_here() else "",
            "search_page": f"{home}search/",
            "search_source": f"{home}search.json",
        }

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        return super().index(request, {**home_page.shown(request), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern | URLResolver]:
        everything = path(
            "rescore-everything/",
            self.admin_view(require_POST(self.rescore_everything)),
            name="rescore_everything",
        )
        pages = [
            *home_links.urls(self.admin_view),
            *links.urls(self.admin_view),
            *map_links.urls(self.admin_view),
            *profile_links.urls(self.admin_view),
            *search_page.urls(self.admin_view),
        ]
        return [everything, *pages, *super().get_urls()]

    def rescore_everything(self, request: HttpRequest) -> HttpResponse:
        """Start a job over all projects, for each lens that is kept current."""
        if not start_jobs.allowed(request):
            raise PermissionDenied
        start_jobs.attempt(
            request, {"all": True}, queue=Job.Queue.BULK, reason="everything, from the first page"
        )
        return HttpResponseRedirect(reverse("admin:index"))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Our models in groups of their own; those of other apps as Django lists them."""
        apps = super().get_app_list(request, app_label)
        ours = [app for app in apps if app["app_label"] == "riskscore"]
        others = [app for app in apps if app["app_label"] != "riskscore"]
        if app_label is not None or not ours:
            return apps
        groups = profile_links.with_entry(request, _groups(ours[0]))
        groups = map_links.with_entry(request, groups)
        groups = home_links.with_entries(request, links.with_entries(request, groups))
        return [*groups, *others]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A page behind the log-in and the content policy, with the links that open for whoever
        asked."""

        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            answer = view(request, *args, **kwargs)
            open_links.only_open(request, answer, self)
            return answer

        return guarded(super().admin_view(shown, cacheable))

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return guarded(super().login)(request, extra_context)


def _own_settings(page: type[Any]) -> dict[str, Any]:
    """What the classes of a foreign page say themselves, such as the fields of its first form.

    django-unfold declares settings of the same names, empty, and would come before them.
    """
    own = [each for each in reversed(page.__mro__) if each not in admin.ModelAdmin.__mro__]
    return {
        name: value
        for each in own
        for name, value in vars(each).items()
        if isinstance(value, tuple | list | dict | str | bool) and not name.startswith("__")
    }


def guarded(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that refuses in words what cannot be answered, and whose answers are compressed and
    forbid foreign and inline scripts: the second line behind escaping."""

    @gzip_page
    @wraps(view)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        response = refused.answered(view, *args, **kwargs)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return answer


def _groups(app: Any) -> list[Any]:
    """The app's models by the groups of PAGES; a person sees only those that they may see."""
    seen = {model["model"]: model for model in app["models"]}
    groups = (
        {**app, "name": name, "models": [seen[model] for model in pages if model in seen]}
        for name, pages in PAGES.items()
    )
    return [group for group in groups if group["models"]]
