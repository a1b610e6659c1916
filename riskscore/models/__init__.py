"""The tables, one file per idea. Import from here: ``from riskscore.models import Project``."""

from riskscore.models.access import ApiKey, IdempotencyKey
from riskscore.models.challenges import Challenge
from riskscore.models.evidence import Evidence
from riskscore.models.jobs import Chunk, ItemError, Job
from riskscore.models.land import Footprint, Land, LandLayer
from riskscore.models.learned import LearnedModel
from riskscore.models.methods import Lens, Method
from riskscore.models.minerals import Mineral
from riskscore.models.observations import Edition, Observation, Release, Source
from riskscore.models.places import Locality, Place, PlaceMember
from riskscore.models.projects import Offtake, Ownership, Project, ProjectMineral
from riskscore.models.scores import Score, ScoreHistory

__all__ = [
    "ApiKey",
    "Challenge",
    "Chunk",
    "Edition",
    "Evidence",
    "Footprint",
    "IdempotencyKey",
    "ItemError",
    "Job",
    "Land",
    "LandLayer",
    "LearnedModel",
    "Lens",
    "Locality",
    "Method",
    "Mineral",
    "Observation",
    "Offtake",
    "Ownership",
    "Place",
    "PlaceMember",
    "Project",
    "ProjectMineral",
    "Release",
    "Score",
    "ScoreHistory",
    "Source",
]
