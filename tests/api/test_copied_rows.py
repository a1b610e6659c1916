"""An export that PostgreSQL writes is the one that Python would write."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from riskscore.api.framework.row_serializers import written as written_fields
from riskscore.api.results.scores import ORDERS, ScoreViewSet, current
from riskscore.models import Lens, Project, ProjectMineral, Ranking, Score
from riskscore.scoring import ranking
from riskscore.sources.row_writing import dumps
from riskscore.sql import copied_rows, json_in_sql
from tests.api.conftest import Api
from tests.api.test_pagination import walk

pytestmark = pytest.mark.django_db

NOT_A_NUMBER = math.nan


def exported(api: Api, query: str) -> list[Any]:
    answer = api.get(f"/scores?{query}", Accept="application/x-ndjson")
    assert answer.status_code == 200, answer.content
    *rows, end = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert end["rows"] == len(rows)
    return rows


def paged(api: Api, query: str) -> list[Any]:
    return walk(api, f"/scores?{query}&page_size=1000")


def same(one: list[Any], other: list[Any]) -> bool:
    """The same rows in the same order, to the order of their fields; 5.0 is not 5."""
    return [*map(repr, one)] == [*map(repr, other)]


@pytest.fixture
def strange(bundle: None) -> None:
    """Scores with all that JSON, SQL and floats trip over, and ranks that have moved since."""
    lens = Lens.objects.get(importer="WLD")
    of_lens = Score.objects.filter(lens=lens).order_by("pk")
    names = ['"quoted" \\ %s %%', "two\nlines\t\x01", "Ñandú 鉱山 \U0001f30b", "{r} '; --"]
    for name, score in zip(names, of_lens, strict=False):
        Project.objects.filter(pk=score.project_id).update(name=name)
    numbers: list[dict[str, Any]] = [
        {"composite": 100.0, "labour": 0.0, "coverage": 1.0},
        {"composite": 1e-7, "labour": 1e-300, "coverage": 0.1 + 0.2},
        {"composite": None, "indigenous": None, "interval_low": None, "interval_high": None},
        {"residual": [NOT_A_NUMBER] * 5, "composite": None, "labour": None},
        {"context": [NOT_A_NUMBER, 1.0, 2.5, NOT_A_NUMBER, 1e22], "geopolitical": None},
    ]
    for change, score in zip(numbers, of_lens[10:], strict=False):
        Score.objects.filter(pk=score.pk).update(**change)
    (other,) = of_lens[20:21]
    Project.objects.filter(pk=other.project_id).update(flags=["duplicate"], input_version=99)
    (many,) = of_lens[21:22]
    ProjectMineral.objects.filter(project=many.project_id).delete()
    for code, role in (("zinc", "primary"), ("gold", "other"), ("copper", "secondary")):
        ProjectMineral.objects.create(project_id=many.project_id, mineral_id=code, role=role)
    (none,) = of_lens[22:23]
    ProjectMineral.objects.filter(project=none.project_id).delete()


@pytest.mark.parametrize(
    "query",
    [
        "unranked=include",
        "unranked=only&order=labour",
        "order=-indigenous&place=CHL,PER",
        "order=name&fields=name,rank,shared_with,ranked_at",
        "order=coverage&fields=key",
        "order=key&q=%25s",
        "composite__gte=20&band=moderate,high&mineral=copper",
    ],
)
def test_an_export_holds_what_the_pages_hold(strange: None, api: Api, query: str) -> None:
    assert same(exported(api, query), paged(api, query))


def test_without_blocks_ranks_are_those_of_the_changes(strange: None, api: Api) -> None:
    lens = Lens.objects.get(importer="WLD")
    ranking.keep(lens.pk)
    best = Score.objects.filter(lens=lens, composite__isnull=False).order_by("-composite")
    Score.objects.filter(pk__in=[score.pk for score in best[1:4]]).update(composite=12.345)
    query = "unranked=include&fields=key,rank,shared_with,ranked_at"
    assert same(exported(api, query), paged(api, query))


def of_older_code() -> None:
    """Some scores from before it was kept what they would be without learned models."""
    first = Score.objects.filter(project__place="CHL").order_by("pk")[:5]
    Score.objects.filter(pk__in=[score.pk for score in first]).update(node_without_learned=None)


COMPUTED: dict[str, Callable[[], object]] = {
    "some scores are from before all was kept": of_older_code,
    "a large job rewrites the scores": lambda: Ranking.objects.update(recording=None),
    "nothing is ranked yet": lambda: Ranking.objects.all().delete(),
}


@pytest.mark.parametrize("why", COMPUTED.values(), ids=COMPUTED)
def test_what_python_alone_knows_python_writes(
    strange: None, api: Api, why: Callable[[], object]
) -> None:
    why()
    assert same(exported(api, "place=CHL"), paged(api, "place=CHL"))


def test_all_fields_of_the_scores_are_written_by_postgresql(bundle: None) -> None:
    view = ScoreViewSet(query={"order": None})
    view.lens = Lens.objects.get(importer="WLD")
    assert view.joined({"rank", "without_learned"}) is not None
    assert written_fields(ScoreViewSet.serializer_class.chosen(None)) is not None


def test_learned_models_are_left_out_of_most_scores_of_an_export(strange: None, api: Api) -> None:
    told = [row["without_learned"] for row in exported(api, "unranked=include")]
    assert any(told)
    assert None in told


def test_an_export_that_is_given_up_leaves_the_connection_as_it_was(bundle: None, api: Api) -> None:
    rows, order = current(Lens.objects.get(importer="WLD").pk), ORDERS["-composite"]
    lines = copied_rows.lines(
        rows, order.columns, lambda _: json_in_sql.one("'{}'"), order.in_sql, copied_rows.Joined()
    )
    assert next(lines) == b"{}"
    lines.close()  # type: ignore[attr-defined]
    assert Project.objects.exists()
    assert api.send("HEAD", "/scores", Accept="application/x-ndjson").status_code == 200
    assert Project.objects.exists()


def written(sql: Callable[[str], json_in_sql.Written], kind: str, value: Any) -> str:
    """What PostgreSQL writes of a value."""
    said = sql("given").sql.replace("%", "%%")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {said} FROM (SELECT %s::{kind}) v (given)", [value])  # noqa: S608
        return str(cursor.fetchone()[0])


anything = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@anything
@given(st.floats())
def test_a_float_is_written_as_python_reads_it(value: float) -> None:
    said = json.loads(written(json_in_sql.number, "float8", value))
    expected = json.loads(dumps(value))
    assert (repr(said), type(said)) == (repr(expected), type(expected))


@anything
@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.none())
def test_a_text_is_written_as_python_reads_it(value: str | None) -> None:
    assert json.loads(written(json_in_sql.plain, "text", value)) == value


@anything
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_is_written_as_python_writes_it(value: datetime) -> None:
    assert written(json_in_sql.moment, "timestamptz", value) == dumps(value).decode()


@anything
@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))))
def test_a_list_is_written_as_python_reads_it(value: list[str]) -> None:
    assert json.loads(written(json_in_sql.plain, "text[]", value)) == value


@pytest.mark.parametrize(("value", "json_text"), [(None, "null"), (True, "true"), (-7, "-7")])
def test_whole_numbers_and_booleans_are_written_by_their_digits(value: Any, json_text: str) -> None:
    kind = "boolean" if value is True else "bigint"
    assert written(json_in_sql.digits, kind, value) == json_text


@pytest.mark.parametrize("count", [0, 1, 98, 99, 100, 321])
def test_an_object_of_more_members_than_a_function_takes_is_written_whole(count: int) -> None:
    values = {f"a{at}": json_in_sql.digits(str(at)) for at in range(count)}
    line = json_in_sql.braces(json_in_sql.members(values))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {line.sql}")
        said = json.loads(cursor.fetchone()[0])
    assert list(said.items()) == [(f"a{at}", at) for at in range(count)]
