from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from tests.cast import Cast, make_cast
from tests.query_baseline import PATH as QUERY_COUNTS
from tests.query_baseline import QueryBaseline

# A slow machine is no failure, and what was found on one machine belongs into a test, not into a cache.
hypothesis.settings.register_profile("house", deadline=None, database=None, print_blob=True)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-query-counts", action="store_true", help="Write the query counts that pages take now."
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--update-query-counts") and config.getoption("numprocesses", None):
        raise pytest.UsageError("--update-query-counts writes one file: run it without -n.")
    # Hashing passwords slowly is for real ones.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def cast(db: None) -> Cast:
    """An owner, a member of `cast.project` and a stranger, each with a signed-in client."""
    return make_cast()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of real captures, which lies beside the checkout."""
    folder = Path(settings.BASE_DIR).parent / "shared" / "samples"
    if not folder.is_dir():
        pytest.skip("the captures of real tools are not beside this checkout (../shared/samples)")
    return folder


@pytest.fixture
def query_baseline(request: pytest.FixtureRequest) -> QueryBaseline:
    """`with query_baseline("page"): …` holds the page to its count in tests/query_counts.json."""
    return QueryBaseline(QUERY_COUNTS, is_updating=request.config.getoption("--update-query-counts"))
