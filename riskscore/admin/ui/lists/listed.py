"""What every list of the site has, whoever wrote its page: files, saved lists, columns, filters."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from riskscore.admin.ui.lists.bounded import Bounded
from riskscore.admin.ui.lists.chosen import ChosenColumns
from riskscore.admin.ui.lists.exports import Exported
from riskscore.admin.ui.lists.filtered import Filtered
from riskscore.admin.ui.lists.list_view import List
from riskscore.admin.ui.lists.saved_lists import Saved
from riskscore.admin.ui.versioned import Row, Versioned


class Listed(Exported[Row], Saved[Row], ChosenColumns[Row], Filtered[Row], Versioned[Row]):
    """A list that is quick, had as a file, filtered and kept. The form is the page's own."""

    change_list_template = "admin/lists/list.html"
    show_full_result_count = False
    #: By what rows follow each other that are level in an order that keeps the unknown last.
    tie = "pk"
    #: What such an order is made within.
    within: tuple[str, ...] = ()
    list_per_page = 50
    paginator = Bounded

    def get_changelist(self, request: HttpRequest, **_: Any) -> type[List]:
        return List

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """With the bar above the list; without any parameter, the person's default list."""
        if first := self.default_list(request):
            return HttpResponseRedirect(request.path + first)
        answer = super().changelist_view(request, extra_context)
        if isinstance(answer, TemplateResponse) and answer.context_data is not None:
            shown = answer.context_data.get("cl")
            if isinstance(shown, List):
                for words in shown.wrong:
                    messages.warning(request, f"{words}. So no row is shown.")
                answer.context_data.update(self.list_bar(request, shown))
        return answer

    def list_bar(self, request: HttpRequest, shown: List) -> dict[str, Any]:
        """What stands above a list: its columns, its saved lists, its files."""
        return {
            "offered_columns": self.offered_columns(request),
            "list_query": shown.get_query_string()[1:],
            **self.saved_bar(request, shown),
        }
