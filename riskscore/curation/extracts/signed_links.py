"""Links that open one file for some minutes without a key: for browsers, and programs that hand on.

A link is signed by the server's secret and names export, owner and end. It opens what its owner may
see when it is used: an account that was closed, or a permission that was taken away, closes it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from riskscore.curation.extracts import file_requests
from riskscore.errors import ForbiddenError
from riskscore.models import ApiKey, Export

SALT = "riskscore.export"
OPEN_FOR = timedelta(minutes=15)
#: Ends lie at whole steps, so that an export that is looked at twice is the same both times.
STEP_S = 300
#: Longer ones are none of ours.
LONGEST = 500


class LinkClosed(ForbiddenError):
    """The link is not ours, is over, or opens another file."""

    code = "link_closed"
    remedy = "Ask for the export again (GET /api/v1/exports/{id}): it names a new link."


def link_for(number: Any, owner: int | None, key: ApiKey | None = None) -> tuple[str, datetime]:
    """What opens the file of an export of somebody, and until when, 15 to 20 minutes from now.

    With the key that asked for it, if any: the link closes with it.
    """
    latest = (timezone.now() + OPEN_FOR).timestamp()
    until = int(latest) // STEP_S * STEP_S + STEP_S
    held = [str(number), owner, until, key.pk if key else None]
    link = signing.Signer(salt=SALT).sign_object(held)
    return link, datetime.fromtimestamp(until, UTC)


def opened(text: str, export_id: Any) -> Export:
    """The export that a link opens now. Raises LinkClosed, or what ``file_of`` does."""
    try:
        if len(text) > LONGEST:
            raise signing.BadSignature
        number, owner, until, key = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkClosed("the link is not one that was given here") from None
    if number != str(export_id):
        raise LinkClosed("the link opens another file")
    if timezone.now().timestamp() >= until:
        raise LinkClosed("the link is over")
    if key is not None and not _lives(key):
        raise LinkClosed("the key that the link was given to is not valid any more")
    found = Export.objects.select_related("created_by").filter(pk=number, created_by=owner).first()
    if found is None:
        raise LinkClosed("the file is there no more")
    file_requests.file_of(found, found.created_by)
    return found


def _lives(key: int) -> bool:
    row = ApiKey.objects.filter(pk=key, revoked_at__isnull=True).first()
    return row is not None and (row.expires_at is None or row.expires_at > timezone.now())
