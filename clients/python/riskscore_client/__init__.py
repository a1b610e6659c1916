"""Client of the API of riskscore: typed, pages are iterators, jobs can be waited for."""

from riskscore_client.client import Riskscore
from riskscore_client.deltas import Delta
from riskscore_client.errors import (
    Conflict,
    CutShort,
    FileTrouble,
    Forbidden,
    Invalid,
    JobFailed,
    NoKey,
    NotAuthenticated,
    NotFound,
    NotInTime,
    PreconditionFailed,
    Problem,
    RiskscoreError,
    ServerFault,
    TooMany,
    Unreachable,
)
from riskscore_client.exports import Export
from riskscore_client.jobs import Job
from riskscore_client.lists_of_sites import Line, Lookup
from riskscore_client.rows import Rows

__all__ = [
    "Conflict",
    "CutShort",
    "Delta",
    "Export",
    "FileTrouble",
    "Forbidden",
    "Invalid",
    "Job",
    "JobFailed",
    "Line",
    "Lookup",
    "NoKey",
    "NotAuthenticated",
    "NotFound",
    "NotInTime",
    "PreconditionFailed",
    "Problem",
    "Riskscore",
    "RiskscoreError",
    "Rows",
    "ServerFault",
    "TooMany",
    "Unreachable",
]
