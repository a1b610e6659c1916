"""The matrix as a page, and as a file."""

import csv

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from riskscore.admin.map.viewers import for_viewers
from riskscore.admin.profiles import matrix_table
from riskscore.admin.profiles.matrix_question import Asked, MatrixForm
from riskscore.admin.profiles.sources_part import cited
from riskscore.admin.ui.shown_lens import shown_lens
from riskscore.errors import NotFoundError
from riskscore.models import Region
from riskscore.sources.readers.formula_guard import disarmed

TITLE = "Minerals × countries"


@for_viewers
def page(request: HttpRequest) -> HttpResponse:
    """What each place has of each mineral; ``format=csv`` gives the same as a file."""
    form = MatrixForm(request.GET, label_suffix="")
    if not form.is_valid():
        wrong = [text for texts in form.errors.values() for text in texts]
        return _answer(request, form, {"wrong": wrong}, 400)
    asked, lens = form.asked, shown_lens()
    try:
        found = matrix_table.values(asked, lens)
    except NotFoundError as error:
        return _answer(request, form, {"wrong": [str(error)]}, 400)
    names = matrix_table.place_names()
    if request.GET.get("format") == "csv":
        return _file(asked, found, names)
    matrix = matrix_table.matrix(asked, found, names)
    shown = {
        "asked": asked,
        "matrix": matrix,
        "lens": lens,
        "csv_link": f"?{form.address(format='csv')}",
        "every_link": f"?{form.address(every='on')}",
        "legend": _legend(asked),
        "cited": cited(request, matrix.releases),
    }
    return _answer(request, form, shown)


def _answer(
    request: HttpRequest, form: MatrixForm, shown: dict[str, object], status: int = 200
) -> HttpResponse:
    frame = {
        **admin.site.each_context(request), "title": TITLE, "form": form,
        "regions": list(Region.objects.order_by("name").values_list("name", flat=True)), **shown,
    }  # fmt: skip
    return TemplateResponse(request, "admin/profiles/matrix.html", frame, status=status)


def _legend(asked: Asked) -> list[tuple[int, str]]:
    """(step, words) of each colour."""
    if asked.show == "number":
        return [(0, "few"), (2, ""), (4, ""), (7, "many")]
    starts = matrix_table.SCORE_STEPS if asked.is_score else matrix_table.SHARE_STEPS
    factor, unit = (1, "") if asked.is_score else (100, " %")
    words = [f"below {factor * starts[0]:g}{unit}"]
    words += [f"from {factor * start:g}{unit}" for start in starts]
    return list(enumerate(words))


def _file(asked: Asked, found: matrix_table.Values, names: dict[str, str]) -> HttpResponse:
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="riskscore-matrix-{asked.show}.csv"'
    writer = csv.writer(answer)
    for row in matrix_table.csv_rows(asked, found, names):
        writer.writerow([disarmed(cell) if isinstance(cell, str) else cell for cell in row])
    return answer
