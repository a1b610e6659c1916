"""The tables, one file per idea. Import from here: ``from riskscore.models import Project``.

What a model cannot say (triggers, partitions, storage) lies in ``riskscore/sql/``; what each
trigger does and why, in ``docs/database.md``.
"""

from riskscore.models.access import ApiKey, IdempotencyKey
from riskscore.models.challenges import Challenge
from riskscore.models.evidence import Evidence
from riskscore.models.exports import ExportFlow
from riskscore.models.facts import Capacity, CapacityRange, ProjectStatus
from riskscore.models.home.kept_figures import KeptFigures
from riskscore.models.home.kept_ranks import RankBlock, RankChange, Ranking
from riskscore.models.home.watches import Alert, AskedLast, Watch
from riskscore.models.intakes import Intake, IntakeFault, IntakePart
from riskscore.models.jobs import Chunk, ItemError, Job, Transition, WorkerPulse
from riskscore.models.land import CommunityDistance, Footprint, Land, LandLayer
from riskscore.models.learned import Artefact, LearnedModel, LearnedSwitch, Prediction
from riskscore.models.methods import Lens, Method, MethodChoice
from riskscore.models.minerals import Mineral, TradeCode
from riskscore.models.observations import Edition, Observation, Release, Source
from riskscore.models.owners import Company, Domicile, Ownership
from riskscore.models.people.export_requests import Export
from riskscore.models.people.record_changes import RecordChange
from riskscore.models.people.saved_lists import DefaultList, SavedList
from riskscore.models.people.saved_mappings import SavedMapping
from riskscore.models.people.webhooks import MessageType, Webhook, WebhookAttempt, WebhookDelivery
from riskscore.models.people.withdrawals import Withdrawal
from riskscore.models.places import (
    CountryOutline,
    Locality,
    Place,
    PlaceMember,
    Region,
    RegionMember,
)
from riskscore.models.projects import ExternalId, Offtake, Project, ProjectList, ProjectMineral
from riskscore.models.schedules import Schedule
from riskscore.models.scores import (
    JobScore,
    MapCell,
    MapGrid,
    MatrixCell,
    Score,
    ScoreAccountability,
    ScoreHistory,
)
from riskscore.models.sourcing.portfolios import LimitCrossing, Portfolio, PortfolioLimit, Position
from riskscore.models.sourcing.scenarios import Scenario
from riskscore.models.stale_marks import StaleMark
from riskscore.models.trainings import TrainingRequest

__all__ = [
    "Alert",
    "ApiKey",
    "Artefact",
    "AskedLast",
    "Capacity",
    "CapacityRange",
    "Challenge",
    "Chunk",
    "CommunityDistance",
    "Company",
    "CountryOutline",
    "DefaultList",
    "Domicile",
    "Edition",
    "Evidence",
    "Export",
    "ExportFlow",
    "ExternalId",
    "Footprint",
    "IdempotencyKey",
    "Intake",
    "IntakeFault",
    "IntakePart",
    "ItemError",
    "Job",
    "JobScore",
    "KeptFigures",
    "Land",
    "LandLayer",
    "LearnedModel",
    "LearnedSwitch",
    "Lens",
    "LimitCrossing",
    "Locality",
    "MapCell",
    "MapGrid",
    "MatrixCell",
    "MessageType",
    "Method",
    "MethodChoice",
    "Mineral",
    "Observation",
    "Offtake",
    "Ownership",
    "Place",
    "PlaceMember",
    "Portfolio",
    "PortfolioLimit",
    "Position",
    "Prediction",
    "Project",
    "ProjectList",
    "ProjectMineral",
    "ProjectStatus",
    "RankBlock",
    "RankChange",
    "Ranking",
    "RecordChange",
    "Region",
    "RegionMember",
    "Release",
    "SavedList",
    "SavedMapping",
    "Scenario",
    "Schedule",
    "Score",
    "ScoreAccountability",
    "ScoreHistory",
    "Source",
    "StaleMark",
    "TradeCode",
    "TrainingRequest",
    "Transition",
    "Watch",
    "Webhook",
    "WebhookAttempt",
    "WebhookDelivery",
    "Withdrawal",
    "WorkerPulse",
]
