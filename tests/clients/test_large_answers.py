"""Large answers, many at once: what the server may take for them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.clients.conftest import Live

pytestmark = pytest.mark.django_db  # the live server has a copy of what is loaded there

CROWD, ROWS, MOST_MB = 20, 1000, 150


def peak_mb(live: Live) -> float:
    """The most memory that the web worker has had."""
    (worker,) = Path(f"/proc/{live.web}/task/{live.web}/children").read_text().split()
    status = Path(f"/proc/{worker}/status").read_text()
    return next(int(row.split()[1]) / 1024 for row in status.splitlines() if "VmHWM" in row)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc here")
def test_twenty_whole_pages_of_a_thousand_rows_at_once_take_bounded_memory(live: Live) -> None:
    headers = {"Authorization": f"Bearer {live.key}"}

    def page(_: int) -> int:
        address = f"{live.url}/api/v1/scores?page_size={ROWS}&unranked=include"
        return len(httpx.get(address, headers=headers, timeout=120).json()["items"])

    page(0)
    before = peak_mb(live)
    with ThreadPoolExecutor(CROWD) as crowd:
        assert list(crowd.map(page, range(CROWD))) == [ROWS] * CROWD
    assert peak_mb(live) - before < MOST_MB
