from __future__ import annotations

from collections.abc import Iterator

import pytest

from runwatch.ui.plain import use_plain


@pytest.fixture(autouse=True)
def _glyphs() -> Iterator[None]:
    """Each test begins, and leaves, with our glyphs."""
    use_plain(False)
    yield
    use_plain(False)
