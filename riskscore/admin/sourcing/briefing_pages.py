"""Briefings in the browser, and as a file."""

from collections.abc import Callable

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from riskscore.admin.sourcing import answering, question_page
from riskscore.admin.sourcing.question import QuestionForm, sentence
from riskscore.errors import NotFoundError
from riskscore.models import Portfolio, Project
from riskscore.sourcing.briefings import as_html, as_pdf, on_buyer, on_portfolio, on_project
from riskscore.sourcing.briefings.content import Briefing


@answering.for_readers
def project(request: HttpRequest, key: str) -> HttpResponse:
    """The briefing of a project; `?buyer=JPN&mineral=lithium` sees it from a buyer's side."""
    number = Project.objects.filter(key=key).values_list("id", flat=True).first()
    if number is None:
        raise Http404(f"there is no project {key}")
    back = reverse("admin:riskscore_project_change", args=[number])
    form = QuestionForm(request.GET)
    if not request.GET.get("buyer"):
        return answer(request, form, lambda: on_project.briefing(key), back)
    if not form.is_valid():
        return question_page.refused(request, form)
    asked = form.cleaned_data
    if asked["mineral"] is None:
        return question_page.refused(request, form, "Choose one mineral for a briefing.")
    seen = lambda: on_project.briefing(key, asked["buyer"], asked["mineral"])  # noqa: E731
    return answer(request, form, seen, back)


@answering.for_readers
def buyer(request: HttpRequest) -> HttpResponse:
    """The briefing of a buyer and a mineral."""
    form = QuestionForm(request.GET)
    if not form.is_valid():
        return question_page.refused(request, form)
    asked = form.cleaned_data
    if asked["mineral"] is None:
        return question_page.refused(request, form, "Choose one mineral for a briefing.")
    query = request.GET.copy()
    query.pop("format", None)
    back = f"{reverse('admin:sourcing_dependence')}?{query.urlencode()}"
    region = request.GET.get("region", "")
    make = lambda: on_buyer.briefing(asked["buyer"], asked["mineral"], region)  # noqa: E731
    return answer(request, form, make, back)


@answering.for_readers
def portfolio(request: HttpRequest, number: int) -> HttpResponse:
    """The briefing of a portfolio."""
    if not request.user.has_perm("riskscore.view_portfolio"):
        raise PermissionDenied
    kept = get_object_or_404(Portfolio.objects.select_related("lens"), pk=number)
    back = reverse("admin:riskscore_portfolio_change", args=[number])
    return answer(request, QuestionForm(request.GET), lambda: on_portfolio.briefing(kept), back)


def answer(
    request: HttpRequest, form: QuestionForm, make: Callable[[], Briefing], back: str
) -> HttpResponse:
    """The briefing as a page, or as a file where the address says `format=pdf`."""
    try:
        made = make()
    except NotFoundError as error:
        return question_page.refused(request, form, sentence(error))
    if request.GET.get("format") == "pdf":
        return file_of(made)
    query = request.GET.copy()
    query["format"] = "pdf"
    return HttpResponse(as_html.html(made, f"{request.path}?{query.urlencode()}", back))


def file_of(made: Briefing) -> HttpResponse:
    """The briefing as a file that browsers show."""
    response = HttpResponse(as_pdf.pdf(made), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="riskscore-{made.name}.pdf"'
    return response
