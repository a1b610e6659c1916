"""The OpenAPI document: valid, complete, and true of what is really answered."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.api.conftest import PREFIX, Api
from tests.api.test_accountability import checked
from tests.make import make_job, make_project

URI = "urn:document"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found: dict[str, Any] = Client().get(f"{PREFIX}/schema").json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def validate(value: Any, name: str, document: dict[str, Any], *, closed: bool = True) -> None:
    """Refuse a value that the component does not describe; with ``closed`` also extra fields."""
    registry: Registry[Any] = Registry().with_resource(URI, DRAFT202012.create_resource(document))
    schema = {"$ref": f"{URI}#/components/schemas/{name}"}
    Draft202012Validator(schema, registry=registry).validate(value)
    if closed:
        assert set(value) <= set(document["components"]["schemas"][name]["properties"])


def test_it_is_valid_and_made_without_a_warning(tmp_path: Any) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "schema"))


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")


def test_every_operation_is_named_tagged_and_told(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len(found) >= 24
    names = [operation["operationId"] for *_, operation in found]
    assert len(names) == len(set(names))
    tags = {tag["name"] for tag in document["tags"]}
    for path, _, operation in found:
        assert operation["summary"], path
        assert set(operation["tags"]) <= tags, path
        assert any(status.startswith("2") for status in operation["responses"]), path
        assert "application/problem+json" in operation["responses"]["400"]["content"], path
        assert all("description" in p for p in operation.get("parameters", []) if p["in"] != "path")


def test_every_address_stands_once_without_a_slash(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.endswith("/")]


def test_what_needs_a_key_says_so(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        public = operation["tags"] == ["about"]
        assert public == (not operation.get("security")), path
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}


def test_every_reference_leads_somewhere_and_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for reference in references(document):
        assert reference.removeprefix("#/components/schemas/") in document["components"]["schemas"]


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [found for child in value.values() for found in references(child)]
    if isinstance(value, list):
        return [found for child in value for found in references(child)]
    return []


@pytest.mark.django_db
def test_real_answers_are_as_the_document_says(
    bundle: None, api: Api, document: dict[str, Any]
) -> None:
    check = checked(date(2025, 6, 1))
    for path, name in (
        ("/accountability", "ScoreCheck"),
        ("/projects", "Project"),
        ("/scores", "Score"),
        ("/scores?unranked=only", "Score"),
        ("/scores?order=composite&unranked=include", "Score"),
        ("/projects/icmm-00026/score/history", "PastScore"),
        ("/methods", "MethodSummary"),
        ("/places", "Place"),
        ("/minerals", "Mineral"),
        ("/companies", "Company"),
        ("/projects/icmm-13791/owners", "Ownership"),
        ("/releases", "Release"),
        ("/lenses", "Lens"),
        ("/supply-risks?importer=JPN&year=2024", "SupplyRisk"),
        ("/indicators/con.import_risk/values?importer=JPN", "IndicatorValue"),
    ):
        items = api.json(path)["items"]
        assert items, path
        for item in items[:20]:
            validate(item, name, document)
    for path, name in (
        (f"/accountability/{check.pk}", "ScoreCheckInFull"),
        ("/projects/icmm-00026", "Project"),
        ("/projects/icmm-00026/score", "ScoreInFull"),
        ("/projects/icmm-00026/score/explanation", "Explanation"),
        ("/projects/icmm-00026/score/changes?from=2100-01-01&to=2100-01-01", "ScoreChanges"),
        ("/projects/icmm-00026/score/counterfactuals", "Counterfactuals"),
        ("/methods/critical-minerals/2/audit", "MethodAudit"),
        ("/projects/icmm-00026/land", "LandOfProject"),
        ("/usage", "Usage"),
        ("/methods/critical-minerals", "Method"),
        ("/methods/critical-minerals/1", "Method"),
        ("/methods/critical-minerals/2", "Method"),
    ):
        validate(api.json(path), name, document)


@pytest.mark.django_db
def test_jobs_and_problems_are_as_the_document_says(api: Api, document: dict[str, Any]) -> None:
    job = make_job(created_by=api.user)
    validate(api.json(f"/jobs/{job.pk}"), "Job", document)
    validate(api.json("/jobs")["items"][0], "JobSummary", document)
    validate(api.get("/projects?page_size=x").json(), "Problem", document)
    validate(api.post("/jobs", {}).json(), "Problem", document)


@pytest.mark.django_db
def test_what_writes_answer_is_as_the_document_says(
    make_api: Callable[..., Api], document: dict[str, Any]
) -> None:
    make_job()  # a method, so that there is something to score by
    make_project(key="mine-1", latitude=-30)
    api = make_api("curate", "list")
    site = {"name": "A", "place": "CHL", "latitude": -22, "longitude": -69, "kind": "mine"}
    said = {"credibility": 0.9, "url": "https://example.org/a"}
    strike = {**said, "kind": "strike", "happened_on": "2026-05-01", "severity": 0.5}
    for path, body, name in (
        ("/projects", {**site, "key": "own-1"}, "WrittenProject"),
        ("/projects/mine-1/evidence", strike, "WrittenEvidence"),
        ("/companies", {"key": "acme", "name": "Acme"}, "WrittenCompany"),
        ("/projects/mine-1/owners", {**said, "company": "acme"}, "WrittenOwnership"),
        ("/companies/acme/homes", {**said, "place": "CHL"}, "WrittenHome"),
        ("/lists", {"name": "mine", "projects": ["mine-1"]}, "ProjectList"),
    ):
        answer = api.post(path, body)
        assert answer.status_code == 201, answer.content
        validate(answer.json(), name, document)
    bulk = {"items": [{**site, "external_id": "X1", "latitude": -26}]}
    validate(api.write("PUT", "/projects/bulk", bulk).json(), "Bulk", document)
    for answer in (api.write("PATCH", "/lists/mine", {"projects": []}, If_Match='"a"'),
                   api.write("PATCH", "/lists/mine", {})):  # fmt: skip
        validate(answer.json(), "Problem", document)


def test_the_page_needs_no_other_server() -> None:
    page = Client().get(f"{PREFIX}/docs").content.decode()
    assert "http://" not in page
    assert "https://" not in page
    script = Client().get(f"{PREFIX}/docs?script=").content.decode()
    assert f"{PREFIX}/schema" in script


# --- Limits, as the server keeps them -------------------------------------------------------------
def parameter(document: dict[str, Any], path: str, name: str, method: str = "get") -> Any:
    found = document["paths"][f"/api/v1{path}"][method]["parameters"]
    return next(each for each in found if each["name"] == name)


def test_a_parameter_of_several_values_has_one_to_fifty(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        for each in operation.get("parameters", []):
            if each["schema"].get("type") == "array":
                limits = each["schema"]["minItems"], each["schema"]["maxItems"]
                assert limits == (1, 50), (path, each["name"])


def test_every_text_of_a_query_is_bounded(document: dict[str, Any]) -> None:
    bounds = {"anyOf", "enum", "format", "pattern", "maxLength"}
    for path, _, operation in operations(document):
        for each in operation.get("parameters", []):
            bare = each["schema"].get("items", each["schema"])
            if each["in"] == "query" and bare["type"] == "string":
                assert bare.keys() & bounds, (path, each["name"])


def test_a_text_of_a_body_is_not_empty_unless_it_may_be(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    assert schemas["CompanyBody"]["properties"]["name"]["minLength"] == 1
    assert schemas["NewListBody"]["properties"]["projects"]["items"]["minLength"] == 1
    assert "minLength" not in schemas["HomeBody"]["properties"]["note"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/observations", "indicator"),
        ("/supply-risks", "importer"),
        ("/sourcing/effects", "scenario"),
        ("/sourcing/dependence", "buyer"),
        ("/sourcing/shortlist", "mineral"),
    ],
)
def test_a_parameter_that_is_needed_says_so(document: dict[str, Any], path: str, name: str) -> None:
    assert parameter(document, path, name)["required"] is True
    assert not parameter(document, "/sourcing/scenarios/{code}/effects", "scenario").get("required")


def test_a_form_knows_no_null_and_its_file_is_bytes(document: dict[str, Any]) -> None:
    form = document["components"]["schemas"]["UploadBody"]
    assert form["properties"]["file"]["format"] == "binary"
    assert form["required"] == ["file", "source"]
    assert not [name for name, each in form["properties"].items() if isinstance(each["type"], list)]


def test_whoever_needs_a_key_may_be_told_not_now(document: dict[str, Any]) -> None:
    for path, _, operation in operations(document):
        assert bool(operation.get("security")) == ("503" in operation["responses"]), path


def shock(document: dict[str, Any], **fields: Any) -> bool:
    """Whether the document allows a shock."""
    registry: Registry[Any] = Registry().with_resource(URI, DRAFT202012.create_resource(document))
    schema = {"$ref": f"{URI}#/components/schemas/Shock"}
    return Draft202012Validator(schema, registry=registry).is_valid(fields)


def test_what_a_kind_of_shock_needs_and_may_have_is_in_its_schema(document: dict[str, Any]) -> None:
    cut = {"kind": "export_cut", "place": "CHL", "mineral": "lithium", "cut": 0.4}
    assert shock(document, **cut, buyers=["JPN"], since="2026-01-01")
    assert not shock(document, **cut, tonnes=5)
    assert not shock(document, kind="export_cut", place="CHL", mineral="lithium")
    assert not shock(document, **{**cut, "cut": 1.1})
    assert shock(document, kind="agreement_signed", place="CHL", buyers=["JPN"])
    assert not shock(document, kind="agreement_signed", place="CHL", buyers=[])
    assert not shock(document, kind="social_condition", condition="forced_labour", place="CHL")


def test_an_address_that_is_too_long_is_told_of(document: dict[str, Any]) -> None:
    assert all("414" in operation["responses"] for *_, operation in operations(document))


def test_rows_of_extracts_are_told_apart_by_what_is_always_there(document: dict[str, Any]) -> None:
    for what in ("Scores", "Projects", "Events"):
        row = document["components"]["schemas"][f"{what}Row"]
        assert set(row["required"]) == set(row["properties"])
