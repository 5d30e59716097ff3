from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.browser.chromium import FLAGS, MISSING, chromium, is_required
from tests.browser.server import Server, serve
from tests.browser.visits import Visit

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An installation of its own with demo data. No test may change its data: the tests share it."""
    with serve(tmp_path_factory.mktemp("installation")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for a module's tests.

    Not for the whole session: while Playwright runs, its event loop makes Django refuse the database in this
    thread, which other modules' tests need.
    """
    path = chromium()
    if path is None:
        if is_required():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def session_state(browser: Browser, server: Server) -> StorageState:
    """The cookies of the owner, who has signed in on the sign-in page."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/")
    page.fill("input[name=login]", server.email)
    page.fill("input[name=password]", server.password)
    page.click(".account-form [type=submit]")
    page.wait_for_url(f"{server.url}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def visit(browser: Browser, server: Server, session_state: StorageState) -> Iterator[Callable[..., Visit]]:
    """`visit(theme="dark", size="phone", scripts=True)` opens a signed-in window."""
    contexts = []

    def start(*, theme: str = "light", size: str = "desktop", scripts: bool = True) -> Visit:
        context = browser.new_context(
            storage_state=session_state,
            viewport=SIZES[size],
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.add_cookies([{"name": "theme", "value": theme, "url": server.url}])
        contexts.append(context)
        return Visit(context.new_page(), server.url)

    yield start
    for context in contexts:
        context.close()
