"""Databases of any published state can be brought up to date."""

from django.db.migrations.loader import MigrationLoader


def test_the_order_of_samples_needs_nothing_that_was_written_after_it() -> None:
    """It was published upon 0002, before 0003 to 0007 were: databases hold it without these."""
    graph = MigrationLoader(None).graph
    plan = [name for app, name in graph.forwards_plan(("riskscore", "0008_order_of_samples"))
            if app == "riskscore"]  # fmt: skip
    assert plan == ["0001_initial", "0002_rules", "0008_order_of_samples"]
    assert len(graph.leaf_nodes("riskscore")) == 1
