from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase

from accounts.audit.triggers import drop_statements
from accounts.last_seen import EXACT_TO_S
from core.sessions import cookie_of
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
    Client._set_login_cookies = _signing_the_cookie(Client._set_login_cookies)
    TransactionTestCase._fixture_teardown = _emptying_the_audit_log(TransactionTestCase._fixture_teardown)


def _signing_the_cookie(set_cookies: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Django's client signs its users in past our middleware, which would have signed their cookies."""

    def signed(client: Any, request: Any) -> None:
        set_cookies(client, request)
        cookie = cookie_of(request.session.session_key)
        client.cookies[settings.SESSION_COOKIE_NAME].set(settings.SESSION_COOKIE_NAME, cookie, cookie)
        # The first page writes when the session was seen; tests count what every page asks.
        cache.set(f"seen:{request.session.session_key}", 1, EXACT_TO_S)

    return signed


def _emptying_the_audit_log(tear_down: Callable[[Any], None]) -> Callable[[Any], None]:
    """Tests with transactions of their own are followed by a flush, which the log's triggers would refuse.

    The flush lays them again: it ends with post_migrate.
    """

    def without_triggers(case: Any) -> None:
        with connection.cursor() as cursor:
            for statement in drop_statements(connection.vendor):
                cursor.execute(statement)
        tear_down(case)

    return without_triggers


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
