"""The buyer's view whose scores lists and Home show."""

from django.conf import settings

from riskscore.models import Lens


def shown_lens() -> Lens | None:
    """The lens whose scores lists and Home show: the default method from nobody's side.

    Before that one exists, the oldest; None before any.
    """
    default = Lens.objects.filter(method_code=settings.DEFAULT_METHOD, importer="WLD").first()
    return default or Lens.objects.order_by("id").first()
