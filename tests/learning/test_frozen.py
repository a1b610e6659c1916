"""What stands in fixtures/learned: the report has its keys, the seal fits its file."""

import csv
import hashlib
import json
from typing import Any

from riskscore.settings import FIXTURES

FOLDER = FIXTURES / "learned"
KEYS = (
    *("auc", "auc_ci", "auc_volatility", "auc_governance", "auc_difference", "auc_difference_ci"),
    *("brier", "brier_base", "calibration_slope", "events"),
)


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text())
    return found


def test_the_report_has_the_keys_that_were_agreed_and_what_they_must_hold() -> None:
    said = read("disruption/metrics.json")
    assert said.keys() >= set(KEYS)
    assert said["auc"] >= 0.77
    assert said["auc_difference"] >= 0.04
    assert said["auc_difference_ci"][0] > 0
    assert said["brier"] < said["brier_base"]
    assert 0.8 <= said["calibration_slope"] <= 1.2


def test_the_frozen_predictions_are_those_that_were_sealed() -> None:
    seal = read("disruption-2025.json")
    content = (FOLDER / seal["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == seal["sha256"]
    rows = list(csv.DictReader(content.decode().splitlines()))
    assert len(rows) == seal["rows"]
    for row in rows:
        assert row["year"] == "2025"
        low, said, high = (float(row[name]) for name in ("low", "probability", "high"))
        assert 0 <= low <= said <= high <= 1


def test_predictions_outside_the_judged_population_are_a_file_of_their_own() -> None:
    seal = read("disruption-2025.json")
    # The population's file is byte for byte the one that was frozen before small producers were.
    assert seal["sha256"] == "fa4068dc5aedfd413e7cb0bdd6576f8e1d0e4c4bb6187a0ad5eb81ff12e87fa5"
    outside = seal["outside_the_judged_population"]
    content = (FOLDER / outside["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == outside["sha256"]
    inside = (FOLDER / seal["file"]).read_text().splitlines()
    pairs, others = (
        {(row["place"], row["mineral"]) for row in csv.DictReader(lines)}
        for lines in (inside, content.decode().splitlines())
    )
    assert len(others) == outside["rows"]
    assert not pairs & others


def test_the_card_counts_who_is_predicted_and_why_others_are_not() -> None:
    card, seal = read("disruption-2025.card.json"), read("disruption-2025.json")
    reach, outside = card["reach"], seal["outside_the_judged_population"]
    assert reach["of_the_judged_population"] == seal["rows"]
    assert reach["outside_it"] == outside["rows"]
    assert reach["predicted"] == seal["rows"] + outside["rows"]
    assert sum(reach["why_not"].values()) == reach["not_predicted"]
    assert reach["producing_pairs"] == reach["predicted"] + reach["not_predicted"]
    assert card["metrics"]["small_producers"]["told"]


def test_the_card_is_that_of_the_sealed_model() -> None:
    card, seal = read("disruption-2025.card.json"), read("disruption-2025.json")
    assert card["code_version"] == seal["code_version"]
    assert (FOLDER / "disruption-2025.md").read_text().startswith(f"# {card['title']}\n")


def test_the_page_states_the_report_s_figures() -> None:
    page = (FIXTURES.parent / "docs/learned-models.md").read_text()
    said = read("disruption/metrics.json")
    for name in ("auc", "auc_volatility", "auc_persistence", "auc_governance"):
        assert f"{said[name]:.3f}" in page, name
    assert f"Brier score {said['brier']:.4f}" in page
    assert f"calibration slope {said['calibration_slope']:.2f}" in page
    assert f"{said['simpler']['held_out']['blend']['auc']:.3f}" in page
    small = said["small_producers"]
    assert f"{small['rows']:,} rows, {small['events']} events" in page
    for number in (small["auc"], *small["auc_ci"], small["rate"], small["predicted"]):
        assert f"{number:.3f}" in page
    survivors = said["survivors"]
    for number in (survivors["rate"], survivors["rate_of_survivors"]):
        assert f"{number:.4f}" in page
    for name, count in read("disruption/card.json")["reach"]["why_not"].items():
        assert f"| {name} | {count} |" in page
