"""A value names the release that it came from, also after later corrections."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User

from riskscore.admin.results import panels
from riskscore.curation import challenges
from riskscore.jobs import requests
from riskscore.models import Lens, Observation, Project, Release, Score
from riskscore.scoring import inputs, rescore
from tests.api.conftest import Api
from tests.bundled import AS_OF
from tests.intake.files import LAW, take_in

pytestmark = pytest.mark.django_db
WGI = "wgi-1996-2023"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Editions of a test are taken back, and the next test gives their numbers to other facts."""
    inputs.known_at.cache_clear()
    yield
    inputs.known_at.cache_clear()


@pytest.fixture
def lens(bundle: None) -> Lens:
    found = requests.default_lens()
    Lens.objects.exclude(pk=found.pk).update(kept_current=False)
    return found


def project_of(place: str, *minerals: str) -> Project:
    """A project of the place with one of the minerals, or with any."""
    scored = Project.objects.filter(place=place, scores__lens__importer="WLD", flags=[])
    chosen = scored.filter(minerals__mineral__in=minerals) if minerals else scored
    return chosen.earliest("key")


def rescored(project: Project, lens: Lens) -> None:
    requests.start({"keys": [project.key]}, lens=lens, as_of=AS_OF, apart=False)
    while rescore.drain():
        pass


def correction(code: str, text: str, source: str = "wgi", **more: Any) -> Release:
    done = take_in(text, source, layout="observations", release_code=code, **more)
    assert (done.error, done.state) == ("", "succeeded")
    return Release.objects.get(code=code)


def named(api: Api, project: Project, importer: str = "WLD") -> dict[str, list[str]]:
    """By indicator: the releases that the API names, which are those of the page."""
    told = api.json(f"/projects/{project.key}/score/explanation?importer={importer}")
    found = {
        row["indicator"]: [each.get("release", each["source"]) for each in row["sources"]]
        for dimension in told["dimensions"]
        for row in dimension["indicators"]
    }
    panel = panels.of_current(project.scores.get(lens__importer=importer))
    for line in (*panel.explanation.lines, *panel.explanation.uncounted):
        assert [each.get("release", each["source"]) for each in line.row.sources] == found[
            line.row.leaf.code
        ]
    return found


def test_without_corrections_a_value_names_the_release_of_its_observations(
    lens: Lens, api: Api
) -> None:
    found = named(api, project_of("CHL"))
    assert found["geo.law"] == [WGI]
    assert found["geo.violence"] == ["ucdp-25.1", "hdr-2023-24"]
    assert found["con.mining_recent"] == ["wmd-2018-2024", "usgs-2026", "iea-2024"]
    fed = Observation.objects.filter(indicator="ec.trade").first()
    assert fed is not None
    assert found["geo.trade_parameter"] == [fed.release.code]
    assert found["ind.events"] == ["evidence"]


def test_a_correction_about_one_country_is_not_named_for_another(lens: Lens, api: Api) -> None:
    correction("law-of-new-zealand", LAW + "wgi.law,NZL,2023,1.5,0.2\n", licence="in-house")
    colombian = project_of("COL")
    rescored(colombian, lens)
    found = named(api, colombian)
    assert found["geo.law"] == found["ind.law"] == [WGI]
    told = api.json(f"/projects/{colombian.key}/score/explanation")
    law = told["dimensions"][0]["indicators"]
    licences = {each.get("licence") for row in law for each in row["sources"]}
    assert "in-house" not in licences


def test_a_corrected_value_names_the_correction_and_others_keep_their_release(
    lens: Lens, api: Api
) -> None:
    chilean, mine = project_of("CHL"), project_of("PER")
    correction("law-of-chile", LAW + "wgi.law,CHL,2023,0.4,0.2\n")
    for project in (chilean, mine):
        rescored(project, lens)
    assert named(api, chilean)["geo.law"] == ["law-of-chile"]
    assert named(api, chilean)["geo.corruption"] == [WGI]
    assert named(api, mine)["geo.law"] == [WGI]


def test_a_concentration_names_every_release_that_contributed(lens: Lens, api: Api) -> None:
    row = Observation.objects.get(
        indicator="wmd.production", place="CHL", mineral="copper", year=2024
    )
    correction(
        "copper-of-chile",
        "indicator,place,mineral,year,unit,value\n"
        f'wmd.production,CHL,copper,2024,"{row.label}",1000\n',
        "wmd",
        accept_jumps=True,
    )
    peruvian, gold = project_of("PER", "copper"), project_of("GHA", "gold")
    for project in (peruvian, gold):
        rescored(project, lens)
    assert named(api, peruvian)["con.mining_recent"][:2] == ["wmd-2018-2024", "copper-of-chile"]
    assert "copper-of-chile" not in named(api, gold)["con.mining_recent"]


def test_an_accepted_challenge_is_what_its_value_came_from(lens: Lens, api: Api) -> None:
    curator = User.objects.create_superuser("ada")
    project = project_of("CHL")
    reader = User.objects.create_user("vera")
    filed = challenges.file(
        project, "the rule of law is stated wrongly", "https://example.org/law", by=reader
    )
    stated = {"indicator": "wgi.law", "place": "CHL", "year": "2023", "value": "0.9"}
    done = challenges.accept_as_observation(filed, stated, by=curator)
    rescored(project, lens)
    assert done.observation is not None
    assert named(api, project)["geo.law"] == [done.observation.release.code]
    told = api.json(f"/projects/{project.key}/score/explanation")
    (law,) = (
        row for d in told["dimensions"] for row in d["indicators"] if row["indicator"] == "geo.law"
    )
    assert law["sources"][0]["licence"] == "entered by the operator"


def test_the_import_risk_of_a_buyer_names_the_correction_about_one_of_its_sellers(
    lens: Lens, api: Api
) -> None:
    of_japan = Lens.objects.get(importer="JPN")
    stability = "indicator,place,year,value,standard_error\nwgi.stability,{},2023,-1.9,0.2\n"
    correction("stability-of-chile", stability.format("CHL"), accept_jumps=True)
    correction(
        "stability-of-andorra", stability.format("AND"), accept_jumps=True
    )  # sells Japan no copper
    project = project_of("PER", "copper")
    rescored(project, of_japan)
    found = named(api, project, "JPN")
    assert found["con.import_risk"] == [
        "baci-2020-2024",
        "wmd-2018-2024",
        WGI,
        "stability-of-chile",
    ]
    assert found["con.import_hhi"] == ["baci-2020-2024"]
    assert found["geo.stability"] == [WGI]


def test_an_older_score_names_what_was_in_force_then(lens: Lens, api: Api) -> None:
    project = project_of("CHL")
    correction("law-of-chile", LAW + "wgi.law,CHL,2023,0.4,0.2\n")
    score = Score.objects.get(project=project, lens=lens)
    assert score.edition < Release.objects.get(code="law-of-chile").edition_id
    assert named(api, project)["geo.law"] == [WGI]
