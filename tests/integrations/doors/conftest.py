from collections.abc import Iterator

import pytest

from integrations.doors.keys import REQUESTS, WRONG_KEYS


@pytest.fixture(autouse=True)
def _full_buckets() -> Iterator[None]:
    """Limits are counted in the process: what one test sent is not held against the next."""
    yield
    REQUESTS.clear()
    WRONG_KEYS.clear()
