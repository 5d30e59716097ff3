"""Every page of the sidebar, as a person sees it: in both themes, on a desk and on a phone."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from dashboard.navigation import GROUPS
from tests.browser.visits import Visit

pytestmark = pytest.mark.browser

PAGES = [page.view_name for group in GROUPS for page in group.pages]
CHARTED = ["dashboard:overview", "billing:report"]


@pytest.mark.parametrize("size", ["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view_name", PAGES)
def test_pages_show_without_trouble(
    view_name: str, theme: str, size: str, visit: Callable[..., Visit]
) -> None:
    window = visit(theme=theme, size=size)
    response = window.open(reverse(view_name))
    assert response.status == 200
    assert window.troubles() == []


@pytest.mark.parametrize("view_name", CHARTED)
def test_charts_are_drawn(view_name: str, visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open(reverse(view_name))
    assert window.page.locator("canvas[data-chart]").count() > 0
    assert window.troubles() == []


@pytest.mark.parametrize(
    ("list_name", "detail_path"),
    [("chat:conversations", "/conversations/"), ("billing:calls", "/usage/calls/")],
)
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_the_first_row_of_a_list_opens(
    list_name: str, detail_path: str, size: str, visit: Callable[..., Visit]
) -> None:
    window = visit(size=size)
    window.open(reverse(list_name))
    # A row's own page is addressed by its UUID.
    hrefs = window.page.eval_on_selector_all(
        "main a[href]", "links => links.map(a => a.getAttribute('href'))"
    )
    row = next(href for href in hrefs if href.startswith(detail_path) and len(href) > len(detail_path) + 35)
    assert window.open(row).status == 200
    assert window.troubles() == []


@pytest.mark.parametrize("view_name", PAGES)
def test_pages_work_without_scripts(view_name: str, visit: Callable[..., Visit]) -> None:
    window = visit(scripts=False)
    assert window.open(reverse(view_name)).status == 200
    assert window.page.locator("main h1").is_visible()
