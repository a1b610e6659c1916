"""Whether the owner of a webhook may see what a message tells of, asked when it is sent."""

from collections.abc import Callable, Mapping
from typing import Any

from riskscore.models import Job, MessageType, Portfolio, Project, WebhookDelivery
from riskscore.models.people.webhooks import TEST

#: What somebody must be allowed to see to be told of it; a test tells nothing.
MAY: Mapping[str, str] = {
    MessageType.BAND: "riskscore.view_score",
    MessageType.EVENT: "riskscore.view_evidence",
    MessageType.JOB: "riskscore.view_job",
    MessageType.CHALLENGE: "riskscore.view_challenge",
    MessageType.MODEL: "riskscore.view_learnedmodel",
    MessageType.LIMIT: "riskscore.view_limitcrossing",
}
KEEP = "riskscore.view_webhook"


def _project(message: WebhookDelivery) -> bool:
    return Project.objects.filter(
        key=message.data["project"], state=Project.State.PUBLISHED
    ).exists()


def _job(message: WebhookDelivery) -> bool:
    return Job.objects.filter(pk=message.data["job"], created_by=message.webhook.owner_id).exists()


def _portfolio(message: WebhookDelivery) -> bool:
    return Portfolio.objects.filter(
        name=message.data["portfolio"], owner=message.webhook.owner_id
    ).exists()


#: Of which rows: published projects, one's own jobs and portfolios, as the API shows them.
_ROWS: Mapping[str, Callable[[WebhookDelivery], bool]] = {
    MessageType.BAND: _project,
    MessageType.EVENT: _project,
    MessageType.CHALLENGE: _project,
    MessageType.JOB: _job,
    MessageType.LIMIT: _portfolio,
}


def why_not(message: WebhookDelivery) -> str:
    """Why the owner may not be told of it; empty if they may."""
    owner: Any = message.webhook.owner
    if not (owner.is_active and owner.is_staff and owner.has_perm(KEEP)):
        return "its owner may keep no webhooks any more"
    if message.type == TEST:
        return ""
    if not owner.has_perm(MAY[message.type]):
        return f"its owner lacks the permission {MAY[message.type].partition('.')[2]}"
    rows = _ROWS.get(message.type)
    return "" if rows is None or rows(message) else "its owner may not see what it is about"
