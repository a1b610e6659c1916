"""What several tests of learned models share: the bundle's panel and one back-test of it."""

import pytest

from riskscore.learning.data.panel import Panel
from riskscore.learning.data.rows import Rows
from riskscore.learning.disruption import Backtest, backtest, rows_of
from tests.learning.panels import bundled


@pytest.fixture(scope="session")
def panel() -> Panel:
    """Give the panel of the default bundle."""
    return bundled()


@pytest.fixture(scope="session")
def rows(panel: Panel) -> Rows:
    """Give every row of the panel."""
    return rows_of(panel)


@pytest.fixture(scope="session")
def tested(rows: Rows) -> Backtest:
    """Give the back-test; about a minute of one core."""
    return backtest(rows, 0)
