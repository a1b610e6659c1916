"""Links that open one file for some minutes without a key: for browsers, and programs that hand on.

A link is signed by the server's secret and names export, owner and end. It opens what its owner may
see when it is used: an account that was closed, or a permission that was taken away, closes it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone

from riskscore.errors import ForbiddenError
from riskscore.extracts import file_requests
from riskscore.models import ApiKey, Export

SALT = "riskscore.export"
OPEN_FOR = timedelta(minutes=15)
#: Longer ones are none of ours.
LONGEST = 500


class LinkClosed(ForbiddenError):
    """The link is not ours, is over, or opens another file."""

    code = "link_closed"
    remedy = "Ask for the export again (GET /api/v1/exports/{id}): it names a new link."


def link_for(export: Export, key: ApiKey | None = None) -> tuple[str, datetime]:
    """What opens the file of an export, and until when; with the key that asked for it, if any."""
    until = timezone.now().replace(microsecond=0) + OPEN_FOR
    held = [str(export.pk), export.created_by_id, int(until.timestamp()), key.pk if key else None]
    return signing.dumps(held, salt=SALT), until


def opened(text: str, export_id: Any) -> Export:
    """The export that a link opens now. Raises LinkClosed, or what ``file_of`` does."""
    try:
        if len(text) > LONGEST:
            raise signing.BadSignature
        number, owner, until, key = signing.loads(text, salt=SALT)
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
