"""The publishers' own files, where they are at hand: beside the checkout, in ``../shared``."""

from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).resolve().parents[3] / "shared"

needs_published = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason=f"the publishers' files are not beside the checkout ({SHARED.name}/ is absent): "
    "only the recorded samples were read",
)


def sample(name: str) -> bytes:
    """A recorded sample, a few rows in the publisher's layout."""
    return (SAMPLES / name).read_bytes()


def published(name: str) -> bytes:
    """A publisher's whole file."""
    return (SHARED / name).read_bytes()
