from collections.abc import Iterator

import pytest

from tests.integrations.databases.servers import Server, scratch_database


@pytest.fixture
def server() -> Iterator[Server]:
    with scratch_database() as made:
        yield made
