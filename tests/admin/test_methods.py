"""A method is read as a tree; YAML becomes a draft, and whatever is wrong is said."""

from collections.abc import Callable

import pytest
import yaml
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client

from riskscore.admin.methods import spec_text
from riskscore.models import Job, Lens, Method
from riskscore.models.methods import scoring_method
from tests.admin.conftest import form_of, url


@pytest.fixture
def method(bundle: None) -> Method:
    return Method.objects.get(code=settings.DEFAULT_METHOD, version=4)


def propose(page: Client, method: Method, text: str, reason: str = "a test") -> str:
    sent = {"text": text, "reason": reason}
    return page.post(url("method", "new-version", method.pk), sent, follow=True).text


def next_text(page: Client, method: Method) -> str:
    return str(page.get(url("method", "new-version", method.pk)).context["form"].initial["text"])


def test_the_page_shows_every_node_with_its_weight_and_its_reason(
    page: Client, method: Method
) -> None:
    response = page.get(url("method", "change", method.pk))
    rows = {row.code: row for row in response.context["rows"]}
    assert rows["composite"].how.startswith("power mean, p = 2; assessed from 3 parts")
    assert rows["geo.stability"].weight == "0.35"
    assert rows["con.mining_recent"].weight.startswith("0.4; ")
    assert rows["geo.gang_violence"].weight == "0, shown only"
    assert "forced 100" in rows["lab.listing"].how
    assert all(row.reason for row in rows.values())
    assert "artisanal" in response.text


def test_the_text_of_a_version_is_the_version(method: Method) -> None:
    text = spec_text.write(method.spec)
    assert spec_text.read(text) == method.spec
    assert yaml.safe_load(text) == method.spec
    assert text.startswith("code: critical-minerals\nversion: 4\n")


def test_a_text_becomes_a_draft_that_scores_nothing(page: Client, method: Method) -> None:
    text = next_text(page, method).replace("weight: 0.35", "weight: 0.3", 1)
    said = propose(page, method, text, "stability counts a little less")
    assert "ritical-minerals v5 is kept as a draft" in said
    newest = Method.objects.get(code=method.code, version=5)
    assert (newest.state, newest.reason) == ("draft", "stability counts a little less")
    assert newest.created_by is not None
    assert newest.based_on == method
    assert not Job.objects.filter(method=newest).exists()
    assert scoring_method(method.code) == method


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("weight: 0.35", "weight: -1", 1), "geo.stability: a weight"),
        (lambda text: text.replace("geo.stability", "geo.stabillity", 1), "did you mean"),
        (lambda text: text + "\n  - [", "line "),
        (lambda text: text.replace("version: 5", "version: 4", 1) + "surprise: 1\n", "surprise"),
        (lambda text: text + "code: twice\n", "stands twice"),
        (lambda text: text.replace("version: 5", "version: 3000000000", 1), "at most 2147483647"),
        (lambda text: text.replace("code: critical-minerals", "code: a b/c", 1), "small letters"),
        (lambda _: "a: &a [1]\nb: [*a, *a]\n", "aliases"),
        (lambda _: "- a list", "mapping"),
        (lambda _: "[" * 2000, "nested too deeply"),
        (lambda _: "x: 1\n" * 100_000, "at most"),
    ],
)
def test_a_wrong_specification_is_refused_at_its_place(
    page: Client, method: Method, change: Callable[[str], str], said: str
) -> None:
    response = propose(page, method, change(next_text(page, method)))
    assert said in response
    assert "Nothing was kept" in response
    assert Method.objects.count() == 4


def test_a_published_version_cannot_be_overwritten(page: Client, method: Method) -> None:
    text = next_text(page, method).replace("version: 5", "version: 4", 1)
    said = propose(page, method, text.replace("weight: 0.35", "weight: 0.3", 1))
    assert "exists already (published)" in said


def test_a_version_needs_a_reason(page: Client, method: Method) -> None:
    propose(page, method, next_text(page, method), reason="")
    assert Method.objects.count() == 4


def test_drafting_needs_its_permission(as_staff: Callable[..., Client], method: Method) -> None:
    reader = as_staff("view_method")
    assert reader.get(url("method", "new-version", method.pk)).status_code == 403
    assert "New version as YAML" not in reader.get(url("method", "change", method.pk)).text


def test_a_draft_that_does_not_parse_says_why(page: Client, method: Method) -> None:
    draft = Method.objects.create(code="draft", version=1, spec={"code": "draft"}, hash="0" * 64)
    assert "not valid" in page.get(url("method", "change", draft.pk)).text


def test_a_lens_looks_through_a_published_method_only(page: Client, method: Method) -> None:
    sent = {"method_code": "nothing", "importer": "DEU", "kept_current": "on"}
    assert "Select a valid choice" in page.post(url("lens", "add"), sent).text
    page.post(url("lens", "add"), {**sent, "method_code": method.code})
    lens = Lens.objects.get(importer="DEU")
    address = url("lens", "change", lens.pk)
    page.post(address, {"importer": "FRA", "_version": form_of(page, address)["_version"]})
    lens.refresh_from_db()
    assert (lens.importer_id, lens.kept_current) == ("DEU", False)


def test_a_draft_is_discarded_and_its_number_is_free_again(
    page: Client, method: Method, as_staff: Callable[..., Client]
) -> None:
    text = next_text(page, method).replace("weight: 0.35", "weight: 0.3", 1)
    propose(page, method, text, "stability counts a little less")
    draft = Method.objects.get(version=5)
    assert "Discard critical-minerals v5" in page.get(url("method", "review", draft.pk)).text
    address = url("method", "discard", draft.pk)
    assert as_staff("view_method", "add_method").post(address).status_code == 403
    said = page.post(address, follow=True).text
    assert "is discarded (stability counts a little less)" in said
    assert not Method.objects.filter(version=5).exists()
    assert LogEntry.objects.filter(object_repr="critical-minerals v5", action_flag=3).exists()
    published = page.post(url("method", "discard", method.pk), follow=True).text
    assert "critical-minerals v4 is published, not draft" in published
    assert Method.objects.filter(version=4).exists()


def test_the_list_marks_the_version_that_scores(page: Client, method: Method) -> None:
    rows = page.get(url("method")).context["cl"].result_list
    assert [row.version for row in rows if row.scores_now] == [4]
    assert page.get(url("method")).text.count("scores now") == 1
