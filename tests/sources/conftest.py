"""What all tests of sources share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sources.seen import Seen


@pytest.fixture(autouse=True)
def _close_sources() -> Iterator[None]:
    """Files kept open by one test must not count in the next."""
    yield
    while Seen.all:
        Seen.all.pop().source.close()
