"""Briefings in the browser, and as a file."""

from django.http import HttpRequest, HttpResponse

from riskscore.admin.sourcing import answering


@answering.for_readers
def project(request: HttpRequest, key: str) -> HttpResponse:
    """The briefing of a project."""
    return HttpResponse(key)


@answering.for_readers
def buyer(request: HttpRequest) -> HttpResponse:
    """The briefing of a buyer and mineral."""
    return HttpResponse("")
